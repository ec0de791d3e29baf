import { type aggregate, label, timestamp } from '@flotilla/sdk'
import { conditionsOf, type Dated, findIn } from './conditions.ts'
import type { Counted } from './counters.ts'
import type { Summary } from './interpreter.ts'

type Share = number | string

/** What of a Deployment decides how its rollout goes. */
export interface Rolled extends Counted {
  readonly spec?: {
    readonly replicas?: number
    readonly paused?: boolean
    readonly progressDeadlineSeconds?: number
    readonly strategy?: {
      readonly type?: string
      readonly rollingUpdate?: { readonly maxSurge?: Share; readonly maxUnavailable?: Share }
    }
  }
}

interface Counts {
  readonly replicas: number
  readonly updated: number
  readonly ready: number
  readonly available: number
}

const countsOf = ({ status = {} }: Rolled): Counts => ({
  replicas: status.replicas ?? 0,
  updated: status.updatedReplicas ?? 0,
  ready: status.readyReplicas ?? 0,
  available: status.availableReplicas ?? 0,
})

/** How many replicas there should be in all clusters. Where members scale themselves: as many as there are. */
function wantedOf({ template, targets }: Summary<Rolled>): number {
  if (template.metadata.labels?.[label.retainReplicas] === 'true') return countsOf(template).replicas
  const { replicas: own = 1 } = template.spec ?? {}
  return targets.length === 0 ? own : targets.reduce((sum, { replicas = own }) => sum + replicas, 0)
}

function resolve(share: Share, whole: number, round: (part: number) => number): number {
  return typeof share === 'number' ? share : round((Number.parseFloat(share) * whole) / 100)
}

/** How many of so many replicas a rollout leaves available, in one cluster. */
function leastOf({ spec: { strategy } = {} }: Rolled, replicas: number): number {
  if (strategy?.type === 'Recreate') return 0
  const { maxSurge = '25%', maxUnavailable = '25%' } = strategy?.rollingUpdate ?? {}
  const missing = resolve(maxUnavailable, replicas, Math.floor)
  const isStuck = missing === 0 && resolve(maxSurge, replicas, Math.ceil) === 0 // then one may be missing
  return Math.max(0, replicas - (isStuck ? 1 : missing))
}

/**
 * How many have to be available: no more than one cluster of the whole size would ask for, and no more than the rollouts
 * of the clusters leave, each of which takes its own share away.
 */
function leastAvailable({ template, targets }: Summary<Rolled>, wanted: number): number {
  const { replicas: own = 1 } = template.spec ?? {}
  const each = targets.reduce((sum, { replicas = own }) => sum + leastOf(template, replicas), 0)
  const whole = leastOf(template, wanted)
  return targets.length === 0 ? whole : Math.min(whole, each)
}

const availability = (isAvailable: boolean): aggregate.Verdict =>
  isAvailable
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      }

const complete = 'NewReplicaSetAvailable'
const exceeded = 'ProgressDeadlineExceeded'
const paused = 'DeploymentPaused'

/** The deadline that means none. */
const never = 2 ** 31 - 1

/** Whether every cluster has seen what the template says, all pods are new and available, and no old ones are left. */
const isComplete = ({ metadata, status }: Rolled, { replicas, updated, available }: Counts, wanted: number): boolean =>
  status?.observedGeneration === metadata.generation && updated >= wanted && replicas <= updated && available >= updated

/** Whether more pods are new, ready or available, or fewer are old, or all clusters have seen something new. */
function hasMoved({ template, before }: Summary<Rolled>, now: Counts): boolean {
  const was = countsOf(before)
  return (
    now.updated > was.updated ||
    now.replicas - now.updated < was.replicas - was.updated ||
    now.ready > was.ready ||
    now.available > was.available ||
    template.status?.observedGeneration !== before.status?.observedGeneration
  )
}

/** Milliseconds until a rollout that stands still has failed; undefined when it has come to an end, or has no such time. */
function untilDeadline(progressing: Dated | undefined, deadline: number, now: number): number | undefined {
  const isRunning = progressing?.lastUpdateTime && ![complete, exceeded, paused].includes(progressing.reason ?? '')
  return isRunning ? Date.parse(progressing.lastUpdateTime) + deadline * 1000 - now : undefined
}

function progress(summary: Summary<Rolled>, wanted: number): aggregate.Verdict | undefined {
  const { template, before, now } = summary
  const { paused: isPaused, progressDeadlineSeconds: deadline = never } = template.spec ?? {}
  const was = findIn(conditionsOf(before), 'Progressing')
  const counts = countsOf(template)
  const is = (status: Dated['status'], reason: string, message: string) => ({ type: 'Progressing', status, reason, message }) // biome-ignore format: one object
  const name = `Deployment "${template.metadata.name}"`
  if (isPaused) return is('Unknown', paused, 'Deployment is paused')
  if (deadline === never) return undefined
  if (isComplete(template, counts, wanted)) return is('True', complete, `${name} has successfully progressed.`)
  if (was?.reason === paused) return is('Unknown', 'DeploymentResumed', 'Deployment is resumed')
  if (was?.reason === complete && counts.updated === counts.replicas) return was // scaling is no rollout
  if (!was || was.reason === complete || hasMoved(summary, counts))
    return is('True', 'ReplicaSetUpdated', `${name} is progressing.`)
  const left = untilDeadline(was, deadline, now)
  return left !== undefined && left <= 0 ? is('False', exceeded, `${name} has timed out progressing.`) : was
}

/** A verdict keeps its time while it says the same; one of a rollout that goes on is as young as the last step. */
function dated({ type, status, reason, message }: aggregate.Verdict, summary: Summary<Rolled>): aggregate.Verdict {
  const was = findIn(conditionsOf(summary.before), type)
  const isSame = was?.status === status && was.reason === reason && was.message === message
  const isStep = reason === 'ReplicaSetUpdated' && hasMoved(summary, countsOf(summary.template))
  const kept = isSame && !isStep ? was.lastUpdateTime : undefined
  return {
    type,
    status,
    ...(reason && { reason }),
    ...(message && { message }),
    lastUpdateTime: kept ?? timestamp(new Date(summary.now)),
  }
}

/** Whether there is anything to say: until a cluster speaks of it, a Deployment is as silent as one nobody looked at. */
const isSilent = ({ items, before }: Summary<Rolled>): boolean =>
  items.every(({ status }) => !status) && conditionsOf(before).length === 0

/** The conditions a Deployment has in a single cluster, of the sums of all. */
export function deploymentProgress(summary: Summary<Rolled>): aggregate.Completion | undefined {
  if (isSilent(summary)) return undefined
  const { template, now } = summary
  const wanted = wantedOf(summary)
  const isAvailable = countsOf(template).available >= leastAvailable(summary, wanted)
  const said = [availability(isAvailable), progress(summary, wanted)]
  const conditions = said.flatMap((each) => (each ? [dated(each, summary)] : []))
  const left = untilDeadline(findIn(conditions, 'Progressing'), template.spec?.progressDeadlineSeconds ?? never, now)
  return { conditions, ...(left !== undefined && { again: Math.max(1000, left) }) }
}
