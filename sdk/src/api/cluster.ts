import { ageColumn, type Definition } from '../crd.ts'
import type { Kind } from '../kind.ts'
import type { Condition, Manifest, ResourceList, Taint } from '../manifest.ts'
import { flag, int32, int64, list, object, quantity, required, stringMap, text, texts, word } from '../schema.ts'
import { conditionsSchema, namespacedNameSchema, resourceListSchema, taintSchema } from './kubernetes.ts'

/** What a cluster serves: one group-version and its kinds. */
export interface ApiEnablement {
  readonly groupVersion: string
  readonly resources?: readonly { readonly name: string; readonly kind: string }[]
}

export interface SecretReference {
  readonly namespace: string
  readonly name: string
}

export interface ResourceModel {
  readonly grade: number
  readonly ranges: readonly { readonly name: string; readonly min: string | number; readonly max: string | number }[]
}

export interface ClusterSpec {
  readonly id?: string
  readonly syncMode: 'Push' | 'Pull'
  readonly apiEndpoint?: string
  readonly secretRef?: SecretReference
  readonly impersonatorSecretRef?: SecretReference
  readonly insecureSkipTLSVerification?: boolean
  readonly proxyURL?: string
  readonly proxyHeader?: Readonly<Record<string, string>>
  readonly provider?: string
  readonly region?: string
  readonly zone?: string
  readonly zones?: readonly string[]
  readonly taints?: readonly Taint[]
  readonly resourceModels?: readonly ResourceModel[]
}

export interface ResourceSummary {
  readonly allocatable?: ResourceList
  readonly allocating?: ResourceList
  readonly allocated?: ResourceList
  readonly allocatableModelings?: readonly { readonly grade: number; readonly count: number }[]
}

export interface ClusterStatus {
  readonly kubernetesVersion?: string
  readonly apiEnablements?: readonly ApiEnablement[]
  readonly conditions?: readonly Condition[]
  readonly nodeSummary?: { readonly totalNum?: number; readonly readyNum?: number }
  readonly resourceSummary?: ResourceSummary
  readonly remedyActions?: readonly string[]
}

/** A member cluster. */
export interface Cluster extends Manifest {
  readonly spec: ClusterSpec
  readonly status?: ClusterStatus
}

export const clusterKind: Kind<Cluster> = {
  apiVersion: 'cluster.karmada.io/v1alpha1',
  kind: 'Cluster',
  plural: 'clusters',
  scope: 'Cluster',
}

const resourceModelSchema = object<ResourceModel>('A size of node.', {
  grade: required(int64('Number of the size, from small to large.', { minimum: 0 })),
  ranges: required(
    list(
      'What nodes of this size have.',
      object<ResourceModel['ranges'][number]>('The range of one resource.', {
        name: required(text('Name of the resource.')),
        min: required(quantity('At least so much.')),
        max: required(quantity('Less than so much.')),
      }),
      { minItems: 1 },
    ),
  ),
})

export const clusterSpecSchema = object<ClusterSpec>('How the cluster is reached, and what it is like.', {
  id: text('Identifies the cluster for good: the UID of its kube-system namespace.', { maxLength: 128_000 }),
  syncMode: required(word('Push: the control plane writes to it. Pull: its own agent fetches.', ['Push', 'Pull'])),
  apiEndpoint: text('URL of its API server.'),
  secretRef: namespacedNameSchema('Secret with its token and caBundle.'),
  impersonatorSecretRef: namespacedNameSchema('Secret with a token that may impersonate users.'),
  insecureSkipTLSVerification: flag('Whether its certificate goes unchecked.'),
  proxyURL: text('Proxy on the way to it: http, https or socks5.'),
  proxyHeader: stringMap('Headers for the proxy; several values are separated by commas.'),
  provider: text('Who runs it.'),
  region: text('Region it is in.'),
  zone: text('Deprecated: zones.'),
  zones: texts('Zones it is in.'),
  taints: list('Keep away what does not tolerate them.', taintSchema),
  resourceModels: list('Sizes of its nodes, for estimates; there are nine by default.', resourceModelSchema),
})

const apiEnablementSchema = object<ApiEnablement>('A group and version it serves.', {
  groupVersion: required(text('Such as apps/v1.')),
  resources: list(
    'Its kinds.',
    object<NonNullable<ApiEnablement['resources']>[number]>('A kind.', {
      name: required(text('Plural name.')),
      kind: required(text('Kind.')),
    }),
  ),
})

const resourceSummarySchema = object<ResourceSummary>('What its nodes have.', {
  allocatable: resourceListSchema('In all.'),
  allocating: resourceListSchema('Asked for by pods that have no node yet.'),
  allocated: resourceListSchema('Asked for by pods that have one.'),
  allocatableModelings: list(
    'How many nodes there are of each size.',
    object<NonNullable<ResourceSummary['allocatableModelings']>[number]>('Nodes of one size.', {
      grade: required(int64('The size.', { minimum: 0 })),
      count: required(int64('How many.')),
    }),
  ),
})

export const clusterStatusSchema = object<ClusterStatus>('What was last seen of the cluster.', {
  kubernetesVersion: text('Version of its API server.'),
  apiEnablements: list('What it serves.', apiEnablementSchema),
  conditions: conditionsSchema('Ready, CompleteAPIEnablements, ServiceDomainNameResolutionReady.'),
  nodeSummary: object<ClusterStatus['nodeSummary']>('Its nodes.', {
    totalNum: int32('How many there are.'),
    readyNum: int32('How many are ready.'),
  }),
  resourceSummary: resourceSummarySchema,
  remedyActions: texts('What has to be done about it, by the remedies that are about it.'),
})

export const clusterDefinition: Definition = {
  kind: clusterKind,
  description: 'A member cluster.',
  fields: { spec: required(clusterSpecSchema), status: clusterStatusSchema },
  status: true,
  columns: [
    { name: 'Version', type: 'string', jsonPath: '.status.kubernetesVersion' },
    { name: 'Mode', type: 'string', jsonPath: '.spec.syncMode' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { ...ageColumn, name: 'Age' },
    { name: 'Zones', type: 'string', jsonPath: '.spec.zones', priority: 1 },
    { name: 'Region', type: 'string', jsonPath: '.spec.region', priority: 1 },
    { name: 'Provider', type: 'string', jsonPath: '.spec.provider', priority: 1 },
    { name: 'API-Endpoint', type: 'string', jsonPath: '.spec.apiEndpoint', priority: 1 },
    { name: 'Proxy-URL', type: 'string', jsonPath: '.spec.proxyURL', priority: 1 },
  ],
}
