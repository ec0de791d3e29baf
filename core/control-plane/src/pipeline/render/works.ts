import { hasFinalizer, removeFinalizer } from '@flotilla/kube'
import {
  ApiError,
  type Binding,
  clusterOfNamespace,
  done,
  errors,
  executionNamespace,
  finalizer,
  isConflict,
  type Key,
  type Kind,
  keyOf,
  keyText,
  type Manifest,
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

/** A Work as it is and as it should be, and what it is of. */
interface Writing {
  readonly there: Work | undefined
  readonly wanted: Work
  readonly template: Manifest
  readonly cluster: string
}

/** What a server says to an object that it will never take. etcd's words come as an internal error. */
const isFinal = (error: unknown): error is ApiError =>
  error instanceof ApiError &&
  ([400, 413, 422].includes(error.code) || /request is too large|message larger than max/i.test(error.message))

/** Writes the Work unless it is there already, and says in a word what was done; undefined for nothing. */
export async function write(
  { client }: Machine,
  { there, wanted, template, cluster }: Writing,
  signal: AbortSignal,
): Promise<'created' | 'updated' | undefined> {
  const work = there ? mergedWork(there, wanted) : wanted
  if (work === there) return undefined
  try {
    const options = { signal, answer: 'metadata' } as const
    await (there ? client.update(workKind, work, options) : client.create(workKind, work, options))
    return there ? 'updated' : 'created'
  } catch (error) {
    if (!isFinal(error)) throw error
    const kilobytes = Math.ceil(Buffer.byteLength(JSON.stringify(work)) / 1000)
    throw errors.WORK_REFUSED(`${template.kind} ${keyText(keyOf(template))}`, cluster, kilobytes, error)
  }
}

/** Begins to delete Works; each goes when its member has let go of what is in it. */
async function remove({ client, event }: Machine, binding: Binding, keys: readonly Key[], signal: AbortSignal) {
  try {
    await Promise.all(keys.map((key) => client.delete(workKind, key, { signal })))
  } catch (error) {
    if (!isConflict(error)) event(binding, 'Warning', 'CleanupWorkFailed', reasonOf(error))
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
