import {
  type Binding,
  type Client,
  type EndpointSlice,
  endpointSliceKind,
  isNotFound,
  type Kind,
  type MultiClusterService,
  multiClusterServiceKind,
  type Service,
  type ServiceExport,
  type ServiceImport,
  serviceExportV1beta1Kind,
  serviceImportKind,
  serviceImportV1beta1Kind,
  serviceKind,
  type Work,
} from '@flotilla/sdk'
import { shop } from './shop.ts'
import { namespaceKind } from './universe.ts'

/** What a server has of Services across clusters. */
export interface Counter {
  readonly hasNamespace: boolean
  readonly services: readonly Service[]
  readonly slices: readonly EndpointSlice[]
  readonly exports: readonly ServiceExport[]
  readonly imports: readonly ServiceImport[]
}

/** All there is of them at one moment. */
export interface ShopSight extends Counter {
  readonly multi: readonly MultiClusterService[]
  readonly bindings: readonly Binding[]
  readonly works: readonly Work[]
  readonly members: ReadonlyMap<string, Counter>
}

async function all<T>(client: Client, kind: Kind<T>): Promise<readonly T[]> {
  try {
    return (await client.list(kind, { namespace: shop })).items
  } catch (error) {
    if (isNotFound(error)) return []
    throw error
  }
}

export async function counterOf(client: Client, imports: Kind<ServiceImport>): Promise<Counter> {
  const [space, services, slices, exports, imported] = await Promise.all([
    client.get(namespaceKind, { name: shop }),
    all(client, serviceKind),
    all(client, endpointSliceKind),
    all(client, serviceExportV1beta1Kind),
    all(client, imports),
  ])
  return { hasNamespace: space !== undefined, services, slices, exports, imports: imported }
}

const contentOf = ({ spec }: Work) => spec.workload?.manifests?.[0]

/** Whether a Work is about the shop. The Work of the namespace itself is not. */
export const isOfShop = (work: Work): boolean => contentOf(work)?.metadata.namespace === shop

export async function lookAtShop(
  client: Client,
  members: readonly { readonly name: string; readonly client: Client }[],
  bindings: readonly Binding[],
  works: readonly Work[],
): Promise<ShopSight> {
  const counters = await Promise.all(
    members.map(async (site) => [site.name, await counterOf(site.client, serviceImportV1beta1Kind)] as const),
  )
  return {
    ...(await counterOf(client, serviceImportKind)),
    multi: await all(client, multiClusterServiceKind),
    bindings: bindings.filter(({ metadata }) => metadata.namespace === shop),
    works: works.filter(isOfShop),
    members: new Map(counters),
  }
}
