import { openPassage, type Passage, type PassageOptions } from '@flotilla/kube'
import {
  type Change,
  type Client,
  type Cluster,
  clusterKind,
  type Key,
  type Kind,
  keyText,
  reasonOf,
  type Store,
} from '@flotilla/sdk'
import { secretKind } from '../../member/kinds.ts'
import { pushOptions } from '../../member/push.ts'
import { refusal } from './refusals.ts'

/** How a member is reached in somebody's name. */
export interface Way {
  readonly passage: Passage
  /** Where it leads. */
  readonly place: string
  /** The proof of who speaks for others there, unless the passage has one itself. */
  readonly authorization?: string
}

/** Where clusters and their secrets are found. */
export interface Ground {
  readonly client: Client
  store<T>(kind: Kind<T>): Store<T>
  /** How clusters are reached that have no secrets, as somebody who may speak for all. */
  readonly passageTo?: (cluster: Cluster) => PassageOptions | undefined
}

/** Milliseconds in which what is asked about a cluster is known. */
const knownMs = 10_000

interface Open {
  /** All that decides how the cluster is reached. */
  readonly route: string
  readonly passage: Passage
}

/** Keeps the connections to members open, one way for each. */
export class Ways {
  readonly #ground: Ground
  #clusters: Store<Cluster> | undefined
  readonly #open = new Map<string, Open>()

  constructor(ground: Ground) {
    this.#ground = ground
  }

  /** Throws what refuses the request when there is none. */
  async to(name: string): Promise<Way> {
    const cluster = await this.#find(this.#known(), clusterKind, { name })
    if (!cluster) throw refusal.unknown(name)
    const own = this.#ground.passageTo?.(cluster)
    if (own) return { passage: this.#passage(name, own), place: own.server }
    const { token, cert, key, server, ...route } = await this.#optionsFor(cluster)
    const passage = this.#passage(name, { ...route, server, ...(cert && key && { identity: { cert, key } }) })
    return { passage, place: server, ...(token && { authorization: `Bearer ${token}` }) }
  }

  /** Ends everything that is led through. */
  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map(({ passage }) => passage.close()))
    this.#open.clear()
  }

  /** Clusters are watched from the first request on: who leads nobody through may not look at them all. */
  #known(): Store<Cluster> {
    if (this.#clusters) return this.#clusters
    const clusters = this.#ground.store(clusterKind)
    this.#clusters = clusters
    clusters.listen((change) => this.#forget(change))
    return clusters
  }

  /** What is in the cache, or was written a moment ago. */
  async #find<T>(store: Store<T>, kind: Kind<T>, key: Key): Promise<T | undefined> {
    return store.get(key) ?? this.#ground.client.get(kind, key, { signal: AbortSignal.timeout(knownMs) })
  }

  async #optionsFor(cluster: Cluster) {
    const { name } = cluster.metadata
    const { secretRef, impersonatorSecretRef: reference } = cluster.spec
    if (!reference) {
      throw refusal.noWay(
        name,
        'it has no account that speaks for users (spec.impersonatorSecretRef); "flotilla join" makes one, also for a cluster that has joined',
      )
    }
    const secrets = this.#ground.store(secretKind)
    const impersonator = await this.#find(secrets, secretKind, reference)
    if (!impersonator) throw refusal.noWay(name, `there is no secret ${keyText(reference)}`)
    const own = secretRef && (await this.#find(secrets, secretKind, secretRef))
    const { caBundle = '' } = own?.data ?? {} // Karmada keeps it there alone
    try {
      const { token, ...options } = pushOptions(cluster, {
        ...impersonator,
        data: { ...(caBundle && { caBundle }), ...impersonator.data },
      })
      return { ...options, ...(typeof token === 'string' && { token }) }
    } catch (error) {
      throw refusal.noWay(name, reasonOf(error))
    }
  }

  #passage(name: string, options: PassageOptions): Passage {
    const route = JSON.stringify(options)
    const known = this.#open.get(name)
    if (known?.route === route) return known.passage
    void known?.passage.close()
    const passage = openPassage(options)
    this.#open.set(name, { route, passage })
    return passage
  }

  #forget({ before, after }: Change<Cluster>): void {
    if (after || !before) return
    const { name } = before.metadata
    void this.#open.get(name)?.passage.close()
    this.#open.delete(name)
  }
}
