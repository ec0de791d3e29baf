import type { Manifest } from '@flotilla/sdk'
import { keepOwners, trackUpdate } from '../patch/patch.ts'
import type { Call } from '../target.ts'
import { managerOf } from './draft.ts'

/** A status that a new object begins with is nobody's. */
const isNew = ({ served, subresource }: Call, before: Manifest | undefined, after: Manifest): boolean =>
  before === undefined && subresource === undefined && served.subresources.includes('status') && 'status' in after

/** The object after a write that is not an apply, with `managedFields` as they are then. */
export const withOwners = (call: Call, before: Manifest | undefined, after: Manifest): Manifest => {
  const { served, subresource, engine, request } = call
  if (!engine.tracks(request.user)) return keepOwners(before, after)
  const how = {
    manager: managerOf(call),
    ...(subresource && { subresource }),
    ...(served.schema && { schema: served.schema }),
    now: engine.now(),
  }
  if (!isNew(call, before, after)) return trackUpdate(before, after, how)
  const { status, ...own } = after
  return { ...trackUpdate(before, own, how), status }
}
