import { fenced, shardOf, type Turn } from '@flotilla/kube'
import { workKind } from '@flotilla/sdk'
import type { Machine } from '../machine.ts'
import { bindingKinds } from '../manifest/origin.ts'
import type { PartMetrics } from './gauges.ts'

/** A machine that works on one shard, for as long as it is its turn. */
export interface Part {
  readonly machine: Machine
  /** Ends it when its loops have ended: resolves when no write is under way. */
  end(): Promise<void>
}

/** What several stages write, or delete, without a word of the version: in a part it is of the version that is known. */
const versioned = [...bindingKinds, workKind]

/** A part of a machine: the same caches and members, and a client that writes only while the shard is held. */
export function partOf(
  machine: Machine,
  { shard, signal, cut, isHeld }: Turn,
  { shards, counts }: { readonly shards: number; readonly counts: PartMetrics },
): Part {
  const versions = versioned.map((kind) => [kind, machine.store<unknown>(kind)] as const)
  const { client, settled } = fenced(machine.client, { isHeld, cut, versions })
  const owns = (whose: string) => shardOf(whose, shards) === shard
  const part = machine.part({ client, metrics: counts.metrics, signal, cut, owns })
  const { event, ask, overhear, members } = machine
  return {
    machine: { ...part, event, ask, overhear, members },
    async end() {
      await settled()
      counts.end()
    },
  }
}
