import type { Config } from '@flotilla/core'
import type { ServedKind } from '@flotilla/kube'
import {
  type Ask,
  type Binding,
  clusterResourceBindingKind,
  groupOf,
  keyOf,
  type Log,
  type Manifest,
  type Reference,
  reasonOf,
  resourceBindingKind,
  type Work,
} from '@flotilla/sdk'
import type { Progress } from '../output/progress.ts'
import type { Control } from './control.ts'
import type { Members } from './members.ts'
import { openOnlooker } from './onlooker.ts'
import { everyItem } from './pages.ts'
import { looseWorks, worksOf } from './snapshot.ts'
import { clusterOfWork } from './state.ts'
import { inTurns } from './turns.ts'
import { assess, type Verdict } from './verdict.ts'

export interface DriftOptions {
  readonly config: Config
  readonly log: Log
  readonly version: string
  /** Only objects of this kind; `name` only that one. */
  readonly kind?: ServedKind
  readonly name?: string
  /** Of all namespaces, and without one. */
  readonly everywhere: boolean
  /** By default every cluster. */
  readonly clusters?: readonly string[]
}

export type DriftState = 'missing' | 'differs' | 'leftover' | 'refused' | 'unknown'

/** One object of one cluster that is not there as it should be. */
export interface Drift {
  readonly object: Reference
  readonly cluster: string
  readonly state: DriftState
  /** Whether its Work may not be dispatched: nobody puts it right. */
  readonly suspended: boolean
  readonly reason?: string
  readonly differences: Verdict['differences']
}

export interface Drifts {
  /** How many objects were looked at, in all clusters. */
  readonly looked: number
  readonly drifts: readonly Drift[]
}

/** What waits for its turn here has no deadline yet. */
const looksAtOnce = 48

const states: Readonly<Record<Verdict['act'], DriftState | undefined>> = {
  create: 'missing',
  update: 'differs',
  suspended: 'differs',
  delete: 'leftover',
  release: 'leftover',
  refused: 'refused',
  waits: 'missing',
  unknown: 'unknown',
  none: undefined,
}

const isMeant = ({ kind, name }: DriftOptions, at: Reference): boolean =>
  (kind === undefined || (kind.kind === at.kind && groupOf(kind.apiVersion) === groupOf(at.apiVersion))) &&
  (name === undefined || name === at.name)

async function bindingsOf({ client, namespace }: Control, options: DriftOptions, signal: AbortSignal) {
  const { kind, everywhere } = options
  const bindings: Binding[] = []
  const kinds = [
    ...(kind?.scope === 'Cluster' ? [] : [resourceBindingKind]),
    ...(everywhere || kind?.scope === 'Cluster' ? [clusterResourceBindingKind] : []),
  ]
  for (const each of kinds) {
    const place = everywhere || each.scope === 'Cluster' ? {} : { namespace }
    for await (const binding of everyItem(client, each, { ...place, signal })) {
      if (isMeant(options, binding.spec.resource)) bindings.push(binding)
    }
  }
  return bindings
}

interface Look {
  readonly work: Work
  readonly cluster: string
  readonly desired: Manifest
}

async function driftOf(ask: Ask, members: Members, { work, cluster, desired }: Look, signal: AbortSignal) {
  const verdict = await members
    .ask(cluster, (member) => assess({ ask, member, work, desired, signal }))
    .catch((error: unknown): Verdict => {
      signal.throwIfAborted()
      return { act: 'unknown', reason: reasonOf(error), differences: [] }
    })
  const state = states[verdict.act]
  if (!state) return []
  const { apiVersion, kind } = desired
  const { reason, differences } = verdict
  const suspended = work.spec.suspendDispatching === true
  const drift: Drift = {
    object: { apiVersion, kind, ...keyOf(desired) },
    cluster,
    state,
    suspended,
    ...(reason !== undefined && { reason }),
    differences,
  }
  return [drift]
}

/** What members hold differently from what they should. Nothing is written anywhere. */
export async function drifts(
  control: Control,
  options: DriftOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<Drifts> {
  const { clusters } = options
  await using open = new AsyncDisposableStack()
  const { ask, members } = await openOnlooker(open, control, options, signal)
  const looks = await progress.step('control plane read', async (say) => {
    const works = [
      ...(await worksOf(control, await bindingsOf(control, options, signal), signal)),
      ...(options.everywhere ? await looseWorks(control, signal) : []),
    ]
    const found = works
      .map((work) => ({ work, cluster: clusterOfWork(work) }))
      .filter(({ cluster }) => !clusters || clusters.includes(cluster))
    say(`${found.length} works`)
    return found.flatMap(({ work, cluster }) =>
      (work.spec.workload?.manifests ?? [])
        .filter((desired) => isMeant(options, { ...desired, ...keyOf(desired) }))
        .map((desired): Look => ({ work, cluster, desired })),
    )
  })
  const found = await progress.step('members asked', async (say) => {
    const all = await inTurns(looks, looksAtOnce, (look) => driftOf(ask, members, look, signal))
    say(`about ${looks.length} objects`)
    return all.flat()
  })
  return { looked: looks.length, drifts: found }
}
