import type { Log, Manifest, OwnerReference } from '@flotilla/sdk'
import type { Engine } from '../engine.ts'
import type { Served } from '../registry/registry.ts'
import type { Address, Change } from '../store/change.ts'
import { Queue } from './queue.ts'
import { pathOf, type Requests } from './requests.ts'

const foreground = 'foregroundDeletion'
const orphan = 'orphan'

const textOf = ({ resource, namespace, name }: Address): string => `${resource}/${namespace}/${name}`

const parse = (text: string): Address => {
  const [resource = '', namespace = '', name = ''] = text.split('/')
  return { resource, namespace, name }
}

const ownersOf = ({ metadata }: Manifest): readonly OwnerReference[] => metadata.ownerReferences ?? []

const isWaiting = ({ metadata }: Manifest, finalizer: string): boolean =>
  metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).includes(finalizer)

/** How an owner stands: there, gone, or there until its dependents are gone. */
type Standing = 'solid' | 'gone' | 'waiting'

/**
 * Deletes what has lost all its owners, and does what deletions in the foreground and those that orphan wait for.
 * Who depends on whom is kept by the owner's uid.
 */
export class Garbage {
  readonly #engine: Engine
  readonly #requests: Requests
  readonly #queue: Queue
  readonly #dependents = new Map<string, Set<string>>()
  readonly #stop: () => void

  constructor(engine: Engine, requests: Requests, log: Log) {
    this.#engine = engine
    this.#requests = requests
    this.#queue = new Queue({
      workers: 16,
      step: (key) => this.#collect(parse(key)),
      onError: (error, object) => log.debug('garbage is not collected yet', { object, error }),
    })
    for (const [resource] of engine.objects.counts()) {
      for (const object of engine.objects.list(resource)) this.#meet(resource, object)
    }
    this.#stop = engine.objects.listen((change) => this.#hear(change))
  }

  async close(): Promise<void> {
    this.#stop()
    await this.#queue.close()
  }

  #hear(change: Change): void {
    if (change.before) this.#forget(change, change.before, change.type === 'DELETED' ? undefined : change.object)
    if (change.type === 'DELETED') this.#mourn(change.object)
    else this.#meet(change.resource, change.object)
  }

  /** Notes whom an object depends on, and queues it when there is something to do. */
  #meet(resource: string, object: Manifest): void {
    const { name, namespace = '' } = object.metadata
    const owners = ownersOf(object)
    const deleting = isWaiting(object, foreground) || isWaiting(object, orphan)
    if (owners.length === 0 && !deleting) return
    const key = textOf({ resource, namespace, name })
    for (const { uid } of owners) this.#note(uid, key)
    if (deleting || owners.some((owner) => this.#standing(object, owner) !== 'solid')) this.#queue.add(key)
  }

  #note(uid: string, key: string): void {
    const dependents = this.#dependents.get(uid)
    if (dependents) dependents.add(key)
    else this.#dependents.set(uid, new Set([key]))
  }

  /** An object depends no more on the owners it had. An owner that waits for it may go now. */
  #forget(address: Address, before: Manifest, after: Manifest | undefined): void {
    const owners = ownersOf(before)
    if (owners.length === 0 || (after && ownersOf(after) === owners)) return
    const kept = new Set(after && ownersOf(after).map(({ uid }) => uid))
    for (const owner of owners.filter(({ uid }) => !kept.has(uid))) {
      const dependents = this.#dependents.get(owner.uid)
      dependents?.delete(textOf(address))
      if (dependents?.size === 0) this.#dependents.delete(owner.uid)
      this.#wake(before, owner)
    }
  }

  #wake(dependent: Manifest, owner: OwnerReference): void {
    const found = this.#owner(dependent, owner)
    if (found && isWaiting(found.object, foreground)) this.#queue.add(textOf(found.address))
  }

  /** An owner is gone: its dependents are looked at. */
  #mourn({ metadata: { uid } }: Manifest): void {
    for (const key of (uid && this.#dependents.get(uid)) || []) this.#queue.add(key)
  }

  async #collect(address: Address): Promise<void> {
    const { objects, registry } = this.#engine
    const object = objects.get(address)
    const served = registry.byId(address.resource)
    if (object === undefined || served === undefined) return
    if (isWaiting(object, orphan)) return this.#release(served, object)
    if (isWaiting(object, foreground)) return this.#drive(served, object)
    if (!object.metadata.deletionTimestamp) await this.#judge(served, object)
  }

  /** Deletes an object without an owner left, or drops the references to those that are gone. */
  async #judge(served: Served, object: Manifest): Promise<void> {
    const owners = ownersOf(object)
    const standings = new Map(owners.map((owner) => [owner, this.#standing(object, owner)]))
    const solid = owners.filter((owner) => standings.get(owner) === 'solid')
    if (solid.length === owners.length) return
    if (solid.length > 0) return this.#keepOwners(served, object, solid)
    const waits = owners.some((owner) => standings.get(owner) === 'waiting')
    const propagationPolicy = waits && this.#dependentsOf(object).length > 0 ? 'Foreground' : 'Background'
    const { uid, resourceVersion } = object.metadata
    await this.#requests.delete(pathOf(served, object), { propagationPolicy, preconditions: { uid, resourceVersion } })
  }

  /** Foreground: the dependents that block go first, then the owner. */
  async #drive(served: Served, owner: Manifest): Promise<void> {
    const blocking = this.#dependentsOf(owner).filter(({ object }) =>
      ownersOf(object).some(({ uid, blockOwnerDeletion }) => blockOwnerDeletion && uid === owner.metadata.uid),
    )
    if (blocking.length === 0) return this.#dropFinalizer(served, owner, foreground)
    for (const { address, object } of blocking) {
      if (!object.metadata.deletionTimestamp) this.#queue.add(textOf(address))
    }
  }

  /** Orphan: the dependents forget the owner, then it goes. */
  async #release(served: Served, owner: Manifest): Promise<void> {
    for (const { address, object } of this.#dependentsOf(owner)) {
      const others = ownersOf(object).filter(({ uid }) => uid !== owner.metadata.uid)
      const kind = this.#engine.registry.byId(address.resource)
      if (kind) await this.#keepOwners(kind, object, others)
    }
    await this.#dropFinalizer(served, owner, orphan)
  }

  async #keepOwners(served: Served, object: Manifest, owners: readonly OwnerReference[]): Promise<void> {
    const { resourceVersion } = object.metadata
    const ownerReferences = owners.length > 0 ? owners : null
    await this.#requests.patch(pathOf(served, object), { metadata: { ownerReferences, resourceVersion } })
  }

  async #dropFinalizer(served: Served, object: Manifest, finalizer: string): Promise<void> {
    const { finalizers = [], resourceVersion } = object.metadata
    await this.#requests.patch(pathOf(served, object), {
      metadata: { finalizers: finalizers.filter((name) => name !== finalizer), resourceVersion },
    })
  }

  #dependentsOf({ metadata: { uid } }: Manifest): readonly { address: Address; object: Manifest }[] {
    return [...((uid && this.#dependents.get(uid)) || [])].flatMap((key) => {
      const address = parse(key)
      const object = this.#engine.objects.get(address)
      return object ? [{ address, object }] : []
    })
  }

  /** Where an owner is, if it is there. An owner of another scope or of an unknown kind cannot be looked for. */
  #owner({ metadata }: Manifest, owner: OwnerReference): { address: Address; object: Manifest } | undefined {
    const address = this.#ownerAddress(metadata.namespace, owner)
    const object = address && this.#engine.objects.newest(address)
    return address && object?.metadata.uid === owner.uid ? { address, object } : undefined
  }

  #ownerAddress(namespace: string | undefined, { apiVersion, kind, name }: OwnerReference): Address | undefined {
    const served = this.#engine.registry.ofKind(apiVersion, kind)
    if (served === undefined || (served.namespaced && namespace === undefined)) return undefined
    return { resource: served.id, namespace: served.namespaced ? (namespace ?? '') : '', name }
  }

  /** Who cannot be looked for is taken to be there. */
  #standing(object: Manifest, owner: OwnerReference): Standing {
    if (this.#ownerAddress(object.metadata.namespace, owner) === undefined) return 'solid'
    const found = this.#owner(object, owner)
    if (found === undefined) return 'gone'
    return isWaiting(found.object, foreground) ? 'waiting' : 'solid'
  }
}
