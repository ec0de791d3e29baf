import { ApiError } from '@flotilla/sdk'
import { presenter } from './answer/present.ts'
import type { Engine } from './engine.ts'
import { type Answer, isTrue, type Request } from './request.ts'
import { parseRoute, type Route } from './route.ts'
import { refusal } from './status.ts'
import type { Call } from './target.ts'
import { bind } from './verbs/bind.ts'
import { connect } from './verbs/connect.ts'
import { create } from './verbs/create.ts'
import { remove, removeCollection } from './verbs/delete.ts'
import { evict } from './verbs/evict.ts'
import { finalize } from './verbs/finalize.ts'
import { list } from './verbs/list.ts'
import { log } from './verbs/log.ts'
import { checkOptions } from './verbs/options.ts'
import { get } from './verbs/read.ts'
import { review } from './verbs/review.ts'
import { getScale, patchScale, updateScale } from './verbs/scale.ts'
import { requestToken } from './verbs/token.ts'
import { patch, update } from './verbs/update.ts'
import { watch } from './verbs/watch.ts'

type Action = (call: Call) => Answer | Promise<Answer>

/** By method. */
type Actions = Readonly<Record<string, Action>>

const onObject: Actions = {
  GET: get,
  PUT: update,
  PATCH: patch,
  DELETE: remove,
}

const onCollection: Actions = {
  GET: list,
  POST: create,
  DELETE: removeCollection,
}

/** One by one they go. */
const onNamespaces: Actions = { GET: list, POST: create }

const onStatus: Actions = {
  GET: get,
  PUT: update,
  PATCH: patch,
}

const onScale: Actions = {
  GET: getScale,
  PUT: updateScale,
  PATCH: patchScale,
}

const onQuestion: Actions = { POST: review }
const onBindings: Actions = { POST: bind }
const onConnection: Actions = { GET: connect, POST: connect }

/** Subresources of one kind's own. */
const onOwn: Readonly<Record<string, Actions>> = {
  'namespaces/finalize': { PUT: finalize },
  'pods/attach': onConnection,
  'pods/binding': { POST: bind },
  'pods/eviction': { POST: evict },
  'pods/exec': onConnection,
  'pods/log': { GET: log },
  'pods/portforward': onConnection,
  'serviceaccounts/token': { POST: requestToken },
  'certificatesigningrequests.certificates.k8s.io/approval': onStatus,
}

const none: Actions = {}

const actionsOf = ({ served, name, subresource }: Call): Actions => {
  if (subresource === 'status') return served.subresources.includes('status') ? onStatus : none
  if (subresource === 'scale') return served.subresources.includes('scale') ? onScale : none
  if (subresource !== undefined) return onOwn[`${served.id}/${subresource}`] ?? none
  if (served.transient && name !== undefined) return none
  if (served.transient) return served.id === 'bindings' ? onBindings : onQuestion
  if (name !== undefined) return onObject
  return served.id === 'namespaces' ? onNamespaces : onCollection
}

const actionOf = (call: Call, watched: boolean): Action => {
  const { request, served, namespace, name } = call
  const { method, query } = request
  const actions = actionsOf(call)
  if (actions === none) throw refusal.unknownPath()
  const action = Object.hasOwn(actions, method) ? actions[method] : undefined
  const nowhere = served.namespaced && namespace === undefined
  if (nowhere && name !== undefined) throw refusal.unknownPath()
  if (action === undefined || (nowhere && method !== 'GET')) throw refusal.methodNotAllowed()
  return watched || (action === list && isTrue(query.watch)) ? watch : action
}

const callOf = (engine: Engine, request: Request, route: Route): Call => {
  const { group, version, plural, namespace, name, subresource } = route
  const served = engine.registry.find(group, version, plural)
  if (served === undefined || (namespace !== undefined && !served.namespaced)) throw refusal.unknownPath()
  return {
    engine,
    request,
    served,
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    ...(subresource !== undefined && { subresource }),
  }
}

/** Answers a request for resources; undefined when the path is not one of theirs. Throws the `ApiError` that refuses it. */
export const handleResource = async (engine: Engine, request: Request): Promise<Answer | undefined> => {
  const route = parseRoute(request.path)
  if (route === undefined) return undefined
  const call = callOf(engine, request, route)
  const run = actionOf(call, route.watched ?? false)
  const present = presenter(call, run === watch)
  checkOptions(request)
  return present(await run(call))
}

/** An error as the answer it means. What was not foreseen is told to `onError` and answers 500. */
export const errorAnswer = (error: unknown, onError: (error: unknown) => void): Answer => {
  if (error instanceof ApiError) return { code: error.code, body: error.status }
  onError(error)
  const { status } = refusal.internal(error instanceof Error ? error.message : String(error))
  return { code: status.code, body: status }
}
