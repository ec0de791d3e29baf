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

const random = ['uid', 'resourceVersion', 'creationTimestamp', 'managedFields'] as const

const isNodePort = (value: unknown): boolean => typeof value === 'number' && value >= 30000 && value < 32768

/** A list with nothing in it is null, [] or not there: a program in Go does not tell these apart. */
const isNothing = (value: Json): boolean => value === null || (Array.isArray(value) && value.length === 0)

/** What is random, or of the moment, in the words of all that is: an address of the cluster, a port of its nodes, a time. */
function general(key: string, value: Json): Json {
  if (Array.isArray(value)) return value.map((each) => general(key, each))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, each]) => !isNothing(each))
        .map(([name, each]) => [name, general(name, each)]),
    )
  if (key.startsWith('clusterIP') && /^10\.|^fd/.test(String(value))) return 'an address'
  if (key.endsWith('odePort') && isNodePort(value)) return 'a port'
  return value
}

const whole = /Invalid value: \{.{300,}\}(?=: |,|$)/g

/** A whole spec that is shown is shown as it is in the memory of a program in Go: only that it is shown is compared. */
const shortened = (text: string): string =>
  text.replaceAll(whole, 'Invalid value: {}').replaceAll(/"10\.96\.\d+\.\d+"(?=: expected)/g, 'an address')

/** What is said twice counts once. */
const once = (causes: readonly Json[] | undefined): readonly Json[] | undefined =>
  causes && [...new Map(causes.map((each) => [JSON.stringify(each), each])).values()]

/** An answer as it is compared: without what is random. */
export function comparable(body: Json): Json {
  const { metadata, ...rest } = body ?? {}
  if (rest.status === 'Success') return { status: rest.status } // what it says of what is gone is looked at elsewhere
  if (rest.kind === 'Status') {
    const causes = rest.details?.causes?.map((each: Json) => ({ ...each, message: shortened(each.message) }))
    const message = shortened(rest.message ?? '')
    return { ...rest, message, details: { ...rest.details, causes: once(causes) } }
  }
  if (!metadata) return general('', rest)
  const known = Object.fromEntries(Object.entries(metadata).filter(([name]) => !random.includes(name as never)))
  return general('', { ...rest, metadata: known })
}
