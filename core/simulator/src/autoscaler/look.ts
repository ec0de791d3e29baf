import {
  type AutoscalerCondition,
  type AutoscalerStatus,
  type MetricSpec,
  type MetricStatus,
  parseQuantity,
  type ScalingRules,
} from '@flotilla/sdk'
import type { Autoscaler } from '../api/autoscaler.ts'
import { blank, type Limited, limited, type Memory, remembered, rulesOf, stabilized } from './behavior.ts'
import { NoProposal, type Proposal, propose, type Surroundings } from './metric.ts'
import type { Tolerance } from './replicas.ts'

/** What an autoscaler says of itself, without times. */
export type Draft = Pick<AutoscalerCondition, 'type' | 'status' | 'reason' | 'message'>

export interface Told {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

/** What comes of a look at how many there should be. */
export interface Look {
  /** Undefined: nobody knows. */
  readonly replicas?: number
  /** Why it is another number than there is. */
  readonly why?: string
  readonly conditions: readonly Draft[]
  readonly metrics?: readonly MetricStatus[]
  readonly told: readonly Told[]
  readonly memory: Memory
}

type Found = Omit<Surroundings, 'tolerance'>

const draft = (type: string, status: 'True' | 'False', reason: string, message: string): Draft => ({ type, status, reason, message }) // biome-ignore format: one value

const usual = 0.1

const toleranceOf = ({ tolerance }: ScalingRules = {}): number =>
  tolerance === undefined ? usual : Number(parseQuantity(tolerance)) / 1000

const tolerancesOf = ({ spec: { behavior } }: Autoscaler): Tolerance => ({
  up: toleranceOf(behavior?.scaleUp),
  down: toleranceOf(behavior?.scaleDown),
})

interface Asked {
  readonly proposals: readonly Proposal[]
  readonly failures: readonly NoProposal[]
}

function ask(metrics: readonly MetricSpec[], surroundings: Surroundings): Asked {
  const proposals: Proposal[] = []
  const failures: NoProposal[] = []
  for (const metric of metrics) {
    try {
      proposals.push(propose(metric, surroundings))
    } catch (error) {
      if (!(error instanceof NoProposal)) throw error
      failures.push(error)
    }
  }
  return { proposals, failures }
}

/** The one that wants most. Nothing shrinks while a metric is not known. */
function chosen({ proposals, failures }: Asked, current: number): Proposal | undefined {
  const [first, ...others] = proposals
  if (!first) return undefined
  const most = others.reduce((best, each) => (each.replicas > best.replicas ? each : best), first)
  return failures.length > 0 && most.replicas < current ? undefined : most
}

/** As many as are said, and nothing to be said. */
const still = (replicas: number, memory: Memory): Look => ({ replicas, conditions: [], told: [], memory })

/** No number comes of what is known. */
function unknown({ failures }: Asked, count: number, memory: Memory): Look {
  const [{ reason, message, what } = new NoProposal('', '', '')] = failures // there is one
  const all = `invalid metrics (${failures.length} invalid out of ${count}), first error is: failed to get ${what}: ${message}`
  return {
    memory,
    conditions: [
      draft('ScalingActive', 'False', reason, `the HPA was unable to compute the replica count: ${message}`),
    ],
    told: [
      { type: 'Warning', reason, message },
      { type: 'Warning', reason: 'FailedComputeMetricsReplicas', message: all },
    ],
  }
}

const limits: Readonly<Record<NonNullable<Limited['by']>, string>> = {
  ScaleUpLimit: 'the desired replica count is increasing faster than the maximum scale rate',
  ScaleDownLimit: 'the desired replica count is decreasing faster than the maximum scale rate',
  TooManyReplicas: 'the desired replica count is more than the maximum replica count',
  TooFewReplicas: 'the desired replica count is less than the minimum replica count',
}

const within = 'the desired count is within the acceptable range'

const limiting = ({ by }: Limited): Draft =>
  by ? draft('ScalingLimited', 'True', by, limits[by]) : draft('ScalingLimited', 'False', 'DesiredWithinRange', within)

function stability(wanted: number, stable: number, current: number): Draft {
  if (stable === wanted)
    return draft('AbleToScale', 'True', 'ReadyForNewScale', 'recommended size matches current size')
  return wanted >= current
    ? draft(
        'AbleToScale',
        'True',
        'ScaleUpStabilized',
        'recent recommendations were lower than current one, applying the lowest recent recommendation',
      )
    : draft(
        'AbleToScale',
        'True',
        'ScaleDownStabilized',
        'recent recommendations were higher than current one, applying the highest recent recommendation',
      )
}

const minOf = ({ spec }: Autoscaler): number => spec.minReplicas ?? 1

function byMetrics(autoscaler: Autoscaler, found: Found, before: Memory, now: number): Look {
  const { behavior, maxReplicas, metrics = [] } = autoscaler.spec
  const { current } = found
  const rules = rulesOf(behavior)
  const memory = before === blank ? { ...blank, recommended: [{ at: now, replicas: current }] } : before
  const asked = ask(metrics, { ...found, tolerance: tolerancesOf(autoscaler) })
  const proposal = chosen(asked, current)
  if (!proposal) return unknown(asked, metrics.length, memory)
  const stable = stabilized(memory, rules, current, proposal.replicas, now)
  const result = limited(memory, rules, { min: minOf(autoscaler), max: maxReplicas }, current, stable, now)
  const valid = `the HPA was able to successfully calculate a replica count from ${proposal.name}`
  const why = result.replicas > current ? `${proposal.name} above target` : 'All metrics below target'
  return {
    replicas: result.replicas,
    ...(result.replicas !== current && { why }),
    conditions: [
      stability(proposal.replicas, stable, current),
      draft('ScalingActive', 'True', 'ValidMetricFound', valid),
      limiting(result),
    ],
    metrics: asked.proposals.map(({ status }) => status),
    told: [],
    memory: remembered(memory, rules, proposal.replicas, result.replicas - current, now),
  }
}

const tooMany = 'Current number of replicas above Spec.MaxReplicas'
const tooFew = 'Current number of replicas below Spec.MinReplicas'
const off = 'scaling is disabled since the replica count of the target is zero'

/** How many there should be of what an autoscaler scales, and what is to be said. */
export function look(autoscaler: Autoscaler, found: Found, memory: Memory, now: number): Look {
  const { current } = found
  const { maxReplicas } = autoscaler.spec
  const min = minOf(autoscaler)
  if (current === 0 && min !== 0)
    return { ...still(0, memory), conditions: [draft('ScalingActive', 'False', 'ScalingDisabled', off)] }
  if (current > maxReplicas) return { ...still(maxReplicas, memory), why: tooMany }
  if (current < min) return { ...still(min, memory), why: tooFew }
  return byMetrics(autoscaler, found, memory, now)
}

/** What is said from now on: what was said before of what nothing is said now, stays. */
export function conditionsWith(
  before: AutoscalerStatus['conditions'] = [],
  drafts: readonly Draft[],
  time: string,
): readonly AutoscalerCondition[] {
  const said = new Map(before.map((each) => [each.type, each]))
  for (const each of drafts) {
    const known = said.get(each.type)
    said.set(each.type, {
      ...each,
      lastTransitionTime: (known?.status === each.status && known.lastTransitionTime) || time,
    })
  }
  return [...said.values()]
}
