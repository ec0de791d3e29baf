import { refusal } from '../status.ts'

/** What a client wants to be answered with. */
export interface Accepted {
  readonly format: 'json' | 'yaml'
  /** Another shape: `Table`, `PartialObjectMetadata`, `PartialObjectMetadataList`, `APIGroupDiscoveryList`. */
  readonly as?: string
  /** The version of that shape: `v1`, `v2beta1`. */
  readonly version?: string
}

const plain: Accepted = { format: 'json' }

const formats: ReadonlyMap<string, Accepted['format']> = new Map([
  ['application/json', 'json'],
  ['application/yaml', 'yaml'],
  ['application/*', 'json'],
  ['*/*', 'json'],
])

/** What answers may be written in. */
export const spoken: readonly string[] = ['application/json', 'application/yaml']

const protobuf = 'application/vnd.kubernetes.protobuf'

/** What has to be among the wishes, to the letter, before they are weighed. */
const named: ReadonlySet<string> = new Set(['application/json', 'application/yaml', protobuf, '*/*'])

/** Shapes other than the object itself, with the group that says what they are. */
const shapes: ReadonlyMap<string, readonly string[]> = new Map([
  ['Table.meta.k8s.io', ['v1', 'v1beta1']],
  ['PartialObjectMetadata.meta.k8s.io', ['v1', 'v1beta1']],
  ['PartialObjectMetadataList.meta.k8s.io', ['v1', 'v1beta1']],
  ['APIGroupDiscoveryList.apidiscovery.k8s.io', ['v2', 'v2beta1']],
])

const parametersOf = (parts: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(parts.map((part) => part.split('=').map((text) => text.trim())))

const typeOf = (range: string): string => range.split(';', 1)[0]?.trim() ?? ''

const readOne = (range: string): Accepted | undefined => {
  const [type = '', ...parts] = range.split(';')
  const format = formats.get(type.trim())
  if (format === undefined) return undefined
  const { as, v, g = '', stream } = parametersOf(parts)
  if ((stream !== undefined && format === 'yaml') || (as === undefined && v !== undefined)) return undefined
  if (as === undefined) return { format }
  return v !== undefined && shapes.get(`${as}.${g}`)?.includes(v) ? { format, as, version: v } : undefined
}

const qualityOf = (range: string): number => {
  const { q } = parametersOf(range.split(';').slice(1))
  return q === undefined ? 1 : Number(q) || 0
}

/** The wishes, the dearest first. */
const rangesOf = (header: string): readonly string[] => {
  const ranges = header.split(',')
  return header.includes('q=') ? ranges.toSorted((a, b) => qualityOf(b) - qualityOf(a)) : ranges
}

const remembered = new Map<string, Accepted>()
const rememberedLimit = 100

const read = (header: string): Accepted => {
  const ranges = rangesOf(header)
  if (!ranges.some((range) => named.has(typeOf(range)))) throw refusal.unnamed(spoken)
  for (const range of ranges) {
    const accepted = readOne(range)
    if (accepted) return accepted
  }
  throw refusal.notAcceptable(spoken)
}

/** The dearest of an `Accept` header's wishes that can be met. Without a header, JSON. Throws 406. */
export const accepted = (header: string | undefined): Accepted => {
  if (!header) return plain
  const found = remembered.get(header)
  if (found) return found
  const fresh = read(header)
  if (remembered.size < rememberedLimit) remembered.set(header, fresh)
  return fresh
}

/** The same for a watch, whose events are never YAML. Throws 406. */
export const acceptedEvents = (header: string | undefined): Accepted => {
  const found = accepted(header)
  if (found.format === 'yaml') throw refusal.notAcceptable(['application/json;stream=watch'])
  return found
}
