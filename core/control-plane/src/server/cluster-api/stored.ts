import {
  type Cluster,
  type CustomResourceDefinition,
  clusterDefinition,
  clusterKind,
  crd,
  groupOf,
  type Kind,
} from '@flotilla/sdk'

/** What Clusters are kept as where they are served by us. */
export const storedClusterKind: Kind<Cluster> = {
  apiVersion: 'storage.flotilla.dev/v1alpha1',
  kind: 'StoredCluster',
  plural: 'storedclusters',
  scope: 'Cluster',
}

/** The definition they are kept by: the same fields. */
export const storedClusters: CustomResourceDefinition = crd({
  ...clusterDefinition,
  kind: storedClusterKind,
  description: 'What is kept of a Cluster (cluster.karmada.io): read and write that one.',
})

type Json = Readonly<Record<string, unknown>>

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Words on one side, and on the other. */
type Words = ReadonlyMap<unknown, string>

const shownKinds = [clusterKind.kind, `${clusterKind.kind}List`, clusterKind.plural, clusterKind.apiVersion] as const
const keptKinds = [
  storedClusterKind.kind,
  `${storedClusterKind.kind}List`,
  storedClusterKind.plural,
  storedClusterKind.apiVersion,
] as const

const toKept: Words = new Map(shownKinds.map((word, index) => [word, keptKinds[index] ?? word]))
const toShown: Words = new Map(keptKinds.map((word, index) => [word, shownKinds[index] ?? word]))

const said = (words: Words, word: unknown): unknown => words.get(word) ?? word

/** Objects say of themselves what they are, and who wrote what of them in which version. */
const typed = (words: Words, { apiVersion, kind, ...rest }: Json): Json => ({
  ...(apiVersion !== undefined && { apiVersion: said(words, apiVersion) }),
  ...(kind !== undefined && { kind: said(words, kind) }),
  ...rest,
})

const managed = (words: Words, entries: readonly unknown[]): readonly unknown[] =>
  entries.map((entry) => (isJson(entry) ? { ...entry, apiVersion: said(words, entry.apiVersion) } : entry))

function object(words: Words, value: unknown): unknown {
  if (!isJson(value)) return value
  const { metadata } = value
  if (!isJson(metadata) || !Array.isArray(metadata.managedFields)) return typed(words, value)
  return typed(words, { ...value, metadata: { ...metadata, managedFields: managed(words, metadata.managedFields) } })
}

/** Names in sentences, the longest first. */
const inSentences: readonly (readonly [string, string])[] = [
  [storedClusterKind.plural, clusterKind.plural],
  [storedClusterKind.kind, clusterKind.kind],
  [groupOf(storedClusterKind.apiVersion), groupOf(clusterKind.apiVersion)],
]

const sentence = (text: unknown): unknown =>
  typeof text === 'string' ? inSentences.reduce((said, [kept, shown]) => said.replaceAll(kept, shown), text) : text

function details(value: unknown): unknown {
  if (!isJson(value)) return value
  const { group, kind, ...rest } = value
  return {
    ...rest,
    ...(group !== undefined && { group: sentence(group) }),
    ...(kind !== undefined && { kind: said(toShown, kind) }),
  }
}

/** What an API server says of something that is kept. */
export function shown(body: unknown): unknown {
  if (!isJson(body)) return body
  if (body.kind === 'Status') return { ...body, message: sentence(body.message), details: details(body.details) }
  const whole = object(toShown, body) as Json // what was one is one
  if (Array.isArray(whole.items)) return { ...whole, items: whole.items.map((item) => object(toShown, item)) }
  if (whole.kind !== 'Table' || !Array.isArray(whole.rows)) return whole
  const row = (row: unknown) => (isJson(row) ? { ...row, object: object(toShown, row.object) } : row)
  return { ...whole, rows: whole.rows.map(row) }
}

/** What is sent to an API server about a Cluster, as what is kept of it. */
export const kept = (body: unknown): unknown => object(toKept, body)

const pathOf = ({ apiVersion, plural }: Kind<unknown>): string => `/apis/${apiVersion}/${plural}`
const [shownPath, keptPath] = [pathOf(clusterKind), pathOf(storedClusterKind)]

/** The path where what is asked for is kept; undefined when nobody asks for Clusters. */
export const keptAt = (path: string): string | undefined =>
  path === shownPath || path.startsWith(`${shownPath}/`) ? keptPath + path.slice(shownPath.length) : undefined
