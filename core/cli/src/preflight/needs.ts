import { clientSigner } from '@flotilla/kube'
import { definitions, groupOf, systemNamespace } from '@flotilla/sdk'
import type { ClusterApi } from '../serve/cluster-apis.ts'

/** What somebody has to be allowed to do with resources of some groups. */
export interface Need {
  readonly groups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
  /** Where, when it is not everywhere. */
  readonly namespace?: string
  /** Which of them, when it is not all. */
  readonly names?: readonly string[]
}

const need = (groups: string | readonly string[], resources: readonly string[], ...verbs: readonly string[]): Need => ({
  groups: [groups].flat(),
  resources,
  verbs,
})

const inSystem = (need: Need): Need => ({ ...need, namespace: systemNamespace })
const named = (name: string, need: Need): Need => ({ ...need, names: [name] })

const clusterGroup = 'cluster.karmada.io'

/** With a `get` of all there is in its group, the clusters themselves could be looked into. */
const ours = [...new Set(definitions.map(({ kind }) => groupOf(kind.apiVersion)))]
  .filter((group) => group !== clusterGroup)
  .toSorted()

/** Templates are of any kind: they are watched and claimed, and get a status. With a `get` pods could be looked into. */
const templates = need('*', ['*'], 'list', 'watch', 'update', 'patch')

/** What `flotilla serve` has to be allowed. */
const serveNeeds: readonly Need[] = [
  templates,
  need(ours, ['*'], 'get'),
  need(clusterGroup, ['clusters'], 'get'),
  need('work.karmada.io', ['*'], 'create', 'delete'),
  need('apps.karmada.io', ['workloadrebalancers'], 'delete'),
  need('', ['namespaces', 'services'], 'create', 'delete'),
  need('', ['secrets', 'services'], 'get'),
  need('', ['events'], 'create'),
  need('discovery.k8s.io', ['endpointslices'], 'create', 'delete'),
  need('apiextensions.k8s.io', ['customresourcedefinitions'], 'get', 'create'),
  need('admissionregistration.k8s.io', ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'], 'create'),
  inSystem(need('', ['secrets'], 'create')),
  inSystem(need('coordination.k8s.io', ['leases'], 'get', 'create', 'delete')),
]

/** What it has to be allowed beside that when it serves Clusters itself. */
const clusterApiNeeds: readonly Need[] = [
  need('storage.flotilla.dev', ['storedclusters'], 'get', 'create', 'delete', 'deletecollection'),
  need('apiregistration.k8s.io', ['apiservices'], 'create'),
  need('authorization.k8s.io', ['subjectaccessreviews'], 'create'),
]

const signing = 'certificates.k8s.io'
const requests = 'certificatesigningrequests'

/** What letting agents in takes beside that: their certificates and clusters, and to grant them what they need, which one has to have oneself. */
const agentNeeds: readonly Need[] = [
  need(signing, [requests], 'get', 'create'),
  need(signing, [`${requests}/clusteragent`, `${requests}/selfclusteragent`], 'create'),
  named(clientSigner, need(signing, ['signers'], 'approve')),
  need('authorization.k8s.io', ['subjectaccessreviews'], 'create'),
  need('rbac.authorization.k8s.io', ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'], 'create'),
  need(clusterGroup, ['clusters'], 'create'),
  need('coordination.k8s.io', ['leases'], 'get', 'create'), // their namespace may not be there yet to be granted anything in
]

/** What it has to be allowed in all, as it is told to run. */
export const needsOf = (api: ClusterApi, pullMode = true): readonly Need[] => [
  ...serveNeeds,
  ...(api === 'crd' ? [] : clusterApiNeeds),
  ...(pullMode ? agentNeeds : []),
]

const joins: readonly Need[] = [
  need('', ['namespaces'], 'get', 'create'),
  need('', ['secrets'], 'create', 'patch'),
  need('cluster.karmada.io', ['clusters'], 'get', 'list', 'create', 'update'),
]

/** What `flotilla join` has to be allowed in the control plane. */
export const joinNeeds = joins

/** What `flotilla join`, `unjoin`, `unregister`, `cordon`, `uncordon` and `taint` have to be allowed in the control plane. */
export const clusterNeeds: readonly Need[] = [
  need('', ['namespaces'], 'get', 'create', 'delete'),
  need('', ['secrets'], 'create', 'patch', 'delete'),
  need('cluster.karmada.io', ['clusters'], 'get', 'list', 'create', 'update', 'patch', 'delete'),
  need('work.karmada.io', ['works'], 'get', 'list', 'patch', 'delete'),
  need('work.karmada.io', ['resourcebindings', 'clusterresourcebindings'], 'list'),
  need('rbac.authorization.k8s.io', ['roles', 'rolebindings'], 'patch'),
]

/** What `flotilla join` has to be allowed in a member: it gives the control plane's account as much. */
export const memberNeeds: readonly Need[] = [need('*', ['*'], '*')]
