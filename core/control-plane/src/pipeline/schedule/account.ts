import { type Cluster, clusterKind, type Key, keyText, type Overhear } from '@flotilla/sdk'
import type { Asking } from '../../extension/profiles.ts'
import type { Machine } from '../../machine.ts'
import { bindingKinds } from '../../manifest/origin.ts'
import type { Decisions } from './decisions.ts'
import { type Explanation, explain } from './explain.ts'
import type { ScheduleInput } from './schedule.ts'
import { snapshotOf } from './snapshot.ts'
import { schedulerOf } from './touched.ts'
import { thorough, witness } from './witness.ts'

/** What is known of where a binding goes. */
export interface Account {
  readonly binding: Key
  /** How the last decisions came about, as far as this process remembers, the newest first. */
  readonly decisions: readonly Explanation[]
  /** What would be decided now, with the opinions of all filters on all clusters. Undefined when it has no placement. */
  readonly now?: Explanation
}

/** What would be decided now: nothing comes of it. */
export const explainNow = async (
  overhear: Overhear,
  binding: ScheduleInput['binding'],
  clusters: readonly Cluster[],
  now: Date,
  empty = false,
): Promise<Explanation> =>
  explain(await witness(thorough(overhear), { binding, snapshot: snapshotOf(clusters), fresh: false, empty }, now))

/** How the last decisions about a binding came about, the newest first. */
export const explained = (decisions: Decisions, key: Key): readonly Explanation[] =>
  decisions.of(keyText(key)).toReversed().map(explain)

/** What an account draws on: the last decisions, and who is asked by the scheduler a binding names. */
interface Known {
  readonly decisions: Decisions
  readonly profiles: ReadonlyMap<string, Asking>
  /** Whether selected clusters that get no replicas get the workload. */
  readonly empty: boolean
}

/** Accounts for where a binding goes; undefined when there is none of that name. */
export async function accountOf(
  machine: Machine,
  { decisions, profiles, empty }: Known,
  key: Key,
): Promise<Account | undefined> {
  const kind = bindingKinds.find(({ scope }) => (scope === 'Namespaced') === (key.namespace !== undefined))
  if (!kind) return undefined
  const [bindings, clusters] = [machine.store(kind), machine.store(clusterKind)]
  await Promise.all([bindings.synced, clusters.synced])
  const binding = bindings.get(key)
  if (!binding) return undefined
  const made = explained(decisions, key)
  const { placement } = binding.spec
  if (!placement) return { binding: key, decisions: made }
  const placed = { ...binding, spec: { ...binding.spec, placement } }
  const { overhear } = profiles.get(schedulerOf(binding.spec)) ?? machine
  const now = await explainNow(overhear, placed, clusters.list(), machine.now(), empty)
  return { binding: key, decisions: made, now }
}
