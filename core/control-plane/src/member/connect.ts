import { createHash } from 'node:crypto'
import {
  type Change,
  type Cluster,
  type Controller,
  clusterKind,
  deepEqual,
  done,
  errors,
  type Index,
  keyOf,
  keyText,
  member,
  type Outcome,
  reasonOf,
} from '@flotilla/sdk'
import type { Ground, MemberBook } from './book.ts'
import { type Secret, secretKind } from './kinds.ts'

const bySecret: Index<Cluster> = {
  name: 'secret',
  values: ({ spec: { secretRef } }) => (secretRef ? [keyText(secretRef)] : []),
}

/** Whether a cluster's own words have changed: its status says nothing about how to reach it. */
const isAnother = ({ before, after }: Change<Cluster>): boolean =>
  before?.metadata.generation !== after?.metadata.generation || !deepEqual(before?.spec, after?.spec)

/** All that decides how a cluster is reached. When it changes, the cluster is connected anew. */
function identityOf({ metadata, spec }: Cluster, secret: Secret | undefined): string {
  const { apiEndpoint, secretRef, insecureSkipTLSVerification, proxyURL, proxyHeader } = spec
  const way = [metadata.uid, apiEndpoint, secretRef, insecureSkipTLSVerification, proxyURL, proxyHeader, secret?.data]
  return createHash('sha256').update(JSON.stringify(way)).digest('hex') // credentials are in it
}

/** How a cluster is reached, and what ends with it. */
interface Way {
  readonly identity: string
  readonly life: AbortController
}

/** Connects clusters, and ends what was begun for those that are gone. */
export function connectController(ground: Ground, book: MemberBook, serves: (cluster: Cluster) => boolean): Controller {
  const clusters = ground.store(clusterKind)
  const secrets = ground.store(secretKind)
  const ways = new Map<string, Way>()

  /** What a cluster was reached by is used no more. */
  function end(name: string): void {
    ways.get(name)?.life.abort()
    ways.delete(name)
  }

  async function settle(cluster: Cluster | undefined, name: string): Promise<Outcome> {
    if (!cluster || !serves(cluster)) {
      book.forget(name)
      end(name)
      return done
    }
    const { secretRef } = cluster.spec
    const secret = secretRef && secrets.get(secretRef)
    const identity = identityOf(cluster, secret)
    if (ways.get(name)?.identity === identity) return done
    const life = new AbortController()
    try {
      await connect(cluster, secret, life.signal)
    } catch (error) {
      life.abort()
      throw error
    } finally {
      end(name)
    }
    ways.set(name, { identity, life })
    return done
  }

  async function connect(cluster: Cluster, secret: Secret | undefined, signal: AbortSignal): Promise<void> {
    const { name } = cluster.metadata
    const { secretRef } = cluster.spec
    try {
      const isAsked = cluster.spec.syncMode !== 'Pull' // an agent has a way of its own
      if (isAsked && secretRef && !secret)
        throw errors.CLUSTER_NOT_CONNECTABLE(name, `there is no secret ${keyText(secretRef)}`)
      const client = await ground.ask(member.connect, { cluster, signal, ...(secret && { secret }) })
      if (!client) throw errors.CLUSTER_NOT_CONNECTABLE(name, 'no plugin knows how')
      book.connect(cluster, client)
    } catch (error) {
      book.fail(name, reasonOf(error))
      throw error
    }
  }

  const controller = ground
    .controller('members')
    .for(clusterKind, isAnother)
    .watches(secretKind, ({ before, after }) => {
      const secret = after ?? before
      return secret ? clusters.by(bySecret, keyText(keyOf(secret))).map(keyOf) : []
    })
    .workers(16)
    .reconcile((cluster, { name }) => settle(cluster, name))
  return {
    name: controller.name,
    async run(signal) {
      await controller.run(signal)
      book.forgetAll()
      for (const name of [...ways.keys()]) end(name)
    },
  }
}
