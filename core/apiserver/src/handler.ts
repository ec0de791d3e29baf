import { ApiError } from '@flotilla/sdk'
import { present } from './answer/present.ts'
import type { Authorize } from './authorization.ts'
import { checkAuthorized } from './authorization.ts'
import type { Engine } from './engine.ts'
import { type Answer, isTrue, type Request } from './request.ts'
import { parseRoute, type Route } from './route.ts'
import { refusal } from './status.ts'
import type { Call } from './target.ts'
import { create } from './verbs/create.ts'
import { remove, removeCollection } from './verbs/delete.ts'
import { finalize } from './verbs/finalize.ts'
import { list } from './verbs/list.ts'
import { get } from './verbs/read.ts'
import { getScale, patchScale, updateScale } from './verbs/scale.ts'
import { patch, update } from './verbs/update.ts'
import { watch } from './verbs/watch.ts'

type Verb = (call: Call) => Answer | Promise<Answer>

/** A verb as authorization calls it, and what does it. */
interface Action {
  readonly verb: string
  readonly run: Verb
}

type Actions = Readonly<Record<string, Action>>

const onObject: Actions = {
  GET: { verb: 'get', run: get },
  PUT: { verb: 'update', run: update },
  PATCH: { verb: 'patch', run: patch },
  DELETE: { verb: 'delete', run: remove },
}

const onCollection: Actions = {
  GET: { verb: 'list', run: list },
  POST: { verb: 'create', run: create },
  DELETE: { verb: 'deletecollection', run: removeCollection },
}

const onStatus: Actions = {
  GET: { verb: 'get', run: get },
  PUT: { verb: 'update', run: update },
  PATCH: { verb: 'patch', run: patch },
}

const onScale: Actions = {
  GET: { verb: 'get', run: getScale },
  PUT: { verb: 'update', run: updateScale },
  PATCH: { verb: 'patch', run: patchScale },
}

const onFinalize: Actions = { PUT: { verb: 'update', run: finalize } }

const watching: Action = { verb: 'watch', run: watch }

const none: Actions = {}

const actionsOf = ({ served, name, subresource }: Call): Actions => {
  if (subresource === 'finalize') return served.id === 'namespaces' ? onFinalize : none
  if (subresource === 'status') return served.subresources.includes('status') ? onStatus : none
  if (subresource === 'scale') return served.subresources.includes('scale') ? onScale : none
  if (subresource !== undefined) return none
  return name === undefined ? onCollection : onObject
}

const actionOf = (call: Call): Action => {
  const { request, subresource, served, namespace, name } = call
  const actions = actionsOf(call)
  if (actions === none) throw refusal.unknownPath()
  const method = request.method === 'HEAD' ? 'GET' : request.method
  if (method === 'GET' && subresource === undefined && isTrue(request.query.watch)) return watching
  const action = Object.hasOwn(actions, method) ? actions[method] : undefined
  const nowhere = served.namespaced && namespace === undefined && (name !== undefined || method !== 'GET')
  if (action === undefined || nowhere) throw refusal.methodNotAllowed()
  return action
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
export const handleResource = async (
  engine: Engine,
  authorize: Authorize | undefined,
  request: Request,
): Promise<Answer | undefined> => {
  const route = parseRoute(request.path)
  if (route === undefined) return undefined
  const call = callOf(engine, request, route)
  const { verb, run } = actionOf(call)
  if (authorize) await checkAuthorized(authorize, call, verb)
  return present(call, await run(call))
}

/** An error as the answer it means. What was not foreseen is told to `onError` and answers 500. */
export const errorAnswer = (error: unknown, onError: (error: unknown) => void): Answer => {
  if (error instanceof ApiError) return { code: error.code, body: error.status }
  onError(error)
  const { status } = refusal.internal(error instanceof Error ? error.message : String(error))
  return { code: status.code, body: status }
}
