import { ageColumn, type Definition } from '../crd.ts'
import type { Kind } from '../kind.ts'
import type { Condition, Manifest } from '../manifest.ts'
import { object } from '../schema.ts'
import { conditionsSchema } from './kubernetes.ts'

export interface ServiceExportStatus {
  readonly conditions?: readonly Condition[]
}

/** Lets other clusters import the Service of its name. */
export interface ServiceExport extends Manifest {
  readonly status?: ServiceExportStatus
}

export const serviceExportKind: Kind<ServiceExport> = {
  apiVersion: 'multicluster.x-k8s.io/v1alpha1',
  kind: 'ServiceExport',
  plural: 'serviceexports',
  scope: 'Namespaced',
}

export const serviceExportDefinition: Definition = {
  kind: serviceExportKind,
  shortNames: ['svcex'],
  description: 'Lets other clusters import the Service of its name.',
  fields: {
    status: object<ServiceExportStatus>('What became of it.', {
      conditions: conditionsSchema('Whether it is exported.', { keyed: true }),
    }),
  },
  status: true,
  columns: [{ ...ageColumn, name: 'Age' }],
}
