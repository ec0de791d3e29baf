import { deepFreeze, type Kind, type List, type WatchEvent } from '@flotilla/sdk'
import { metadataOf } from './metadata.ts'
import { refusalOfEvent, unexpected } from './refusal.ts'
import type { ApiRequest, ApiResponse, WireEvent } from './transport.ts'

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null

/** The object in an answer, frozen. */
export function objectOf<T>(request: ApiRequest, { status, body }: ApiResponse): T {
  if (!isFields(body)) throw unexpected(request, status, 'an object')
  return deepFreeze(body) as T // of the kind that was asked for
}

/** Real servers leave `apiVersion` and `kind` out of the items of a list. */
const withType = ({ apiVersion, kind }: Kind<unknown>, item: Fields): Fields =>
  item.kind === undefined ? { apiVersion, kind, ...item } : item

function itemsOf(kind: Kind<unknown>, items: readonly Fields[]): readonly Fields[] {
  const complete = items.every((item) => item.kind !== undefined)
  return deepFreeze(complete ? items : items.map((item) => withType(kind, item)))
}

/** The list in an answer, frozen, each item complete. */
export function listOf<T>(kind: Kind<T>, request: ApiRequest, { status, body }: ApiResponse): List<T> {
  if (!isFields(body) || !isFields(body.metadata)) throw unexpected(request, status, 'a list')
  const { resourceVersion = '', continue: next } = body.metadata as { resourceVersion?: string; continue?: string } // metav1.ListMeta
  const items = itemsOf(kind, (body.items ?? []) as readonly Fields[]) // Go writes an empty list as null
  const list = { resourceVersion, items: items as readonly T[] } // of the kind that was asked for
  return Object.freeze(next ? { ...list, continue: next } : list)
}

/** The event of a watch, frozen. An `ERROR` is thrown as the `ApiError` it holds. */
export function watchEventOf<T>({ type, object }: WireEvent): WatchEvent<T> {
  if (type === 'ERROR') throw refusalOfEvent(object)
  if (type === 'BOOKMARK') return { type, resourceVersion: metadataOf(object).resourceVersion ?? '' }
  return { type, object: deepFreeze(object) as T } // of the kind that is watched
}
