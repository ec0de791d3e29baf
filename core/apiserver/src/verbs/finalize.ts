import type { Manifest } from '@flotilla/sdk'
import { readKeys } from '../registry/json-path.ts'
import type { BodyAnswer } from '../request.ts'
import type { Call } from '../target.ts'
import { readObject } from './draft.ts'
import { replaceWith } from './update.ts'

/** PUT of a namespace's `finalize`: only `spec.finalizers` is taken. A namespace nothing holds any more goes. */
export const finalize = async (call: Call): Promise<BodyAnswer> => {
  const proposed = readObject(call, call.request.body(call.served))
  const finalizers = readKeys(proposed, ['spec', 'finalizers'])
  const { resourceVersion } = proposed.metadata
  return replaceWith(call, (current): Manifest => {
    const spec = { ...(current.spec as object | undefined), finalizers } // the schema says it is one
    return { ...current, metadata: { ...current.metadata, ...(resourceVersion && { resourceVersion }) }, spec }
  })
}
