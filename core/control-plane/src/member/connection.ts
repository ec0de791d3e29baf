import { createRuntime, type Runtime } from '@flotilla/kube'
import {
  annotation,
  type Change,
  type Client,
  type Cluster,
  groupOf,
  type Key,
  type Kind,
  kindText,
  label,
  type Manifest,
  type MemberSelection,
  type Store,
  versionOf,
} from '@flotilla/sdk'
import {
  type KindFacts,
  kindFacts,
  kindFactsKind,
  type NamespaceFacts,
  namespaceFacts,
  namespaceFactsKind,
} from './kinds.ts'
import type { ConnectedMember, MemberChange } from './member.ts'
import { isReady } from './status.ts'

/** The Work a member's object says it is of. */
function workOf(object: Manifest | undefined): Key | undefined {
  const { annotations = {} } = object?.metadata ?? {}
  const namespace = annotations[annotation.workNamespace]
  const name = annotations[annotation.workName]
  return namespace && name ? { namespace, name } : undefined
}

export interface ConnectionOptions {
  readonly client: Client
  /** The cluster as it is now. */
  readonly cluster: () => Cluster
  /** Told of every change of what Flotilla manages there. */
  readonly onChange: (change: MemberChange) => void
  /** What the control plane stands on: the member's runtime logs and measures as it does. */
  readonly ground: Pick<Runtime, 'log' | 'metrics' | 'now' | 'caching'>
}

/** A member that can be talked to, and everything that was begun for it. It ends as a whole. */
export class Connection implements ConnectedMember {
  readonly name: string
  readonly client: Client
  /** The member's own caches and discovery. */
  readonly runtime: Runtime
  readonly #options: ConnectionOptions
  readonly #end = new AbortController()
  readonly #managed = new Map<string, Store<Manifest>>()

  constructor(options: ConnectionOptions) {
    const { client, ground, cluster } = options
    this.name = cluster().metadata.name
    this.client = client
    this.#options = options
    this.runtime = createRuntime({
      client,
      name: 'flotilla',
      log: ground.log.with({ cluster: this.name }),
      metrics: ground.metrics,
      now: ground.now,
      caching: ground.caching,
      signal: this.#end.signal,
    })
  }

  get cluster(): Cluster {
    return this.#options.cluster()
  }

  get ready(): boolean {
    return !this.#end.signal.aborted && isReady(this.cluster)
  }

  store<T>(kind: Kind<T>, selection: MemberSelection = {}): Store<T> {
    return this.runtime.store(kind, selection)
  }

  managed(kind: Kind): Store<Manifest> {
    const text = kindText(kind)
    const known = this.#managed.get(text)
    if (known) return known
    const store = this.runtime.store(kind, { labelSelector: `${label.managed}=true` })
    this.#managed.set(text, store)
    store.listen((change) => this.#tell(kind, change))
    return store
  }

  async kind(apiVersion: string, kind: string): Promise<Kind | undefined> {
    return this.runtime.discovery.find(apiVersion, kind)
  }

  async versionsOf(group: string, kind: string): Promise<readonly string[]> {
    const kinds = await this.runtime.discovery.kinds()
    return kinds
      .filter(({ apiVersion, kind: name }) => name === kind && groupOf(apiVersion) === group)
      .map(({ apiVersion }) => versionOf(apiVersion))
  }

  forgetKinds(): void {
    this.runtime.discovery.forget()
    this.runtime.hurry()
  }

  definitions(): Store<KindFacts> {
    return this.runtime.store(kindFactsKind, { project: kindFacts })
  }

  namespaces(): Store<NamespaceFacts> {
    return this.runtime.store(namespaceFactsKind, { project: namespaceFacts })
  }

  end(): void {
    this.#end.abort()
  }

  #tell(kind: Kind, { before, after }: Change<Manifest>): void {
    if (this.#end.signal.aborted) return
    const work = workOf(after) ?? workOf(before)
    if (!work) return
    const cluster = this.name
    this.#options.onChange({ cluster, work, kind, ...(before && { before }), ...(after && { after }) })
  }
}
