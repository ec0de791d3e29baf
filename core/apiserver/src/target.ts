import type { Manifest } from '@flotilla/sdk'
import type { Engine } from './engine.ts'
import type { Served } from './registry/registry.ts'
import type { Request } from './request.ts'
import type { Translate } from './resource.ts'
import type { Address } from './store/change.ts'

/** A request whose path is understood. */
export interface Call {
  readonly engine: Engine
  readonly request: Request
  readonly served: Served
  /** Absent for cluster-scoped resources and for all namespaces. */
  readonly namespace?: string
  /** Absent for collections. */
  readonly name?: string
  readonly subresource?: string
}

/** Where the named object is kept. */
export const addressOf = ({
  served,
  namespace = '',
  name = '',
}: Pick<Call, 'served' | 'namespace' | 'name'>): Address => ({
  resource: served.id,
  namespace,
  name,
})

const views = new WeakMap<Manifest, Manifest>()
const origins = new WeakMap<Manifest, Manifest>()

/** What an object is in other versions, or a promise of it. */
type Translations = Map<string, Manifest | Promise<void>>

/** What each who is asked has said, or is about to say, of objects. */
const known = new WeakMap<Translate, WeakMap<Manifest, Translations>>()

const translationsOf = (translate: Translate, object: Manifest): Translations => {
  const said = known.get(translate) ?? new WeakMap<Manifest, Translations>()
  known.set(translate, said)
  const found = said.get(object) ?? new Map<string, Manifest | Promise<void>>()
  said.set(object, found)
  return found
}

/** What someone else has said an object is in another version. */
export const translated = ({ translate }: Served, object: Manifest, apiVersion: string): Manifest | undefined => {
  const found = translate && translationsOf(translate, object).get(apiVersion)
  return found instanceof Promise ? undefined : found
}

const converted = (served: Served, object: Manifest, apiVersion: string, before?: Manifest): Manifest => {
  const found = served.convert?.(object, apiVersion, before) ?? translated(served, object, apiVersion)
  if (found) return Object.freeze(found)
  if (served.translate) throw new Error(`${object.kind} ${object.metadata.name} was not made ready in ${apiVersion}`)
  return Object.freeze({ ...object, apiVersion })
}

const has = (served: Served, object: Manifest, apiVersion: string): boolean =>
  object.apiVersion === apiVersion ||
  translated(served, object, apiVersion) !== undefined ||
  origins.get(object)?.apiVersion === apiVersion ||
  served.convert?.(object, apiVersion) !== undefined

const ask = async (translate: Translate, objects: readonly Manifest[], apiVersion: string): Promise<void> => {
  try {
    const found = await translate(objects, apiVersion)
    for (const [i, object] of objects.entries()) translationsOf(translate, object).set(apiVersion, found[i] ?? object)
  } catch (error) {
    for (const object of objects) translationsOf(translate, object).delete(apiVersion)
    throw error
  }
}

/**
 * Has objects translated where someone has to be asked how, so that `view` and `kept` can answer. Nobody is asked twice.
 * Throws why it cannot be.
 */
export const ready = async (
  served: Served,
  objects: readonly Manifest[],
  apiVersion = served.apiVersion,
): Promise<void> => {
  const { translate } = served
  if (!translate) return
  const missing = objects.filter((object) => !has(served, object, apiVersion))
  const asked = missing.map((object) => translationsOf(translate, object).get(apiVersion))
  const fresh = missing.filter((_, i) => asked[i] === undefined)
  const asking = fresh.length > 0 ? ask(translate, fresh, apiVersion) : undefined
  if (asking) for (const object of fresh) translationsOf(translate, object).set(apiVersion, asking)
  await Promise.all([asking, ...asked])
}

/** An object with the defaults that its schema has by now, and by which of them it was made. */
interface Completed {
  readonly by: Served['compiled']
  readonly object: Manifest
}

const completions = new WeakMap<Manifest, Completed>()

/** What was stored before its definition had a default is shown with it. The same object where nothing is missing. */
const completed = ({ custom, compiled }: Served, object: Manifest): Manifest => {
  if (!custom) return object
  const found = completions.get(object)
  if (found?.by === compiled) return found.object
  const whole = compiled.applyDefaults(object)
  if (whole === object) return object
  completions.set(object, { by: compiled, object: Object.freeze(whole) })
  return whole
}

/** An object of the store as the version that was asked for shows it. */
export const view = (served: Served, object: Manifest): Manifest => {
  const { apiVersion } = served
  if (object.apiVersion === apiVersion) return completed(served, object)
  const found = views.get(object)
  if (found?.apiVersion === apiVersion) return completed(served, found)
  const fresh = converted(served, object, apiVersion)
  views.set(object, fresh)
  origins.set(fresh, object)
  return completed(served, fresh)
}

/** An object as it is kept. `before`: the view of what it takes the place of. */
export const kept = (served: Served, object: Manifest, before?: Manifest): Manifest =>
  object.apiVersion === served.storedAs
    ? object
    : (origins.get(object) ?? converted(served, object, served.storedAs, before && (origins.get(before) ?? before)))

/** `view` of what may have to be translated first. */
export const viewed = async (served: Served, object: Manifest): Promise<Manifest> => {
  if (served.translate) await ready(served, [object])
  return view(served, object)
}

/** `kept` of what may have to be translated first. */
export const stored = async (served: Served, object: Manifest, before?: Manifest): Promise<Manifest> => {
  if (served.translate) await ready(served, [object], served.storedAs)
  return kept(served, object, before)
}

/** Now, as objects say it. */
export const timestamp = (now: Date): string => now.toISOString().replace(/\.\d{3}Z$/, 'Z')
