import type { Taint } from '@flotilla/sdk'
import { stringify } from 'yaml'
import { reach } from '../join/ends.ts'
import { cordoned, uncordoned } from './cordon.ts'
import { taintsAfter, wordFor } from './taints.ts'
import type { Wish } from './wish.ts'
import { type Written, writeTaints } from './write.ts'

export interface WriteFlags {
  readonly kubeconfig?: string
  readonly context?: string
  readonly dryRun: boolean
}

export interface TaintFlags extends WriteFlags {
  readonly overwrite: boolean
  readonly output?: 'json' | 'yaml' | 'name'
}

/** Milliseconds everything may take. */
const patience = 60_000

async function write(
  name: string,
  flags: WriteFlags,
  change: (taints: readonly Taint[]) => readonly Taint[],
): Promise<Written> {
  await using open = new AsyncDisposableStack()
  const { client } = await reach(open, 'the control plane', flags)
  return await writeTaints(client, name, change, { dryRun: flags.dryRun, signal: AbortSignal.timeout(patience) })
}

const rehearsed = ({ dryRun }: WriteFlags): string => (dryRun ? ' (dry run)' : '')

async function say(name: string, flags: WriteFlags, done: string, change: typeof cordoned): Promise<void> {
  const { changed } = await write(name, flags, change)
  console.log(`${name} cluster ${changed ? done : `already ${done}`}${rehearsed(flags)}`)
}

export const runCordon = (name: string, flags: WriteFlags): Promise<void> => say(name, flags, 'cordoned', cordoned)

export const runUncordon = (name: string, flags: WriteFlags): Promise<void> =>
  say(name, flags, 'uncordoned', uncordoned)

export async function runTaint(name: string, wish: Wish, flags: TaintFlags): Promise<void> {
  const { cluster } = await write(name, flags, (taints) => taintsAfter(taints, wish, flags.overwrite))
  const named = `cluster.cluster.karmada.io/${name}`
  if (flags.output === 'json') console.log(JSON.stringify(cluster, undefined, 2))
  else if (flags.output === 'yaml') console.log(stringify(cluster).trimEnd())
  else console.log(flags.output === 'name' ? named : `${named} ${wordFor(wish)}${rehearsed(flags)}`)
}
