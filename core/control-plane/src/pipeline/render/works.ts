import { hasFinalizer, removeFinalizer } from '@flotilla/kube'
import {
  type Binding,
  clusterOfNamespace,
  done,
  executionNamespace,
  finalizer,
  type Key,
  type Kind,
  keyOf,
  mergedWork,
  type Outcome,
  reasonOf,
  type Work,
  workKind,
  workName,
} from '@flotilla/sdk'
import type { Machine } from '../../machine.ts'
import { targetsOf } from '../../manifest/targets.ts'

/** The cluster a Work is for. */
export const clusterOf = ({ metadata }: Work): string => clusterOfNamespace(metadata.namespace) ?? ''

/** Where the Work of a binding's template is, in a cluster. */
export const workKey = ({ spec: { resource } }: Binding, cluster: string): Key => ({
  namespace: executionNamespace(cluster),
  name: workName({ kind: resource.kind, metadata: resource }),
})

/** Writes the Work unless it is there already, and says in a word what was done; undefined for nothing. */
export async function write(
  { client }: Machine,
  there: Work | undefined,
  wanted: Work,
  signal: AbortSignal,
): Promise<'created' | 'updated' | undefined> {
  if (!there) {
    await client.create(workKind, wanted, { signal })
    return 'created'
  }
  const work = mergedWork(there, wanted)
  if (work === there) return undefined
  await client.update(workKind, work, { signal })
  return 'updated'
}

/** Begins to delete Works; each goes when its member has let go of what is in it. */
async function remove({ client, event }: Machine, binding: Binding, keys: readonly Key[], signal: AbortSignal) {
  try {
    await Promise.all(keys.map((key) => client.delete(workKind, key, { signal })))
  } catch (error) {
    event(binding, 'Warning', 'CleanupWorkFailed', reasonOf(error))
    throw error
  }
}

const there = (works: readonly Work[]): readonly Key[] =>
  works.filter(({ metadata }) => !metadata.deletionTimestamp).map(keyOf)

/** Takes Works away that nobody expects any more. */
export const removeOrphans = (machine: Machine, binding: Binding, works: readonly Work[], signal: AbortSignal) =>
  remove(machine, binding, there(works), signal)

/**
 * Lets a deleted binding go, its Works first: those the cache knows, and those it may not have heard of yet.
 */
export async function release(
  machine: Machine,
  kind: Kind<Binding>,
  binding: Binding,
  works: readonly Work[],
  signal: AbortSignal,
): Promise<Outcome> {
  const name = kind.scope === 'Namespaced' ? finalizer.binding : finalizer.clusterBinding
  if (!hasFinalizer(binding, name)) return done
  const cached = machine.store(workKind)
  const unheard = targetsOf(binding)
    .map((target) => workKey(binding, target.name))
    .filter((key) => cached.get(key) === undefined)
  await remove(machine, binding, [...there(works), ...unheard], signal)
  await removeFinalizer(machine.client, kind, binding, name, { signal })
  return done
}
