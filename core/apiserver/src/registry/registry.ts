import { kindText } from '@flotilla/sdk'
import type { Convert, Resource, Translate } from '../resource.ts'
import { type CheckRules, rulesOf } from '../schema/rules.ts'
import type { Schema } from '../schema/schema.ts'
import { type CompiledSchema, compileSchema } from '../schema/structural.ts'
import { qualified } from '../status.ts'
import { compareVersions } from './custom.ts'

/** A resource as it is served. */
export interface Served extends Resource {
  /** Where its objects are kept, the same for all who show them: `deployments.apps`, `configmaps`. */
  readonly id: string
  /** `apps/v1`, `v1`. */
  readonly apiVersion: string
  /** The apiVersion its objects are kept in. */
  readonly storedAs: string
  /** By a CustomResourceDefinition. */
  readonly custom: boolean
  /** Its definition is being deleted: nothing may be created any more. */
  readonly terminating: boolean
  readonly compiled: CompiledSchema
  /** The rules its definition has in expressions; absent when there are none. */
  readonly rules?: CheckRules
  /** Set when fields differ from version to version. */
  readonly convert?: Convert
  /** Set when someone else says how: of what `convert` knows nothing of. */
  readonly translate?: Translate
}

export interface Serving {
  /** The version objects are kept in. */
  readonly storageVersion: string
  readonly custom: boolean
  readonly terminating?: boolean
  readonly convert?: Convert
  readonly translate?: Translate
}

/** A group and its versions, the preferred one first. */
export interface Group {
  readonly name: string
  readonly versions: readonly string[]
}

/** `apps/v1`, or the bare version in the core group. */
export const apiVersionOf = ({ group, version }: { readonly group: string; readonly version: string }): string =>
  group ? `${group}/${version}` : version

/** The schema of a kind that has none. */
const anything: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }

const pathOf = (group: string, version: string, plural: string): string => `${group}/${version}/${plural}`

/** Where the objects of a resource are kept. */
export const idOf = (resource: Pick<Resource, 'group' | 'plural' | 'viewOf'>): string =>
  resource.viewOf?.id ?? qualified(resource)

const serve = (
  resource: Resource,
  { storageVersion, custom, terminating = false, translate, ...serving }: Serving,
): Served => {
  const { group, viewOf, schema = anything } = resource
  const rules = custom ? rulesOf(schema) : undefined
  const convert = viewOf?.convert ?? serving.convert
  return {
    ...resource,
    id: idOf(resource),
    apiVersion: apiVersionOf(resource),
    storedAs: viewOf?.apiVersion ?? apiVersionOf({ group, version: storageVersion }),
    custom,
    terminating,
    compiled: compileSchema(schema),
    ...(rules && { rules }),
    ...(convert && { convert }),
    ...(translate && { translate }),
  }
}

/** What the server serves, now. */
export class Registry {
  readonly #served = new Map<string, Served>()
  #generation = 0
  #listed: readonly Served[] | undefined
  #ids: ReadonlyMap<string, Served> | undefined
  #kinds: ReadonlyMap<string, Served> | undefined

  /** Grows with every change of what is served. */
  get generation(): number {
    return this.#generation
  }

  find(group: string, version: string, plural: string): Served | undefined {
    return this.#served.get(pathOf(group, version, plural))
  }

  /** The preferred version of a resource, by where its objects are kept. */
  byId(id: string): Served | undefined {
    this.#ids ??= new Map(
      this.list()
        .toReversed()
        .map((served) => [served.id, served]),
    )
    return this.#ids.get(id)
  }

  ofKind(apiVersion: string, kind: string): Served | undefined {
    this.#kinds ??= new Map(this.list().map((served) => [kindText(served), served]))
    return this.#kinds.get(kindText({ apiVersion, kind }))
  }

  /** Everything served; of each resource the versions in the order of preference. */
  list(): readonly Served[] {
    this.#listed ??= [...this.#served.values()]
    return this.#listed
  }

  /** The preferred version of each resource. */
  distinct(): readonly Served[] {
    return this.list().filter((served) => this.byId(served.id) === served)
  }

  /** The groups, the core one (its name empty) included, in the order they were first served. */
  groups(): readonly Group[] {
    const versions = Map.groupBy(this.list(), ({ group }) => group)
    return [...versions].map(([name, served]) => ({
      name,
      versions: [...new Set(served.map(({ version }) => version))].toSorted(compareVersions),
    }))
  }

  /** Serves exactly these versions of one group's resource, in place of what was served of it. */
  replace(id: string, resources: readonly Resource[], serving: Serving): void {
    this.remove(id)
    for (const resource of resources) {
      this.#served.set(pathOf(resource.group, resource.version, resource.plural), serve(resource, serving))
    }
    this.#changed()
  }

  remove(id: string): void {
    for (const [path, served] of this.#served) if (served.id === id) this.#served.delete(path)
    this.#changed()
  }

  #changed(): void {
    this.#generation += 1
    this.#listed = undefined
    this.#ids = undefined
    this.#kinds = undefined
  }
}
