import { deepEqual, type Manifest } from '@flotilla/sdk'
import { jsonPatch } from '../patch/json.ts'
import { isObject } from '../registry/json-path.ts'
import type { Served } from '../registry/registry.ts'
import { refusal } from '../status.ts'
import type { Admitted } from './admission.ts'
import type { Hook } from './hook.ts'
import { inVersion } from './versions.ts'
import type { Asked } from './webhooks.ts'
import type { Write } from './write.ts'

/** An object after a patch, as the kind has it. */
const fitted = (served: Served, patched: Manifest, { apiVersion, kind }: Manifest): Manifest => {
  if (patched.apiVersion !== apiVersion || patched.kind !== kind || !isObject(patched.metadata))
    throw refusal.internal('a webhook may not change what an object is')
  if (kind !== served.kind) return patched // a scale
  const { compiled } = served
  return compiled.applyDefaults(compiled.prune(patched))
}

/** What a webhook makes of an object; the same object when it leaves it as it is. */
const asked = async (
  { hook, served }: Asked,
  write: Write,
  object: Manifest,
  warnings: string[],
): Promise<Manifest> => {
  const [shown, before] = await Promise.all([
    inVersion(write.served, served, object),
    write.before && inVersion(write.served, served, write.before),
  ])
  const verdict = await hook.ask({ ...write, object: shown, ...(before && { before }) }, served)
  warnings.push(...(verdict?.warnings ?? []))
  if (verdict?.patch === undefined) return object
  const patched = fitted(served, patchedBy(hook, shown, verdict.patch), shown)
  return deepEqual(patched, shown) ? object : inVersion(served, write.served, patched)
}

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

/**
 * Asks webhooks that may change an object, one after the other. When one has changed it, those before it that want to
 * be asked again are, once.
 */
export const mutate = async (write: Write, object: Manifest, hooks: readonly Asked[]): Promise<Admitted> => {
  const warnings: string[] = []
  let manifest = object
  let invoked: Asked[] = []
  const again = new Set<Asked>()
  for (const each of hooks) {
    const changed = await asked(each, write, manifest, warnings)
    if (changed !== manifest) {
      for (const one of invoked) again.add(one)
      invoked = []
    }
    manifest = changed
    if (each.hook.words.reinvocationPolicy === 'IfNeeded') invoked.push(each)
  }
  for (const each of hooks) if (again.has(each)) manifest = await asked(each, write, manifest, warnings)
  return { manifest, warnings }
}
