import { type Condition, type Log, type Manifest, reasonOf } from '@flotilla/sdk'
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

const contentOf = (remains: readonly Remainder[]): Waiting => {
  const counts = remains.map(({ served, objects }) => `${served.id} has ${objects.length} resource instances`)
  const message = `Some resources are remaining: ${counts.join(', ')}`
  return { type: 'NamespaceContentRemaining', status: 'True', reason: 'SomeResourcesRemain', message }
}

const finalizersOf = (remains: readonly Remainder[]): Waiting => {
  const type = 'NamespaceFinalizersRemaining'
  const names = remains.flatMap(({ objects }) => objects.flatMap(({ metadata }) => metadata.finalizers ?? []))
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

/** Empties a namespace that is being deleted, and lets it go when nothing is left. */
export class Namespaces {
  readonly #engine: Engine
  readonly #requests: Requests
  readonly #queue: Queue
  readonly #stop: () => void

  constructor(engine: Engine, requests: Requests, log: Log) {
    this.#engine = engine
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
    const remains = this.#remaining(name)
    if (remains.length === 0) return this.#finalize(namespace)
    await this.#report(namespace, remains, failures)
    if (failures.length > 0) throw failures[0] // and is tried again
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
  async #report(
    { metadata, status }: Manifest,
    remains: readonly Remainder[],
    failures: readonly unknown[],
  ): Promise<void> {
    const lastTransitionTime = timestamp(this.#engine.now())
    const conditions = [failureOf(failures), contentOf(remains), finalizersOf(remains)].map((condition) => ({
      ...condition,
      lastTransitionTime,
    }))
    if (saysTheSame(readKeys(status, ['conditions']), conditions)) return
    await this.#requests.patch(`/api/v1/namespaces/${metadata.name}/status`, { status: { conditions } })
  }
}

const saysTheSame = (found: unknown, conditions: readonly { readonly message: string }[]): boolean =>
  Array.isArray(found) && conditions.every(({ message }, index) => readKeys(found[index], ['message']) === message)
