import type { Definition } from '../crd.ts'
import type { Kind } from '../kind.ts'
import type { Condition, Manifest } from '../manifest.ts'
import { list, object, required, text, texts } from '../schema.ts'
import { conditionsSchema, type NamespacedName, namespacedNameSchema } from './kubernetes.ts'
import { type ClusterAffinity, clusterAffinitySchema } from './placement.ts'

export interface RegistrySelector {
  readonly apiVersion: string
  readonly kind: string
  /** Empty: all. */
  readonly namespace?: string
}

export interface OpenSearchBackend {
  readonly addresses: readonly string[]
  /** With the keys `userName` and `password`. */
  readonly secretRef?: NamespacedName
}

export interface ResourceRegistrySpec {
  readonly targetCluster: ClusterAffinity
  readonly resourceSelectors: readonly RegistrySelector[]
  readonly backendStore?: { readonly openSearch?: OpenSearchBackend }
}

/** Which objects of which members are kept for search and the proxy. */
export interface ResourceRegistry extends Manifest {
  readonly spec?: ResourceRegistrySpec
  readonly status?: { readonly conditions?: readonly Condition[] }
}

export const resourceRegistryKind: Kind<ResourceRegistry> = {
  apiVersion: 'search.karmada.io/v1alpha1',
  kind: 'ResourceRegistry',
  plural: 'resourceregistries',
  scope: 'Cluster',
}

const selectorSchema = object<RegistrySelector>('Names objects.', {
  apiVersion: required(text('Version of the objects.')),
  kind: required(text('Kind of the objects.')),
  namespace: text('Namespace of the objects; empty is every namespace.'),
})

const openSearchSchema = object<OpenSearchBackend>('An OpenSearch server.', {
  addresses: required(texts('Its URLs.')),
  secretRef: namespacedNameSchema('Secret with its userName and password.'),
})

const specSchema = object<ResourceRegistrySpec>('What is kept.', {
  targetCluster: required(clusterAffinitySchema('Of which clusters.')),
  resourceSelectors: required(list('Which objects.', selectorSchema)),
  backendStore: object<ResourceRegistrySpec['backendStore']>('Where it is kept; in memory unless given.', {
    openSearch: openSearchSchema,
  }),
})

export const resourceRegistryDefinition: Definition = {
  kind: resourceRegistryKind,
  description: 'Which objects of which members are kept for search and the proxy.',
  fields: {
    spec: specSchema,
    status: object<ResourceRegistry['status']>('What became of it.', {
      conditions: conditionsSchema('Whether it works.'),
    }),
  },
  status: true,
}
