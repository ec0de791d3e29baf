import type { Runtime } from '@flotilla/kube'
import { type Ask, type Client, type Cluster, clusterKind, type Store } from '@flotilla/sdk'
import { Connection } from './connection.ts'
import type { ConnectedMember, ConnectedMembers, MemberChange } from './member.ts'
import { isReady } from './status.ts'

/** What members stand on: the control plane's runtime, and someone to ask. */
export type Ground = Runtime & { readonly ask: Ask }

/** What is known of reaching a cluster: how, or why not. */
export type Reach = { readonly connection: Connection } | { readonly failure: string }

type ChangeListener = (change: MemberChange) => void
type ClusterListener = (cluster: string) => void

function listenIn<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Every member this process is connected to, or would be. */
export class MemberBook implements ConnectedMembers {
  readonly #ground: Ground
  readonly #clusters: Store<Cluster>
  readonly #reaches = new Map<string, Reach>()
  readonly #changeListeners = new Set<ChangeListener>()
  readonly #readinessListeners = new Set<ClusterListener>()
  readonly #reachListeners = new Set<ClusterListener>()

  constructor(ground: Ground) {
    this.#ground = ground
    this.#clusters = ground.store(clusterKind)
    this.#clusters.listen(({ before, after }) => {
      const cluster = after ?? before
      if (cluster && isReady(before) !== isReady(after)) this.#tellReadiness(cluster.metadata.name)
    })
  }

  get(name: string): Connection | undefined {
    const reach = this.#reaches.get(name)
    return reach && 'connection' in reach ? reach.connection : undefined
  }

  list(): readonly ConnectedMember[] {
    return [...this.#reaches.values()].flatMap((reach) => ('connection' in reach ? [reach.connection] : []))
  }

  listen(listener: ChangeListener): () => void {
    return listenIn(this.#changeListeners, listener)
  }

  onReadiness(listener: ClusterListener): () => void {
    return listenIn(this.#readinessListeners, listener)
  }

  /** Hears when a cluster is reached in another way, or not at all. */
  onReach(listener: ClusterListener): () => void {
    return listenIn(this.#reachListeners, listener)
  }

  reach(name: string): Reach | undefined {
    return this.#reaches.get(name)
  }

  /** A cluster can be talked to through a client, from now on. What was begun for it before ends. */
  connect(cluster: Cluster, client: Client): void {
    const { name } = cluster.metadata
    this.#end(name)
    let latest = cluster
    const current = () => {
      latest = this.#clusters.get({ name }) ?? latest
      return latest
    }
    const onChange = (change: MemberChange) => {
      for (const listener of this.#changeListeners) listener(change)
    }
    this.#reaches.set(name, {
      connection: new Connection({ client, cluster: current, onChange, ground: this.#ground }),
    })
    this.#tellReach(name)
  }

  /** What was begun for a cluster ends; it is talked to as before. */
  renew(name: string): void {
    const connection = this.get(name)
    if (connection) this.connect(connection.cluster, connection.client)
  }

  /** The clusters that are talked to, or would be. */
  get names(): readonly string[] {
    return [...this.#reaches.keys()]
  }

  /** A cluster cannot be talked to. */
  fail(name: string, failure: string): void {
    this.#end(name)
    this.#reaches.set(name, { failure })
    this.#tellReach(name)
  }

  /** A cluster is no business of this process any more. */
  forget(name: string): void {
    if (!this.#reaches.has(name)) return
    this.#end(name)
    this.#reaches.delete(name)
    this.#tellReach(name)
  }

  forgetAll(): void {
    for (const name of [...this.#reaches.keys()]) this.forget(name)
  }

  #end(name: string): void {
    this.get(name)?.end()
  }

  #tellReach(cluster: string): void {
    for (const listener of this.#reachListeners) listener(cluster)
    this.#tellReadiness(cluster)
  }

  #tellReadiness(cluster: string): void {
    for (const listener of this.#readinessListeners) listener(cluster)
  }
}
