import { type Client, isFields, type Kind, keyOf, keyText } from '@flotilla/sdk'
import { metadataOf } from './metadata.ts'
import { collectionPath } from './path.ts'
import { unexpected } from './refusal.ts'
import { isBefore } from './version.ts'

/** What is counted, and where. */
export interface Counted {
  readonly client: Client
  readonly kind: Kind<unknown>
  readonly selection: {
    readonly namespace?: string
    readonly labelSelector?: string
    readonly fieldSelector?: string
  }
  readonly signal: AbortSignal
}

/** Who is there, and since which version of it: all that a comparison needs. */
export interface Census {
  /** Of the server when it began. What is newer has changed since. */
  readonly version: string
  /** By key text: uid and version. */
  readonly items: ReadonlyMap<string, string>
}

interface Page {
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string }
  readonly items?: readonly unknown[] | null
}

/** A tenth of most objects, and more than one is much less work for a server that has it in memory. */
const accept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json'

const textOf = (object: unknown): string => keyText(keyOf({ metadata: metadataOf(object) }))

function identityOf(object: unknown): string {
  const { uid = '', resourceVersion = '' } = metadataOf(object)
  return `${uid} ${resourceVersion}`
}

/** The path of a page, with its query. */
function pathOf({ kind, selection: { namespace, ...selectors } }: Counted, limit: number, next: string | undefined) {
  const query = new URLSearchParams({ limit: String(limit) })
  for (const [name, value] of Object.entries({ ...selectors, continue: next })) if (value) query.set(name, value)
  return `${collectionPath(kind, namespace)}?${query}`
}

async function pageOf(counted: Counted, limit: number, next?: string): Promise<Page> {
  const { client, signal } = counted
  const path = pathOf(counted, limit, next)
  const { status, body } = await client.raw({ path, accept, signal })
  if (!isFields(body) || !isFields(body.metadata)) throw unexpected({ method: 'GET', path }, status, 'a list')
  return body as unknown as Page // what a server answers to a list
}

/** The version a server is at: one small read. */
export async function versionAt(counted: Counted): Promise<string> {
  const { metadata } = await pageOf(counted, 1)
  return metadata.resourceVersion ?? ''
}

/** Counts what a server has, a page at a time. */
export async function census(counted: Counted, pageSize: number): Promise<Census> {
  const items = new Map<string, string>()
  let page = await pageOf(counted, pageSize)
  const version = page.metadata.resourceVersion ?? ''
  for (;;) {
    for (const item of page.items ?? []) items.set(textOf(item), identityOf(item))
    if (!page.metadata.continue) return { version, items }
    page = await pageOf(counted, pageSize, page.metadata.continue)
  }
}

/** Where what is held is not what was counted, by key text, and how. What changed since the count began says nothing. */
export function differences(held: readonly unknown[], { version, items }: Census): ReadonlyMap<string, string> {
  const different = new Map<string, string>()
  const missing = new Map(items)
  for (const object of held) {
    const text = textOf(object)
    const here = identityOf(object)
    const there = missing.get(text)
    missing.delete(text)
    if (here === there || isBefore(version, metadataOf(object).resourceVersion)) continue
    different.set(text, `${here}, there: ${there ?? 'nothing'}`)
  }
  for (const [text, there] of missing) different.set(text, `nothing, there: ${there}`)
  return different
}

/** What differs in the same way twice. */
export const lasting = (first: ReadonlyMap<string, string>, second: ReadonlyMap<string, string>): readonly string[] =>
  [...second].filter(([text, how]) => first.get(text) === how).map(([text]) => text)
