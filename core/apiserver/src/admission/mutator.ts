import { deepEqual, type Manifest } from '@flotilla/sdk'
import { isObject } from '../registry/json-path.ts'
import type { Served } from '../registry/registry.ts'
import { refusal } from '../status.ts'
import { inVersion } from './versions.ts'
import type { Write } from './write.ts'

/** Someone who may change an object on its way in. */
export interface Mutator {
  /** The version of the object that it wants to see. */
  readonly served: Served
  /** Whether it looks again when others have changed the object after it. */
  readonly looksAgain: boolean
  /** What it makes of an object; undefined when it leaves it as it is. It may add to what the user should hear. Throws the refusal. */
  change(write: Write & { readonly object: Manifest }, warnings: string[]): Promise<Manifest | undefined>
}

/** An object after a change, as the kind has it. */
const fitted = (served: Served, changed: Manifest, { apiVersion, kind }: Manifest): Manifest => {
  if (changed.apiVersion !== apiVersion || changed.kind !== kind || !isObject(changed.metadata))
    throw refusal.internal('a webhook may not change what an object is')
  if (kind !== served.kind) return changed // a scale
  const { compiled } = served
  return compiled.applyDefaults(compiled.prune(changed))
}

/** What someone makes of an object; the same object when it is left as it is. */
export const asked = async (
  mutator: Mutator,
  write: Write,
  object: Manifest,
  warnings: string[],
): Promise<Manifest> => {
  const { served } = mutator
  const [shown, before] = await Promise.all([
    inVersion(write.served, served, object),
    write.before && inVersion(write.served, served, write.before),
  ])
  const changed = await mutator.change({ ...write, object: shown, ...(before && { before }) }, warnings)
  if (changed === undefined) return object
  const whole = fitted(served, changed, shown)
  return deepEqual(whole, shown) ? object : inVersion(served, write.served, whole)
}
