import type { Cluster } from '../api/cluster.ts'
import type { Client } from '../client.ts'
import type { Manifest } from '../manifest.ts'
import { point } from '../point.ts'
import { first } from '../rules.ts'

/** A cluster to connect to, and the secret its `spec.secretRef` names. */
export interface Connection {
  readonly cluster: Cluster
  readonly secret?: Manifest
  /** Ends when the client is used no more: the cluster has left, or is connected anew. */
  readonly signal: AbortSignal
}

/** Asked when a cluster joins or its credentials change. */
export const connect = point('member.connect', first<Connection, Client>)
