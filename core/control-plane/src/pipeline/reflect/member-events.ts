import { setTimeout } from 'node:timers/promises'
import { createRecorder, type Reporter } from '@flotilla/kube'
import {
  ApiError,
  type Controller,
  executionNamespace,
  type Index,
  isExpired,
  type Kind,
  keyText,
  type Manifest,
  type WatchEvent,
  type Work,
  workKind,
} from '@flotilla/sdk'
import type { Machine } from '../../machine.ts'
import { ended } from '../../manifest/ended.ts'
import type { ConnectedMember } from '../../member/member.ts'
import { type MemberEvent, retell } from './retell.ts'

export type MemberEvents = 'none' | 'warnings' | 'all'

const eventKind: Kind<MemberEvent> = { apiVersion: 'v1', kind: 'Event', plural: 'events', scope: 'Namespaced' }

type Named = Pick<Manifest['metadata'], 'namespace' | 'name'> & Pick<Manifest, 'kind'>

const addressOf = (executionNamespace: string | undefined, { kind, ...key }: Named): string =>
  `${executionNamespace} ${kind} ${keyText(key)}`

const byManifest: Index<Work> = {
  name: 'manifest',
  values: ({ metadata: { namespace }, spec }) =>
    (spec.workload?.manifests ?? []).map(({ kind, metadata }) => addressOf(namespace, { kind, ...metadata })),
}

/** What was propagated to a cluster. */
const propagated =
  ({ store }: Machine, cluster: string) =>
  (named: Named): Manifest | undefined => {
    const namespace = executionNamespace(cluster)
    const address = addressOf(namespace, named)
    const manifests = store(workKind)
      .by(byManifest, address)
      .flatMap(({ spec }) => spec.workload?.manifests ?? [])
    return manifests.find(({ kind, metadata }) => addressOf(namespace, { kind, ...metadata }) === address)
  }

/** Tells on templates what members tell of what was propagated to them. */
export function memberEventsController(machine: Machine, which: MemberEvents): Controller {
  const { client, log, now, members } = machine
  return {
    name: 'reflect:events',
    async run(signal) {
      // one of its own: what members say a lot of takes nothing away from what the stages have to say
      const record = createRecorder({ client, component: 'flotilla', log, signal, now })
      const running = new Set<Promise<void>>()
      const following = new Map<string, { readonly member: ConnectedMember; readonly end: AbortController }>()
      const settle = (cluster: string) => {
        const member = machine.owns(cluster) ? members.get(cluster) : undefined
        const before = following.get(cluster)
        if (before?.member === member) return
        before?.end.abort()
        following.delete(cluster)
        if (!member) return
        const end = new AbortController()
        following.set(cluster, { member, end })
        const run = follow(machine, member, { which, record, signal: AbortSignal.any([signal, end.signal]) })
        running.add(run)
        void run.finally(() => running.delete(run))
      }
      const stop = members.onReadiness(settle)
      for (const { name } of members.list()) settle(name)
      await ended(signal)
      stop()
      await Promise.all(running)
    },
  }
}

interface Following {
  readonly which: MemberEvents
  readonly record: Reporter
  readonly signal: AbortSignal
}

/** How long a watch lasts, in seconds, and how long to wait before one that failed is begun anew, in milliseconds. */
const watchSeconds = 300
const waits = { first: 1_000, longest: 60_000 }

const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  setTimeout(milliseconds, undefined, { signal }).catch(() => undefined)

/**
 * Hears of the events of a member from now on, one after the other: nothing of what was before is read or kept, however
 * much there is. A watch that ends goes on where it was; where the member does not know that any more, from then on.
 */
async function follow(machine: Machine, member: ConnectedMember, following: Following): Promise<void> {
  const { which, signal } = following
  let selector = which === 'warnings' ? { fieldSelector: 'type=Warning' } : {}
  let version: string | undefined
  for (let wait = waits.first; !signal.aborted; ) {
    try {
      // one of them, whatever it is: selecting would make the server look through all
      version ??= (await member.client.list(eventKind, { limit: 1, signal })).resourceVersion
      const options = { ...selector, resourceVersion: version, timeoutSeconds: watchSeconds, signal }
      for await (const event of member.client.watch(eventKind, options)) {
        version = versionOf(event) ?? version
        hear(machine, member, following, event)
        wait = waits.first
      }
      await pause(waits.first, signal)
    } catch (error) {
      if (error instanceof ApiError) version = undefined
      if (error instanceof ApiError && error.code === 400) selector = {} // a server that cannot select by type
      if (signal.aborted) return
      const isNews = wait === waits.first && !isExpired(error)
      machine.log[isNews ? 'warn' : 'debug']('watch of events interrupted', { cluster: member.name, error })
      await pause(wait, signal)
      wait = Math.min(wait * 2, waits.longest)
    }
  }
}

const versionOf = (event: WatchEvent<MemberEvent>): string | undefined =>
  event.type === 'BOOKMARK' ? event.resourceVersion : event.object.metadata.resourceVersion

function hear(
  machine: Machine,
  { name }: ConnectedMember,
  { which, record }: Following,
  event: WatchEvent<MemberEvent>,
): void {
  if (event.type === 'BOOKMARK' || event.type === 'DELETED') return
  if (which === 'warnings' && event.object.type !== 'Warning') return
  const retold = retell(event.object, name, propagated(machine, name))
  if (retold) record(retold.about, retold.type, retold.reason, retold.message, name)
}
