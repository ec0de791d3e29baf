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

/** Shapes other than the object itself, with the group that says what they are. */
const shapes: ReadonlyMap<string, readonly string[]> = new Map([
  ['Table.meta.k8s.io', ['v1', 'v1beta1']],
  ['PartialObjectMetadata.meta.k8s.io', ['v1', 'v1beta1']],
  ['PartialObjectMetadataList.meta.k8s.io', ['v1', 'v1beta1']],
  ['APIGroupDiscoveryList.apidiscovery.k8s.io', ['v2', 'v2beta1']],
])

const parametersOf = (parts: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(parts.map((part) => part.split('=').map((text) => text.trim())))

const readOne = (range: string): Accepted | undefined => {
  const [type = '', ...parts] = range.split(';')
  const format = formats.get(type.trim().toLowerCase())
  if (format === undefined) return undefined
  const { as, v = '', g = '' } = parametersOf(parts)
  if (as === undefined) return { format }
  return shapes.get(`${as}.${g}`)?.includes(v) ? { format, as, version: v } : undefined
}

const remembered = new Map<string, Accepted>()
const rememberedLimit = 100

const read = (header: string): Accepted => {
  for (const range of header.split(',')) {
    const accepted = readOne(range)
    if (accepted) return accepted
  }
  throw refusal.notAcceptable(['application/json', 'application/yaml'])
}

/** The first of an `Accept` header's wishes that can be met. Without a header, JSON. Throws 406. */
export const accepted = (header: string | undefined): Accepted => {
  if (!header) return plain
  const found = remembered.get(header)
  if (found) return found
  const fresh = read(header)
  if (remembered.size < rememberedLimit) remembered.set(header, fresh)
  return fresh
}
