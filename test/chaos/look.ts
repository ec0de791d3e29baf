import {
  type Binding,
  type Client,
  type Cluster,
  clusterKind,
  clusterOverridePolicyKind,
  clusterPropagationPolicyKind,
  clusterResourceBindingKind,
  isNotFound,
  type Kind,
  type Manifest,
  overridePolicyKind,
  type PropagationPolicy,
  propagationPolicyKind,
  resourceBindingKind,
  type Work,
  workKind,
} from '@flotilla/sdk'
import { shop } from './shop.ts'
import { isOfShop, lookAtShop, type ShopSight } from './shop-look.ts'
import { kindNames, namespaceKind, namespaces, type Place, templateKinds, textOf } from './universe.ts'
import type { World } from './world.ts'

/** Objects of the universe in one API server, by what `textOf` says of their places. */
export type Shelf = ReadonlyMap<string, Manifest>

/** All there is at one moment. */
export interface Sight {
  readonly templates: Shelf
  readonly policies: readonly PropagationPolicy[]
  readonly overrides: readonly Manifest[]
  readonly bindings: readonly Binding[]
  readonly works: readonly Work[]
  readonly clusters: readonly Cluster[]
  readonly namespaces: readonly Manifest[]
  /** What members hold that can be looked at: all, whether they are reached or not. */
  readonly members: ReadonlyMap<string, Shelf>
  /** Of Services across clusters: what is here is nowhere else. */
  readonly shop: ShopSight
}

async function itemsOf<T>(client: Client, kind: Kind<T>): Promise<readonly T[]> {
  try {
    return (await client.list(kind)).items
  } catch (error) {
    if (isNotFound(error)) return [] // its CRD is not there
    throw error
  }
}

const isOfUniverse = ({ kind, namespace, name }: Place): boolean => {
  if (kind === 'CustomResourceDefinition') return name === 'widgets.example.com'
  if (!namespace) return name.startsWith('chaos-')
  return (namespaces as readonly string[]).includes(namespace) && name.length === 1
}

export async function shelfOf(client: Client): Promise<Shelf> {
  const lists = await Promise.all(
    kindNames.map(async (kind) =>
      (await itemsOf(client, templateKinds[kind])).map((object): [Place, Manifest] => {
        const { namespace, name } = object.metadata
        return [{ kind, name, ...(namespace && { namespace }) }, object]
      }),
    ),
  )
  const own = lists.flat().filter(([place]) => isOfUniverse(place))
  return new Map(own.map(([place, object]) => [textOf(place), object]))
}

export async function look({ client, sites }: World): Promise<Sight> {
  const both = async <T>(...kinds: readonly Kind<T>[]) =>
    (await Promise.all(kinds.map((kind) => itemsOf(client, kind)))).flat()
  const members = await Promise.all(sites.map(async (site) => [site.name, await shelfOf(site.client)] as const))
  const [bindings, works] = [await both(resourceBindingKind, clusterResourceBindingKind), await both(workKind)]
  const isElsewhere = ({ metadata }: Manifest) => metadata.namespace !== shop
  return {
    templates: await shelfOf(client),
    policies: (await both(propagationPolicyKind, clusterPropagationPolicyKind)).filter(isElsewhere),
    overrides: await both<Manifest>(overridePolicyKind, clusterOverridePolicyKind),
    bindings: bindings.filter(isElsewhere),
    works: works.filter((work) => !isOfShop(work)),
    shop: await lookAtShop(client, sites, bindings, works),
    clusters: await both(clusterKind),
    namespaces: await both(namespaceKind),
    members: new Map(members),
  }
}
