import type { Manifest, Patch } from '@flotilla/sdk'
import { applyConfiguration } from './apply.ts'
import { jsonPatch } from './json.ts'
import { mergePatch } from './merge.ts'
import { malformed } from './refusals.ts'
import { strategicPatch } from './strategic.ts'
import type { Writer } from './track.ts'

export { withSharedFields } from './managed.ts'
export { unpatchable } from './refusals.ts'
export { keepOwners, trackUpdate, type Writer } from './track.ts'

export interface PatchInput extends Writer {
  readonly type: Patch['type']
  /** Undefined when there is no object yet: only `apply` makes one. */
  readonly current: Manifest | undefined
  readonly body: unknown
  /** `apply` only: take fields from their owners instead of failing. */
  readonly force?: boolean
  /** `apply` only: top-level fields this write leaves alone, as `status` where that is a subresource of its own. */
  readonly leaves?: readonly string[]
}

/**
 * What a patch makes of an object; it is neither defaulted nor validated yet. Only `apply` sees to `managedFields`;
 * after the others, `trackUpdate` does. Throws an `ApiError`: 400 malformed, 409 with a cause for each field in conflict,
 * 413 too long, 422 does not fit the object.
 */
export function applyPatch(input: PatchInput): Manifest {
  const { type, current, body, schema, force = false, leaves = [] } = input
  if (type === 'apply') return applyConfiguration({ ...input, force, leaves })
  if (!current) throw malformed('there is no object to patch')
  switch (type) {
    case 'merge':
      return mergePatch(current, body)
    case 'json':
      return jsonPatch(current, body)
    case 'strategic':
      return strategicPatch(current, body, schema)
  }
}
