import type { Cluster } from '../api/cluster.ts'
import type { Client } from '../client.ts'
import type { Manifest } from '../manifest.ts'
import { point } from '../point.ts'
import { first } from '../rules.ts'

/** A cluster to connect to, and the secret its `spec.secretRef` names. */
export interface Connection {
  readonly cluster: Cluster
  readonly secret?: Manifest
}

/** Asked when a cluster joins or its credentials change. */
export const connect = point('member.connect', first<Connection, Client>)
