import type { Manifest } from '@flotilla/sdk'
import { jsonPatch } from '../patch/json.ts'
import { refusal } from '../status.ts'
import type { Admitted } from './admission.ts'
import type { Hook } from './hook.ts'
import { asked, type Mutator } from './mutator.ts'
import type { Asked } from './webhooks.ts'
import type { Write } from './write.ts'

const patchedBy = ({ words: { name } }: Hook, object: Manifest, patch: unknown): Manifest => {
  try {
    return jsonPatch(object, patch)
  } catch (cause) {
    throw refusal.internal(
      `admission webhook "${name}" answered with a patch that does not fit: ${String(cause)}`,
      cause,
    )
  }
}

/** A webhook that may change objects. */
export const webhookMutator = ({ hook, served }: Asked): Mutator => ({
  served,
  looksAgain: hook.words.reinvocationPolicy === 'IfNeeded',
  async change(write, warnings) {
    const verdict = await hook.ask(write, served)
    warnings.push(...(verdict?.warnings ?? []))
    return verdict?.patch === undefined ? undefined : patchedBy(hook, write.object, verdict.patch)
  },
})

/**
 * Asks who may change an object, one after the other. When one has changed it, those before it that want to look again do,
 * once; when that changes it again, those after them do, too.
 */
export const mutate = async (write: Write, object: Manifest, mutators: readonly Mutator[]): Promise<Admitted> => {
  const warnings: string[] = []
  const again = new Set<Mutator>()
  let manifest = object
  let invoked: Mutator[] = []
  const ask = async (each: Mutator): Promise<void> => {
    const changed = await asked(each, write, manifest, warnings)
    if (changed !== manifest) {
      for (const one of invoked) again.add(one)
      invoked = []
    }
    manifest = changed
    if (each.looksAgain) invoked.push(each)
  }
  for (const each of mutators) await ask(each)
  for (const each of mutators) if (again.has(each)) await ask(each)
  return { manifest, warnings }
}
