import type { Manifest } from '@flotilla/sdk'
import type { BodyAnswer } from '../request.ts'
import { refusal } from '../status.ts'
import { addressOf, type Call, view, viewed } from '../target.ts'
import { revisionOf } from './list.ts'

/** The named object as readers see it. Throws 404. */
export const find = (call: Call): Manifest => {
  const object = call.engine.objects.get(addressOf(call))
  if (object === undefined) throw refusal.notFound(call.served, call.name ?? '')
  return view(call.served, object)
}

/** The same of what may have to be translated first. */
export const findReady = async (call: Call): Promise<Manifest> => {
  const object = call.engine.objects.get(addressOf(call))
  if (object === undefined) throw refusal.notFound(call.served, call.name ?? '')
  return viewed(call.served, object)
}

/** GET of one object, or of its `status`, which is the whole object too. */
export const get = async (call: Call): Promise<BodyAnswer> => {
  revisionOf(call.request.query.resourceVersion)
  return { code: 200, body: await findReady(call) }
}
