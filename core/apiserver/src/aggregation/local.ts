import { randomUUID } from 'node:crypto'
import { deepEqual, type Log, type Manifest } from '@flotilla/sdk'
import { Queue } from '../controller/queue.ts'
import type { Registry } from '../registry/registry.ts'
import type { Change } from '../store/change.ts'
import type { Objects } from '../store/objects.ts'
import { timestamp } from '../target.ts'
import { type ApiService, addressOf, apiServices, available, local, nameOf } from './api-service.ts'
import { type GroupVersion, split } from './delegate.ts'
import { last, type Priority, priorityOf } from './priority.ts'

/** Says of one that it is the server's business: of what it knows when it starts, or of what comes and goes. */
const managed = 'kube-aggregator.kubernetes.io/automanaged'
const onStart = 'onstart'
const always = 'true'

const itself = 'apiregistration.k8s.io'
const definitions = 'customresourcedefinitions.apiextensions.k8s.io'

/** One that should be there. */
interface Wanted extends GroupVersion {
  readonly priority: Priority
  readonly label: string
}

const specOf = ({ group, version, priority }: Wanted): ApiService['spec'] => ({
  ...(group && { group }),
  version,
  groupPriorityMinimum: priority.group,
  versionPriority: priority.version,
})

const born = (wanted: Wanted, now: Date): ApiService => {
  const at = timestamp(now)
  return {
    apiVersion: `${itself}/v1`,
    kind: 'APIService',
    metadata: {
      name: nameOf(wanted),
      uid: randomUUID(),
      creationTimestamp: at,
      labels: { [managed]: wanted.label },
    },
    spec: specOf(wanted),
    status: { conditions: [{ type: available, lastTransitionTime: at, ...local }] },
  }
}

const labelOf = ({ metadata }: Manifest): string | undefined => metadata.labels?.[managed]

interface Surroundings {
  readonly objects: Objects
  readonly registry: Registry
  /** Versions of groups that somebody in the process answers for. */
  readonly groups: readonly string[]
  readonly now: () => Date
  readonly log: Log
}

/**
 * Keeps an APIService for each version of a group that needs no other server, as users expect to find them. They are
 * objects as all others, written past admission when something is missing, and never otherwise: who restarts writes nothing.
 */
export class LocalServices {
  readonly #around: Surroundings
  readonly #queue: Queue
  readonly #stop: () => void

  constructor(around: Surroundings) {
    this.#around = around
    this.#queue = new Queue({
      step: () => this.#settle([always]),
      onError: (error) => around.log.debug('APIServices do not follow definitions yet', { error }),
    })
    this.#stop = around.objects.listen((change) => this.#hear(change))
  }

  /** Writes what is missing after a start. */
  async start(): Promise<void> {
    await this.#settle([onStart, always])
  }

  async close(): Promise<void> {
    this.#stop()
    await this.#queue.close()
  }

  #hear({ resource, object, before, type }: Change): void {
    const isDefined = resource === definitions && (type === 'DELETED' || before?.spec !== object.spec)
    if (isDefined || (resource === apiServices && labelOf(object) === always)) this.#queue.add(always)
  }

  /** What should be there of those with one of the labels. */
  #wanted(labels: readonly string[]): ReadonlyMap<string, Wanted> {
    const { registry, groups } = this.#around
    const own = registry.list().map(({ group, version, custom }) => ({
      group,
      version,
      priority: priorityOf({ group, version }),
      label: custom ? always : onStart,
    }))
    const others = groups.map((each) => ({ ...split(each), priority: last, label: onStart }))
    const all = [...own, ...others].filter(({ group, label }) => group !== itself && labels.includes(label))
    return new Map(all.map((wanted) => [nameOf(wanted), wanted]))
  }

  async #settle(labels: readonly string[]): Promise<void> {
    const { objects } = this.#around
    const wanted = this.#wanted(labels)
    const unwanted = objects
      .list(apiServices)
      .filter((found) => labels.includes(labelOf(found) ?? '') && !wanted.has(found.metadata.name))
    await Promise.all([
      ...wanted.values().flatMap((each) => this.#ensure(each)),
      ...unwanted.map((found) => objects.remove(addressOf(found.metadata.name), found)),
    ])
  }

  /** One that somebody else looks after stays as it is. */
  #ensure(wanted: Wanted): readonly (Promise<unknown> | undefined)[] {
    const { objects, now } = this.#around
    const address = addressOf(nameOf(wanted))
    const found = objects.newest(address)
    if (!found) return [objects.write(address, undefined, born(wanted, now()))]
    const spec = specOf(wanted)
    if (labelOf(found) === undefined || deepEqual(found.spec, spec)) return []
    return [objects.write(address, found, { ...found, spec })]
  }
}
