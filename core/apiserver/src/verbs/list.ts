import type { Manifest } from '@flotilla/sdk'
import type { Served } from '../registry/registry.ts'
import type { BodyAnswer } from '../request.ts'
import { selectedName, selectFields } from '../select/fields.ts'
import { selectLabels } from '../select/labels.ts'
import { both, type Selection } from '../select/selection.ts'
import { refusal } from '../status.ts'
import type { Objects } from '../store/objects.ts'
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

const isAfter = (page: Page, { metadata: { namespace = '', name } }: Manifest): boolean =>
  namespace > page.namespace || (namespace === page.namespace && name > page.name)

/** Objects at a revision. Of a revision that is forgotten, a page's token of revision 0 stands for the present. */
const objectsAt = (objects: Objects, call: Call, revision: number, page: Page | undefined): Manifest[] => {
  const found = objects.listAt(call.served.id, call.namespace, revision)
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
  /** How many come after. */
  readonly remaining: number
}

/** Without limit, page or history: most lists. */
const everything = (call: Call, select: Selection): Manifest[] => {
  const { objects } = call.engine
  const name = selectedName(call.request.query.fieldSelector)
  const namespace = call.served.namespaced ? call.namespace : ''
  if (name !== undefined && namespace !== undefined) {
    const object = objects.get({ resource: call.served.id, namespace, name })
    return object && (select === undefined || select(object)) ? [object] : []
  }
  const all = objects.list(call.served.id, call.namespace)
  return select === undefined ? all : all.filter(select)
}

const slice = (call: Call, select: Selection): Slice => {
  const { query } = call.request
  const { objects } = call.engine
  const limit = limitOf(query)
  const page = pageOf(query)
  const revision = page ? page.revision : exactRevision(query, objects.revision)
  if (!page && revision === undefined && limit === 0) {
    return { items: everything(call, select), revision: objects.revision, remaining: 0 }
  }
  const at = revision || objects.revision
  const all = objectsAt(objects, call, at, page)
  const selected = select ? all.filter(select) : all
  const rest = page ? selected.filter((object) => isAfter(page, object)) : selected
  const items = limit > 0 ? rest.slice(0, limit) : rest
  return { items, revision: at, remaining: rest.length - items.length }
}

const moreOf = ({ items, revision, remaining }: Slice, counted: boolean) => {
  const last = items.at(-1)
  if (remaining === 0 || last === undefined) return {}
  const { namespace = '', name } = last.metadata
  return { continue: encodePage({ revision, namespace, name }), ...(counted && { remainingItemCount: remaining }) }
}

/** What a list may be of. */
const candidates = (call: Call): readonly Manifest[] => {
  const { query } = call.request
  const { objects } = call.engine
  const page = pageOf(query)
  const revision = page ? page.revision : exactRevision(query, objects.revision)
  return objectsAt(objects, call, revision || objects.revision, page)
}

/** The list a query asks for. Throws 400, 410 and 504 as Kubernetes does. */
export const listOf = async (call: Call): Promise<ObjectList> => {
  const { served } = call
  checkListOptions(call.request.query)
  if (served.translate) await ready(served, candidates(call))
  const select = selectionOf(served, call.request.query)
  const found = slice(call, select)
  return {
    kind: served.listKind,
    apiVersion: served.apiVersion,
    metadata: { resourceVersion: String(found.revision), ...moreOf(found, select === undefined) },
    items: found.items.map((object) => view(served, object)),
  }
}

/** GET of a collection. */
export const list = async (call: Call): Promise<BodyAnswer> => ({ code: 200, body: await listOf(call) })
