import type { Cluster, Key, Kind, Manifest, Member, Members, Store } from '@flotilla/sdk'
import type { KindFacts, NamespaceFacts } from './kinds.ts'

/** A member as the pipeline sees it. */
export interface ConnectedMember extends Member {
  readonly cluster: Cluster
  /** What Flotilla manages in the member (label `karmada.io/managed=true`), of one kind. Watched from the first call on. */
  managed(kind: Kind): Store<Manifest>
  /** The kind as the member serves it; undefined when it does not. Asks discovery again when its answer is old. */
  kind(apiVersion: string, kind: string): Promise<Kind | undefined>
  /** The versions in which the member serves a kind, as far as is known. */
  versionsOf(group: string, kind: string): Promise<readonly string[]>
  /** Forgets which kinds the member serves, so that it is asked anew, and looks again for what it did not serve. */
  forgetKinds(): void
  /** The kinds defined in the member. Watched from the first call on. */
  definitions(): Store<KindFacts>
  /** The namespaces of the member. Watched from the first call on. */
  namespaces(): Store<NamespaceFacts>
}

/** Something managed changed in a member: the Work it belongs to. */
export interface MemberChange {
  readonly cluster: string
  readonly work: Key
  readonly kind: Kind
  readonly before?: Manifest
  readonly after?: Manifest
}

export interface ConnectedMembers extends Members {
  get(name: string): ConnectedMember | undefined
  list(): readonly ConnectedMember[]
  /** Hears of every change of a managed object that names its Work. Returns what ends the hearing. */
  listen(listener: (change: MemberChange) => void): () => void
}
