import type { WireEvent } from '@flotilla/kube'
import type { Manifest } from '@flotilla/sdk'
import { isObject } from '../registry/json-path.ts'
import type { Answer, BodyAnswer, WatchAnswer } from '../request.ts'
import { refusal } from '../status.ts'
import type { Call } from '../target.ts'
import { type Accepted, accepted, acceptedEvents, spoken } from './accept.ts'
import { partialListOf, partialOf } from './partial.ts'
import { type IncludeObject, isObjectList, longTableOf, type TableOptions, tableOf } from './table.ts'

const includeObjectOf = ({ request: { query } }: Call): IncludeObject => {
  const includeObject = query.includeObject || 'Metadata'
  if (includeObject === 'None' || includeObject === 'Metadata' || includeObject === 'Object') return includeObject
  throw refusal.badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(includeObject)}: must be 'Metadata', 'Object', 'None', or empty`,
  )
}

const isManifest = (body: unknown): body is Manifest =>
  isObject(body) && isObject(body.metadata) && body.kind !== 'Status' && !isObjectList(body)

const tableOptions = (call: Call, version: string): TableOptions => ({
  of: call.served,
  columns: call.served.columns,
  includeObject: includeObjectOf(call),
  now: call.engine.now(),
  version,
})

const asTable = async (call: Call, body: unknown, version: string): Promise<unknown> => {
  const options = tableOptions(call, version)
  if (isObjectList(body)) return longTableOf(body.items, body.metadata, options)
  if (!isManifest(body)) return body
  const { resourceVersion } = body.metadata
  return tableOf([body], resourceVersion ? { resourceVersion } : {}, options)
}

/** What Kubernetes calls a type where it speaks of it: `*core.ConfigMap`. */
const typeOf = ({ served: { custom, group, kind, listKind } }: Call, isList: boolean): string => {
  if (custom) return isList ? '*unstructured.UnstructuredList' : '*unstructured.Unstructured'
  return `*${group.split('.', 1)[0] || 'core'}.${isList ? listKind : kind}`
}

const asPartial = (call: Call, body: unknown, as: string, version: string): unknown => {
  const isList = isObjectList(body)
  if (!isList && !isManifest(body)) return body
  if (isList !== (as === 'PartialObjectMetadataList')) {
    const what = isList ? 'the requested object is a list' : 'the requested object is not a list'
    throw refusal.notThatShape(`you requested ${as}, but ${what} (${typeOf(call, isList)})`)
  }
  return isList ? partialListOf(body, version) : partialOf(body, version)
}

const presentBody = async (call: Call, answer: BodyAnswer, { as, version = 'v1' }: Accepted): Promise<BodyAnswer> => {
  if (as === 'Table') return { ...answer, body: await asTable(call, answer.body, version) }
  if (as?.startsWith('PartialObjectMetadata')) return { ...answer, body: asPartial(call, answer.body, as, version) }
  return answer
}

/** Errors are shown as they are; in a table of a watch only the first event has the head. */
const presentWatch = (call: Call, answer: WatchAnswer, { as, version = 'v1' }: Accepted): WatchAnswer => {
  const showObject =
    as === 'Table' ? tableEvents(call, version) : (object: Manifest): unknown => partialOf(object, version)
  const show = (event: WireEvent): WireEvent =>
    isManifest(event.object) ? { type: event.type, object: showObject(event.object) } : event
  return { ...answer, show }
}

const tableEvents = (call: Call, version: string) => {
  let headless = false
  return (object: Manifest): unknown => {
    const { resourceVersion } = object.metadata
    const options = { ...tableOptions(call, version), headless }
    headless = true
    return tableOf([object], resourceVersion ? { resourceVersion } : {}, options)
  }
}

/** What shows an answer in the shape the client asks for. Throws 400 and 406 before there is one: nothing is written that cannot be answered. */
export const presenter = (call: Call, isWatch: boolean): ((answer: Answer) => Answer | Promise<Answer>) => {
  const { accept } = call.request
  const wish = isWatch ? acceptedEvents(accept) : accepted(accept)
  if (wish.as === 'APIGroupDiscoveryList') throw refusal.notAcceptable(spoken)
  if (wish.as === 'Table') includeObjectOf(call)
  return (answer) => {
    if ('text' in answer || 'content' in answer || 'session' in answer || wish.as === undefined) return answer
    return 'watch' in answer ? presentWatch(call, answer, wish) : presentBody(call, answer, wish)
  }
}
