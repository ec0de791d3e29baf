import { apiVersionOf } from '../registry/registry.ts'
import type { GroupVersion } from './delegate.ts'

/** Where a version of a group stands among others, the higher the earlier. */
export interface Priority {
  /** Of the group, at least. */
  readonly group: number
  /** Within its group. */
  readonly version: number
}

/** Of Kubernetes' own groups. */
const groups: Readonly<Record<string, number>> = {
  '': 18_000,
  'apiregistration.k8s.io': 20_000,
  apps: 17_800,
  'events.k8s.io': 17_750,
  'authentication.k8s.io': 17_700,
  'authorization.k8s.io': 17_600,
  autoscaling: 17_500,
  batch: 17_400,
  'certificates.k8s.io': 17_300,
  'networking.k8s.io': 17_200,
  policy: 17_100,
  'rbac.authorization.k8s.io': 17_000,
  'storage.k8s.io': 16_800,
  'admissionregistration.k8s.io': 16_700,
  'apiextensions.k8s.io': 16_700,
  'scheduling.k8s.io': 16_600,
  'coordination.k8s.io': 16_500,
  'node.k8s.io': 16_300,
  'discovery.k8s.io': 16_200,
  'resource.k8s.io': 16_200,
  'flowcontrol.apiserver.k8s.io': 16_100,
}

/** Of their versions, where they are not as most are. */
const versions: Readonly<Record<string, number>> = {
  v1: 1,
  'autoscaling/v2': 30,
  'flowcontrol.apiserver.k8s.io/v1': 21,
  'resource.k8s.io/v1': 21,
}
const usualVersion = 15

/** Of what definitions define. */
const custom: Priority = { group: 1_000, version: 100 }

/** What stands behind everything else: groups that somebody in the process answers for. */
export const last: Priority = { group: 100, version: 100 }

/** The priority of what the server serves itself. */
export const priorityOf = (of: GroupVersion): Priority => {
  const group = Object.hasOwn(groups, of.group) ? groups[of.group] : undefined
  return group === undefined ? custom : { group, version: versions[apiVersionOf(of)] ?? usualVersion }
}
