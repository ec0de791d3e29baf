import type { Json } from '../../kubectl.ts'

/** Fields by their place in dots (`spec.ports.0.port`), and what they become; `undefined` takes one away. */
export type Change = Readonly<Record<string, unknown>>

/** A case: what it is about, what becomes of the object, and of which subresource it is. */
export type Case = readonly [name: string, change: Change, subresource?: string]

/** What two servers are asked about a kind. */
export interface Kind {
  /** Where its objects are: `/apis/apps/v1/namespaces/default/deployments`. */
  readonly path: string
  /** One that is good. */
  readonly object: Json
  /** A real server's controllers keep its objects: it is said that they do not. */
  readonly guarded?: true
  /** Changes of it that are created, and read. */
  readonly made?: readonly Case[]
  /** Changes of it that are tried, and not kept. */
  readonly tried?: readonly Case[]
  /** What is done to it, one after the other. */
  readonly updates?: readonly Case[]
}

const keysOf = (place: string): readonly string[] => place.split('.')

function set(object: Json, [key = '', ...below]: readonly string[], value: unknown): void {
  if (below.length > 0) {
    object[key] ??= {}
    set(object[key], below, value)
  } else if (value === undefined) delete object[key]
  else object[key] = value
}

/** An object with changes. */
export function changed(object: Json, change: Change): Json {
  const fresh = structuredClone(object)
  for (const [place, value] of Object.entries(change)) set(fresh, keysOf(place), value)
  return fresh
}

/** The same changes, as a JSON patch. */
export const patchOf = (change: Change): readonly object[] =>
  Object.entries(change).map(([place, value]) => {
    const path = `/${keysOf(place).join('/')}`
    return value === undefined ? { op: 'remove', path } : { op: 'add', path, value }
  })

/** Finalizers of controllers that a server of its own does not have. */
const isProtection = (name: string): boolean => /^kubernetes\.io\/(pvc?|vac)-protection$/.test(name)

const random = ['uid', 'resourceVersion', 'creationTimestamp', 'managedFields'] as const

const times = ['lastTransitionTime', 'deletionTimestamp', 'lastPhaseTransitionTime']

const isNodePort = (value: unknown): boolean => typeof value === 'number' && value >= 30000 && value < 32768

/** A list with nothing in it is null, [] or not there: a program in Go does not tell these apart. */
const isNothing = (value: Json): boolean =>
  value === null || value === undefined || (Array.isArray(value) && value.length === 0)

/** What is random, or of the moment, in the words of all that is: an address of the cluster, a port of its nodes, a time. */
function general(key: string, value: Json): Json {
  if (Array.isArray(value)) return value.map((each) => general(key, each))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, each]) => !isNothing(each))
        .map(([name, each]) => [name, general(name, each)]),
    )
  if (times.includes(key)) return 'a time'
  if (key.startsWith('clusterIP') && /^10\.|^fd/.test(String(value))) return 'an address'
  if (key.endsWith('odePort') && isNodePort(value)) return 'a port'
  return value
}

const whole = /Invalid value: \{.{300,}\}(?=: |,|$)/g

/** A whole spec, or what changed in it, is shown as it is in the memory of a program in Go: only that it is shown is compared. */
const shortened = (text: string): string =>
  text
    .replaceAll(/\n(?:.|\n)*/g, '')
    .replaceAll(whole, 'Invalid value: {}')
    .replaceAll(/"10\.96\.\d+\.\d+"(?=: expected)/g, 'an address')

const byText = (a: Json, b: Json): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)

/** What is said twice counts once. */
const once = (causes: readonly Json[] | undefined): readonly Json[] | undefined =>
  causes && [...new Map(causes.map((each) => [JSON.stringify(each), each])).values()]

/** An answer as it is compared: without what is random. */
export function comparable(body: Json): Json {
  const { metadata, ...rest } = body ?? {}
  if (rest.status === 'Success') return { status: rest.status } // what it says of what is gone is looked at elsewhere
  if (rest.kind === 'Status') {
    const causes = rest.details?.causes?.map((each: Json) => ({ ...each, message: shortened(each.message) }))
    const all = once(causes)
    const isMany = (all ?? []).length > 1
    const message = isMany ? 'all of them, in some order' : shortened(rest.message ?? '')
    return { ...rest, message, details: { ...rest.details, causes: isMany ? all?.toSorted(byText) : all } }
  }
  if (!metadata) return general('', rest)
  const finalizers = metadata.finalizers?.filter((name: string) => !isProtection(name))
  const known = Object.fromEntries(Object.entries(metadata).filter(([name]) => !random.includes(name as never)))
  return general('', { ...rest, metadata: { ...known, finalizers } })
}
