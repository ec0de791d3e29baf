import type { Manifest } from '@flotilla/sdk'
import type { Served } from '../registry/registry.ts'
import type { BodyAnswer } from '../request.ts'
import { selectedName, selectFields } from '../select/fields.ts'
import { selectLabels } from '../select/labels.ts'
import { both, type Selection } from '../select/selection.ts'
import { refusal } from '../status.ts'
import type { Span } from '../store/objects.ts'
import { type Call, ready, view } from '../target.ts'
import { checkListOptions, integerIn } from './options.ts'
import { decodePage, encodePage, type Page } from './page.ts'

/** A list, as it is answered. */
export interface ObjectList {
  readonly kind: string
  readonly apiVersion: string
  readonly metadata: {
    readonly resourceVersion: string
    readonly continue?: string
    readonly remainingItemCount?: number
  }
  readonly items: readonly Manifest[]
}

type Query = Readonly<Record<string, string>>

/** Fields are named as the version that was asked for has them. */
const selectViewed = (served: Served, fieldSelector: string | undefined): Selection => {
  const select = selectFields(fieldSelector, served.selectableFields)
  return select && (served.convert || served.translate) ? (object) => select(view(served, object)) : select
}

/** What the selectors of a query select. Throws 400 when one cannot be read. */
export const selectionOf = (served: Served, { labelSelector, fieldSelector }: Query): Selection =>
  both(selectViewed(served, fieldSelector), selectLabels(labelSelector))

/** A resourceVersion as a number; undefined when there is none. Throws 400 for what no server has given out. */
export const revisionOf = (text: string | undefined): number | undefined => {
  if (!text) return undefined
  const revision = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(revision)) {
    throw refusal.badRequest(
      `invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(text)}: must be a number this server has given out`,
    )
  }
  return revision
}

/** Less than none is none, as in Kubernetes. */
const limitOf = ({ limit }: Query): number => Math.max(0, integerIn(limit) ?? 0)

/** The revision a list must be of, exactly; undefined when the present will do. */
const exactRevision = (query: Query, current: number): number | undefined => {
  const revision = revisionOf(query.resourceVersion)
  if (revision !== undefined && revision > current) throw refusal.futureVersion(String(revision), current)
  const { resourceVersionMatch: match } = query
  const exact = match === 'Exact' || (!match && limitOf(query) > 0)
  return exact && revision ? revision : undefined
}

const expiredPage =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
  'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
  'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
  'deleted between the time the first chunk was returned and now may show up in the list.'

/** What comes next after the last object of a page. */
const after = ({ namespace, name }: Page) => ({ namespace, name: `${name}\0` })

/** Objects at a revision. Of a revision that is forgotten, a page's token of revision 0 stands for the present. */
const spanAt = ({ engine, served, namespace }: Call, revision: number, page: Page | undefined): Span => {
  const options = { ...(namespace !== undefined && { namespace }), ...(page && { from: after(page) }) }
  const found = engine.objects.span(served.id, revision, options)
  if (found) return found
  if (page) throw refusal.expired(expiredPage, encodePage({ ...page, revision: 0 }))
  throw refusal.expired(`The resourceVersion for the provided list is too old.`)
}

/** Where a list goes on; undefined at its beginning. */
const pageOf = ({ continue: token, resourceVersion }: Query): Page | undefined => {
  if (!token) return undefined
  if (!resourceVersion || resourceVersion === '0') return decodePage(token)
  throw refusal.badRequest('specifying resource version is not allowed when using continue')
}

interface Slice {
  readonly items: readonly Manifest[]
  readonly revision: number
  /** How many come after; as many as there might be, where some are selected. */
  readonly remaining: number
}

/** The one object a query can select, where it says which. */
const named = ({ engine, served, namespace, request }: Call): Span | undefined => {
  const name = selectedName(request.query.fieldSelector)
  const place = served.namespaced ? namespace : ''
  if (name === undefined || place === undefined) return undefined
  const object = engine.objects.get({ resource: served.id, namespace: place, name })
  return { objects: object ? [object] : [], size: object ? 1 : 0 }
}

/** The first of some objects that are selected; all of them where there is no limit. */
const taken = ({ objects, size }: Span, select: Selection, limit: number): Omit<Slice, 'revision'> => {
  const items: Manifest[] = []
  for (const object of objects) {
    if (select !== undefined && !select(object)) continue
    if (items.length === limit && limit > 0) return { items, remaining: size - items.length }
    items.push(object)
  }
  return { items, remaining: 0 }
}

/** The same where fields are looked at in a version that someone has to be asked about. */
const takenReady = async ({ served }: Call, span: Span, select: Selection, limit: number) => {
  const objects = [...span.objects]
  await ready(served, objects)
  return taken({ ...span, objects }, select, limit)
}

const slice = async (call: Call, select: Selection): Promise<Slice> => {
  const { query } = call.request
  const { objects } = call.engine
  const limit = limitOf(query)
  const page = pageOf(query)
  const revision = (page ? page.revision : exactRevision(query, objects.revision)) || objects.revision
  const isPlain = !page && revision === objects.revision && limit === 0
  const span = (isPlain ? named(call) : undefined) ?? spanAt(call, revision, page)
  const isAsked = call.served.translate && query.fieldSelector
  return { ...(isAsked ? await takenReady(call, span, select, limit) : taken(span, select, limit)), revision }
}

const moreOf = ({ items, revision, remaining }: Slice, counted: boolean) => {
  const last = items.at(-1)
  if (remaining === 0 || last === undefined) return {}
  const { namespace = '', name } = last.metadata
  return { continue: encodePage({ revision, namespace, name }), ...(counted && { remainingItemCount: remaining }) }
}

/** The list a query asks for. Throws 400, 410 and 504 as Kubernetes does. */
export const listOf = async (call: Call): Promise<ObjectList> => {
  const { served } = call
  checkListOptions(call.request.query)
  const select = selectionOf(served, call.request.query)
  const found = await slice(call, select)
  await ready(served, found.items)
  return {
    kind: served.listKind,
    apiVersion: served.apiVersion,
    metadata: { resourceVersion: String(found.revision), ...moreOf(found, select === undefined) },
    items: found.items.map((object) => view(served, object)),
  }
}

/** GET of a collection. */
export const list = async (call: Call): Promise<BodyAnswer> => ({ code: 200, body: await listOf(call) })
