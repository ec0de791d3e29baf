import { hasFinalizer, removeFinalizer } from '@flotilla/kube'
import {
  annotation,
  type Binding,
  clusterOfNamespace,
  deepEqual,
  done,
  executionNamespace,
  finalizer,
  type Key,
  type Kind,
  keyOf,
  type ObjectMeta,
  type Outcome,
  reasonOf,
  type Work,
  withoutKeys,
  workKind,
  workName,
} from '@flotilla/sdk'
import type { Machine } from '../../machine.ts'
import { targetsOf } from '../../manifest/targets.ts'

const ofRendering: readonly string[] = [annotation.appliedOverrides, annotation.appliedClusterOverrides]

/** The cluster a Work is for. */
export const clusterOf = ({ metadata }: Work): string => clusterOfNamespace(metadata.namespace) ?? ''

/** Where the Work of a binding's template is, in a cluster. */
export const workKey = ({ spec: { resource } }: Binding, cluster: string): Key => ({
  namespace: executionNamespace(cluster),
  name: workName({ kind: resource.kind, metadata: resource }),
})

function mergedMetadata(there: ObjectMeta, wanted: ObjectMeta): ObjectMeta {
  const others = withoutKeys(there.annotations, (key) => ofRendering.includes(key)) // an override may be gone
  return {
    ...there,
    labels: { ...there.labels, ...wanted.labels },
    annotations: { ...others, ...wanted.annotations },
    finalizers: [...new Set([...(there.finalizers ?? []), ...(wanted.finalizers ?? [])])],
  }
}

/**
 * The Work that is there, with the spec, labels, annotations and finalizers it should have beside those that others gave
 * it. The same Work when nothing has to change.
 */
export function merged(there: Work, wanted: Work): Work {
  const metadata = mergedMetadata(there.metadata, wanted.metadata)
  const isSame = deepEqual(metadata, there.metadata) && deepEqual(wanted.spec, there.spec)
  return isSame ? there : { ...there, metadata, spec: wanted.spec }
}

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
  const work = merged(there, wanted)
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
