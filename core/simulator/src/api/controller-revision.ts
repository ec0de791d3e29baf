import type { Kind, Manifest } from '@flotilla/sdk'

/** A template that a StatefulSet or a DaemonSet has, or had. */
export interface ControllerRevision extends Manifest {
  readonly revision: number
  /** A strategic merge patch that brings it back. */
  readonly data: object
}

export const controllerRevisionKind: Kind<ControllerRevision> = {
  apiVersion: 'apps/v1',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  scope: 'Namespaced',
}
