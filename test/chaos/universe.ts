import type { Kind, Manifest, Placement, PropagationSpec, StringMap } from '@flotilla/sdk'

/** A small world, so that what is done at random meets. */
export const clusters = ['member1', 'member2', 'member3'] as const
export const namespaces = ['one', 'two'] as const
export const names = ['a', 'b'] as const
export const apps = ['x', 'y'] as const
export const zones = ['north', 'south'] as const

const kind = (apiVersion: string, kind: string, plural: string, scope: Kind['scope'] = 'Namespaced'): Kind => ({
  apiVersion,
  kind,
  plural,
  scope,
})

export const namespaceKind = kind('v1', 'Namespace', 'namespaces', 'Cluster')

export const templateKinds = {
  Deployment: kind('apps/v1', 'Deployment', 'deployments'),
  ConfigMap: kind('v1', 'ConfigMap', 'configmaps'),
  Secret: kind('v1', 'Secret', 'secrets'),
  Service: kind('v1', 'Service', 'services'),
  ServiceAccount: kind('v1', 'ServiceAccount', 'serviceaccounts'),
  Job: kind('batch/v1', 'Job', 'jobs'),
  Widget: kind('example.com/v1', 'Widget', 'widgets'),
  ClusterRole: kind('rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles', 'Cluster'),
  CustomResourceDefinition: kind(
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    'customresourcedefinitions',
    'Cluster',
  ),
} as const

export type TemplateKind = keyof typeof templateKinds
export const kindNames = Object.keys(templateKinds) as readonly TemplateKind[]

/** Where an object of the universe is. */
export interface Place {
  readonly kind: TemplateKind
  /** Without a namespace for kinds that have none. */
  readonly namespace?: string
  readonly name: string
}

export const placeOf = (kind: TemplateKind, namespace: string, name: string): Place => {
  if (kind === 'CustomResourceDefinition') return { kind, name: 'widgets.example.com' }
  return templateKinds[kind].scope === 'Cluster' ? { kind, name: `chaos-${name}` } : { kind, namespace, name }
}

export const textOf = ({ kind, namespace, name }: { kind: string; namespace?: string; name: string }): string =>
  [kind, ...(namespace ? [namespace] : []), name].join(' ')

export interface Said {
  readonly app: string
  readonly replicas: number
  /** Counts the changes, so that any two contents differ. */
  readonly revision: number
}

const image = (revision: number): string => `registry.example.com/main:r${revision}`

const container = ({ revision }: Said) => ({ name: 'main', image: image(revision) })

/** What a kind has beside its metadata. */
function bodyOf({ kind, name }: Place, said: Said): object {
  const { app, replicas, revision } = said
  const text = String(revision)
  switch (kind) {
    case 'Deployment':
      return {
        spec: {
          replicas,
          selector: { matchLabels: { own: name } },
          template: {
            metadata: { labels: { own: name } },
            spec: {
              containers: [{ ...container(said), envFrom: [{ configMapRef: { name: app === 'x' ? 'a' : 'b' } }] }],
            },
          },
        },
      }
    case 'Job':
      return {
        spec: {
          parallelism: 1,
          template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: image(0) }] } },
        },
      }
    case 'ConfigMap':
      return { data: { revision: text } }
    case 'Secret':
      return { type: 'Opaque', data: { revision: Buffer.from(text).toString('base64') } }
    case 'Service':
      return {
        spec: { selector: { own: name }, ports: [{ name: 'http', port: 80, targetPort: 8000 + (revision % 100) }] },
      }
    case 'Widget':
      return { spec: { size: revision } }
    case 'ClusterRole':
      return { rules: [{ apiGroups: [''], resources: ['pods'], resourceNames: [`r${text}`], verbs: ['get'] }] }
    case 'CustomResourceDefinition':
      return {
        spec: {
          group: 'example.com',
          scope: 'Namespaced',
          names: { kind: 'Widget', listKind: 'WidgetList', plural: 'widgets', singular: 'widget' },
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
            },
          ],
        },
      }
    case 'ServiceAccount':
      return {}
  }
}

/** What a user writes. */
export function template(place: Place, said: Said): Manifest {
  const { apiVersion, kind } = templateKinds[place.kind]
  const { namespace, name } = place
  const metadata = {
    name,
    ...(namespace && { namespace }),
    labels: { app: said.app },
    annotations: { revision: String(said.revision) },
  }
  return { apiVersion, kind, metadata, ...bodyOf(place, said) }
}

export interface Selector {
  readonly kind: TemplateKind
  readonly by: 'name' | 'label' | 'all'
  readonly name: string
  readonly app: string
}

export interface PolicySaid {
  readonly selectors: readonly Selector[]
  readonly where: { readonly by: 'all' | 'names' | 'zone'; readonly names: readonly string[]; readonly zone: string }
  readonly how: 'unsaid' | 'duplicated' | 'weighted' | 'aggregated'
  readonly priority: number
  readonly preempts: boolean
  readonly dependencies: boolean
  readonly isLazy: boolean
  readonly isSuspended: boolean
  readonly preserves: boolean
  readonly overwrites: boolean
}

const scheduling: Readonly<Record<PolicySaid['how'], Placement['replicaScheduling']>> = {
  unsaid: undefined,
  duplicated: { replicaSchedulingType: 'Duplicated' },
  aggregated: { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Aggregated' },
  weighted: {
    replicaSchedulingType: 'Divided',
    replicaDivisionPreference: 'Weighted',
    weightPreference: {
      staticWeightList: clusters.map((name, index) => ({ targetCluster: { clusterNames: [name] }, weight: index + 1 })),
    },
  },
}

const affinityOf = ({ by, names, zone }: PolicySaid['where']): Placement['clusterAffinity'] => {
  if (by === 'all') return undefined
  return by === 'names' ? { clusterNames: names } : { labelSelector: { matchLabels: { zone } } }
}

const selectorOf =
  (namespace: string | undefined) =>
  ({ kind, by, name, app }: Selector) => ({
    apiVersion: templateKinds[kind].apiVersion,
    kind,
    ...(namespace && { namespace }),
    ...(by === 'name' && { name: placeOf(kind, 'any', name).name }),
    ...(by === 'label' && { labelSelector: { matchLabels: { app } } }),
  })

/** Without the keys that say nothing. */
const compact = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T // only optional keys go

export const policySpec = (said: PolicySaid, namespace: string | undefined): PropagationSpec =>
  compact({
    resourceSelectors: said.selectors.map(selectorOf(namespace)),
    placement: compact({ clusterAffinity: affinityOf(said.where), replicaScheduling: scheduling[said.how] }),
    priority: said.priority,
    preemption: said.preempts ? 'Always' : 'Never',
    propagateDeps: said.dependencies,
    activationPreference: said.isLazy ? 'Lazy' : undefined,
    suspension: said.isSuspended ? { dispatching: true } : undefined,
    preserveResourcesOnDeletion: said.preserves,
    conflictResolution: said.overwrites ? 'Overwrite' : 'Abort',
  })

export interface OverrideSaid {
  readonly kind: TemplateKind
  readonly clusters: readonly string[]
  readonly value: string
  /** Whether the tag of images is overridden, too. */
  readonly images: boolean
}

export const overrideSpec = (key: string, { kind, clusters, value, images }: OverrideSaid): object => ({
  resourceSelectors: [{ apiVersion: templateKinds[kind].apiVersion, kind }],
  overrideRules: [
    {
      targetCluster: { clusterNames: clusters },
      overriders: {
        labelsOverrider: [{ operator: 'add', value: { [key]: value } }],
        ...(images && { imageOverrider: [{ component: 'Tag', operator: 'replace', value }] }),
      },
    },
  ],
})

/** What the universe's objects carry that is about Flotilla. */
export const ourKeys = (map: StringMap = {}): readonly string[] =>
  Object.keys(map).filter((key) => key.includes('karmada.io') || key.includes('flotilla.dev'))
