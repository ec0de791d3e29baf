import {
  again,
  type Change,
  type Controller,
  clusterOfNamespace,
  done,
  type EndpointSlice,
  executionNamespace,
  type Host,
  isTrue,
  type Key,
  keyText,
  type Member,
  type Outcome,
  parseKey,
  serviceExportKind,
  type Work,
  workKind,
  workName,
} from '@flotilla/sdk'
import { collectedWork } from './collected.ts'
import { withEachMember } from './members.ts'
import {
  byService,
  contentOf,
  type Flow,
  inCluster,
  isBrought,
  isCollected,
  isRecordOfService,
  serviceOfSlice,
  slicesIn,
  worksOfService,
} from './slices.ts'
import type { Spreading } from './spreading.ts'
import { removeAll, writeWork } from './writing.ts'

/** For when a member is slow to say what it has. */
const patienceMs = 1_000

/** The Service a Work concerns: in which cluster its endpoints may have to be collected. */
const touchedBy = ({ before, after }: Change<Work>): readonly Key[] =>
  [before, after].flatMap((work) => (work ? [...worksOfService.values(work)].map(parseKey) : []))

/** Who wants the endpoints of a Service: the Works that ask for them say so. */
function flowsWanted(works: readonly Work[]): readonly Flow[] {
  const asking = works.filter(({ metadata }) => !metadata.deletionTimestamp)
  const isExported = asking.some(
    (work) => contentOf(work)?.kind === serviceExportKind.kind && isTrue(work.status?.conditions, 'Applied'),
  )
  return [
    ...(isExported ? (['ServiceExport'] as const) : []),
    ...(asking.some(isRecordOfService) ? (['MultiClusterService'] as const) : []),
  ]
}

/** Where a slice of a cluster is collected. */
const workKeyOf = (cluster: string, slice: EndpointSlice): Key => ({
  namespace: executionNamespace(cluster),
  name: workName(slice),
})

/** Keeps a Work for each EndpointSlice of a member that is wanted elsewhere. Only what changed is written. */
export function collectController(host: Host, spreading: Spreading): Controller {
  const works = host.store(workKind)
  const begun = new WeakMap<Member, Promise<void>>()
  const full = new WeakSet<Member>()
  let enqueue: ((key: Key) => void) | undefined

  const hear = (member: Member, { before, after, initial }: Change<EndpointSlice>) => {
    for (const slice of [before, after]) {
      const service = slice && !isBrought(slice) ? serviceOfSlice(slice) : undefined
      const key = service && inCluster(member.name, service)
      if (!key || works.by(worksOfService, keyText(key)).length === 0) continue
      if (after && slice === after && !initial) spreading.begins(workKeyOf(member.name, after))
      enqueue?.(key)
    }
  }

  /** A member's slices are only watched from when somebody wants one of them. */
  function slicesOf(member: Member) {
    const slices = slicesIn(member)
    if (begun.has(member)) return slices
    slices.listen((change) => hear(member, change))
    begun.set(member, aMoment(slices.synced.then(() => void full.add(member))))
    return slices
  }

  async function collect(member: Member, service: Key, concerned: readonly Work[], signal: AbortSignal) {
    const flows = flowsWanted(concerned)
    const there = concerned.filter(isCollected)
    if (flows.length === 0) {
      await removeAll(host, workKind, there, signal)
      return done
    }
    const slices = slicesOf(member)
    await begun.get(member) // once: who comes later looks whether it is full
    if (!full.has(member)) return again(patienceMs)
    const wanted = slices.by(byService, keyText(service)).filter(({ metadata }) => !metadata.deletionTimestamp)
    const names = new Set(wanted.map(workName))
    await removeAll(host, workKind, there.filter(({ metadata }) => !names.has(metadata.name)), signal) // biome-ignore format: one call
    await Promise.all(wanted.map((slice) => keep({ cluster: member.name, service, slice, flows }, signal)))
    return done
  }

  async function keep(given: Parameters<typeof collectedWork>[0], signal: AbortSignal): Promise<void> {
    const key = workKeyOf(given.cluster, given.slice)
    const there = works.get(key)
    if (there?.metadata.deletionTimestamp || (there && !isCollected(there))) return // its end is heard of
    const isWritten = await writeWork(host, there, collectedWork(given, there), signal)
    if (!isWritten || !given.flows.includes('MultiClusterService')) spreading.forget(key) // nothing is brought on
  }

  return host
    .controller('collect')
    .watches(workKind, touchedBy)
    .hears((tell) => {
      enqueue = tell
      return withEachMember(host, ({ name }) => {
        for (const work of works.list(executionNamespace(name)))
          for (const key of worksOfService.values(work)) tell(parseKey(key), 'low')
        return () => undefined
      })
    })
    .reconcile(async (_, key, signal): Promise<Outcome> => {
      const member = host.members.get(clusterOfNamespace(key.namespace) ?? '')
      const concerned = works.by(worksOfService, keyText(key))
      if (concerned.length === 0) return done
      if (member?.ready) return collect(member, parseKey(key.name), concerned, signal)
      if (flowsWanted(concerned).length === 0) await removeAll(host, workKind, concerned.filter(isCollected), signal)
      return done // what was collected stays until the member can be asked again
    })
}

/** Resolves when something has come to be, or a moment has passed. */
const aMoment = (synced: Promise<void>): Promise<void> =>
  Promise.race([synced, new Promise<void>((resolve) => setTimeout(resolve, patienceMs).unref())])
