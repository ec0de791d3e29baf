import { definitions, groupOf } from '@flotilla/sdk'

/** What somebody has to be allowed to do with resources of some groups. */
export interface Need {
  readonly groups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

const need = (groups: string | readonly string[], resources: readonly string[], ...verbs: readonly string[]): Need => ({
  groups: [groups].flat(),
  resources,
  verbs,
})

const ours = [...new Set(definitions.map(({ kind }) => groupOf(kind.apiVersion)))].toSorted()

/** Templates are of any kind: they are read and claimed, and get a status. None of them is made or deleted. */
const templates = need('*', ['*'], 'get', 'list', 'watch', 'update', 'patch')

/** What `flotilla serve` has to be allowed. */
export const serveNeeds: readonly Need[] = [
  templates,
  need(ours, ['*'], 'create', 'delete'),
  need('', ['namespaces', 'services'], 'create', 'delete'),
  need('', ['secrets', 'events'], 'create'),
  need('discovery.k8s.io', ['endpointslices'], 'create', 'delete'),
  need('coordination.k8s.io', ['leases'], 'create'),
  need('apiextensions.k8s.io', ['customresourcedefinitions'], 'create'),
  need('admissionregistration.k8s.io', ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'], 'create'),
]

const joins: readonly Need[] = [
  need('', ['namespaces'], 'get', 'create'),
  need('', ['secrets'], 'create', 'patch'),
  need('cluster.karmada.io', ['clusters'], 'get', 'list', 'create', 'update'),
]

/** What `flotilla join` has to be allowed in the control plane. */
export const joinNeeds = joins

/** What `flotilla join`, `unjoin`, `cordon`, `uncordon` and `taint` have to be allowed in the control plane. */
export const clusterNeeds: readonly Need[] = [
  need('', ['namespaces'], 'get', 'create', 'delete'),
  need('', ['secrets'], 'create', 'patch', 'delete'),
  need('cluster.karmada.io', ['clusters'], 'get', 'list', 'create', 'update', 'patch', 'delete'),
  need('work.karmada.io', ['works'], 'get', 'list', 'patch', 'delete'),
  need('work.karmada.io', ['resourcebindings', 'clusterresourcebindings'], 'list'),
]

/** What `flotilla join` has to be allowed in a member: it gives the control plane's account as much. */
export const memberNeeds: readonly Need[] = [need('*', ['*'], '*')]
