import type { Manifest } from '@flotilla/sdk'
import { keepOwners, trackUpdate } from '../patch/patch.ts'
import type { Call } from '../target.ts'
import { managerOf } from './draft.ts'

/** The object after a write that is not an apply, with `managedFields` as they are then. */
export const withOwners = (call: Call, before: Manifest | undefined, after: Manifest): Manifest => {
  const { served, subresource, engine, request } = call
  if (!engine.tracks(request.user)) return keepOwners(before, after)
  return trackUpdate(before, after, {
    manager: managerOf(call),
    ...(subresource && { subresource }),
    ...(served.schema && { schema: served.schema }),
    now: engine.now(),
  })
}
