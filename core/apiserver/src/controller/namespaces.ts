import { type Condition, type Log, type Manifest, reasonOf } from '@flotilla/sdk'
import { type Emptied, emptyOthers, type Remains } from '../aggregation/contents.ts'
import type { Foreign } from '../aggregation/foreign.ts'
import type { Engine } from '../engine.ts'
import { readKeys } from '../registry/json-path.ts'
import type { Served } from '../registry/registry.ts'
import type { Change } from '../store/change.ts'
import { timestamp } from '../target.ts'
import { Queue } from './queue.ts'
import { pathOf, type Requests } from './requests.ts'

const finalizer = 'kubernetes'
const atOnce = 32

/** Objects of one resource that are still in a namespace. */
interface Remainder {
  readonly served: Served
  readonly objects: readonly Manifest[]
}

const remainsOf = ({ served, objects }: Remainder): Remains => ({
  id: served.id,
  count: objects.length,
  finalizers: objects.flatMap(({ metadata }) => metadata.finalizers ?? []),
})

/** What a namespace waits for, in the words of Kubernetes. */
type Waiting = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>

const failureOf = (failures: readonly unknown[]): Waiting => {
  const type = 'NamespaceDeletionContentFailure'
  const [first] = failures
  if (first === undefined) {
    const message = 'All content successfully deleted, may be waiting on finalization'
    return { type, status: 'False', reason: 'ContentDeleted', message }
  }
  const message = `Failed to delete all resource types, ${failures.length} remaining: ${reasonOf(first)}`
  return { type, status: 'True', reason: 'ContentDeletionFailed', message }
}

/** Whoever cannot be asked may have something of the namespace. */
const discoveryOf = (unknown: readonly string[]): Waiting => {
  const type = 'NamespaceDeletionDiscoveryFailure'
  if (unknown.length === 0)
    return { type, status: 'False', reason: 'ResourcesDiscovered', message: 'All resources successfully discovered' }
  const each = unknown.map((version) => `${version}: stale GroupVersion discovery: ${version}`)
  const message = `Discovery failed for some groups, ${unknown.length} failing: unable to retrieve the complete list of server APIs: ${each.join(', ')}`
  return { type, status: 'True', reason: 'DiscoveryFailed', message }
}

const parsed: Waiting = {
  type: 'NamespaceDeletionGroupVersionParsingFailure',
  status: 'False',
  reason: 'ParsedGroupVersions',
  message: 'All legacy kube types successfully parsed',
}

const contentOf = (remains: readonly Remains[]): Waiting => {
  const type = 'NamespaceContentRemaining'
  if (remains.length === 0)
    return { type, status: 'False', reason: 'ContentRemoved', message: 'All content successfully removed' }
  const counts = remains.map(({ id, count }) => `${id} has ${count} resource instances`)
  const message = `Some resources are remaining: ${counts.join(', ')}`
  return { type, status: 'True', reason: 'SomeResourcesRemain', message }
}

const finalizersOf = (remains: readonly Remains[]): Waiting => {
  const type = 'NamespaceFinalizersRemaining'
  const names = remains.flatMap(({ finalizers }) => finalizers)
  if (names.length === 0) {
    const message = 'All content-preserving finalizers finished'
    return { type, status: 'False', reason: 'ContentHasNoFinalizers', message }
  }
  const counts = [...Map.groupBy(names, (name) => name)].map(
    ([name, all]) => `${name} in ${all.length} resource instances`,
  )
  const message = `Some content in the namespace has finalizers remaining: ${counts.join(', ')}`
  return { type, status: 'True', reason: 'SomeFinalizersRemain', message }
}

const conditionsOf = ({ unknown, remains, failures }: Emptied): readonly Waiting[] => [
  discoveryOf(unknown),
  parsed,
  failureOf(failures),
  contentOf(remains),
  finalizersOf(remains),
]

/** What waits for others is looked at again, as nobody tells when it is over. */
const awaited = (others: Emptied): unknown =>
  others.failures[0] ??
  (others.unknown[0] && new Error(`${others.unknown[0]} is not available`)) ??
  (others.remains[0] && new Error(`there are ${others.remains[0].id}`))

/** Who else may have something of a namespace. */
interface Others {
  list(): readonly Foreign[]
}

/** Empties a namespace that is being deleted, and lets it go when nothing is left. */
export class Namespaces {
  readonly #engine: Engine
  readonly #requests: Requests
  readonly #queue: Queue
  readonly #stop: () => void
  readonly #others: Others

  constructor(engine: Engine, requests: Requests, log: Log, others: Others = { list: () => [] }) {
    this.#engine = engine
    this.#others = others
    this.#requests = requests
    this.#queue = new Queue({
      workers: 4,
      step: (name) => this.#empty(name),
      onError: (error, namespace) => log.warn('a namespace is not empty yet', { namespace, error }),
    })
    for (const namespace of engine.objects.list('namespaces')) this.#consider(namespace)
    this.#stop = engine.objects.listen((change) => this.#hear(change))
  }

  async close(): Promise<void> {
    this.#stop()
    await this.#queue.close()
  }

  #hear({ resource, type, object, namespace }: Change): void {
    if (resource === 'namespaces' && type !== 'DELETED') this.#consider(object)
    if (type !== 'DELETED' || !namespace) return
    const found = this.#engine.objects.get({ resource: 'namespaces', namespace: '', name: namespace })
    if (found) this.#consider(found)
  }

  #consider({ metadata }: Manifest): void {
    if (metadata.deletionTimestamp) this.#queue.add(metadata.name)
  }

  async #empty(name: string): Promise<void> {
    const namespace = this.#engine.objects.get({ resource: 'namespaces', namespace: '', name })
    if (!namespace?.metadata.deletionTimestamp) return
    const failures: unknown[] = []
    for (const { served, objects } of this.#remaining(name)) failures.push(...(await this.#delete(served, objects)))
    const others = await emptyOthers(this.#others.list(), name)
    const emptied: Emptied = {
      unknown: others.unknown,
      remains: [...this.#remaining(name).map(remainsOf), ...others.remains],
      failures: [...failures, ...others.failures],
    }
    if (isEmpty(emptied)) return this.#finalize(namespace)
    await this.#report(namespace, emptied)
    const reason = failures[0] ?? awaited(others)
    if (reason) throw reason // and is tried again
  }

  #remaining(name: string): readonly Remainder[] {
    const { registry, objects } = this.#engine
    return registry
      .distinct()
      .filter(({ namespaced }) => namespaced)
      .map((served) => ({ served, objects: objects.list(served.id, name) }))
      .filter((remainder) => remainder.objects.length > 0)
  }

  /** Answers with what went wrong: one object that stays does not keep the others. */
  async #delete(served: Served, objects: readonly Manifest[]): Promise<readonly unknown[]> {
    const living = objects.filter(({ metadata }) => !metadata.deletionTimestamp)
    const failures: unknown[] = []
    for (let start = 0; start < living.length; start += atOnce) {
      const some = living.slice(start, start + atOnce)
      const outcomes = await Promise.allSettled(
        some.map((object) => this.#requests.delete(pathOf(served, object), { propagationPolicy: 'Background' })),
      )
      failures.push(...outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : [])))
    }
    return failures
  }

  async #finalize(namespace: Manifest): Promise<void> {
    const finalizers = readKeys(namespace, ['spec', 'finalizers'])
    const others = Array.isArray(finalizers) ? finalizers.filter((name) => name !== finalizer) : []
    const { name } = namespace.metadata
    await this.#requests.put(`/api/v1/namespaces/${name}/finalize`, {
      ...namespace,
      spec: { ...(namespace.spec as object), finalizers: others }, // by its schema
    })
  }

  /** Says in the status what the namespace waits for. */
  async #report({ metadata, status }: Manifest, emptied: Emptied): Promise<void> {
    const lastTransitionTime = timestamp(this.#engine.now())
    const conditions = conditionsOf(emptied).map((condition) => ({ ...condition, lastTransitionTime }))
    if (saysTheSame(readKeys(status, ['conditions']), conditions)) return
    await this.#requests.patch(`/api/v1/namespaces/${metadata.name}/status`, { status: { conditions } })
  }
}

const isEmpty = ({ unknown, remains, failures }: Emptied): boolean =>
  unknown.length === 0 && remains.length === 0 && failures.length === 0

const saysTheSame = (found: unknown, conditions: readonly { readonly message: string }[]): boolean =>
  Array.isArray(found) && conditions.every(({ message }, index) => readKeys(found[index], ['message']) === message)
