import { type LabelSelector, type Manifest, matchesLabels } from '@flotilla/sdk'
import type { Pod } from '../builtin/pods.ts'
import type { BodyAnswer } from '../request.ts'
import { refusal, success } from '../status.ts'
import { type Call, timestamp } from '../target.ts'
import { removeWith } from './delete.ts'
import { find } from './read.ts'
import { readTold } from './told.ts'
import { replaceWith } from './update.ts'

const kind = { group: 'policy', version: 'v1', kind: 'Eviction', schema: 'io.k8s.api.policy.v1.Eviction' } as const

interface Eviction extends Manifest {
  readonly deleteOptions?: { readonly preconditions?: object }
}

interface Budget extends Manifest {
  readonly spec?: { readonly selector?: LabelSelector; readonly unhealthyPodEvictionPolicy?: string }
  readonly status?: {
    readonly observedGeneration?: number
    readonly disruptionsAllowed?: number
    readonly currentHealthy?: number
    readonly desiredHealthy?: number
    readonly disruptedPods?: Readonly<Record<string, string>>
  }
}

const id = 'poddisruptionbudgets.policy'

/** Of no use to anyone any more, or not yet: no budget counts it. */
const isUncounted = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp !== undefined || ['Succeeded', 'Failed', 'Pending'].includes(status?.phase ?? '')

const budgetOf = ({ engine }: Call, { metadata }: Pod): Budget | undefined => {
  const budgets = engine.objects
    .list(id, metadata.namespace)
    .map((object) => object as Budget) // by its schema
    .filter(({ spec }) => spec?.selector && matchesLabels(spec.selector, metadata.labels))
  if (budgets.length < 2) return budgets[0]
  throw refusal.internal(
    'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
  )
}

const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false

/** A Pod that does not work may go when enough others do, or always, as its budget says. */
const isFree = (pod: Pod, { spec, status }: Budget): boolean => {
  if (isReady(pod)) return false
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {}
  return desiredHealthy > 0 && currentHealthy >= desiredHealthy
}

/** Seconds. */
const beingCounted = 10
const untold = 0

const spent = (name: string, { currentHealthy = 0, desiredHealthy = 0 }: NonNullable<Budget['status']>) =>
  refusal.tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", untold, [
    {
      reason: 'DisruptionBudget',
      message: `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`,
    },
  ])

/** The budget when one more Pod is let go. Throws 429. */
const charged = (budget: Budget, pod: string, now: Date): Budget => {
  const { metadata, status = {} } = budget
  const { observedGeneration = 0, disruptionsAllowed = 0, disruptedPods } = status
  if (observedGeneration < (metadata.generation ?? 0)) {
    throw refusal.tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", beingCounted, [
      {
        reason: 'DisruptionBudget',
        message: `The disruption budget ${metadata.name} is still being processed by the server.`,
      },
    ])
  }
  if (disruptionsAllowed <= 0) throw spent(metadata.name, status)
  return {
    ...budget,
    status: {
      ...status,
      disruptionsAllowed: disruptionsAllowed - 1,
      disruptedPods: { ...disruptedPods, [pod]: timestamp(now) },
    },
  }
}

const charge = async (call: Call, { metadata: { name } }: Budget, pod: Pod): Promise<void> => {
  const served = call.engine.registry.byId(id)
  if (served === undefined) throw refusal.unknownPath()
  await replaceWith({ ...call, served, name, subresource: 'status' }, (current) =>
    charged(current as Budget, pod.metadata.name, call.engine.now()),
  )
}

/** POST of a Pod's `eviction`: it is deleted, where its disruption budget lets it go. Throws 404, 422 and 429. */
export const evict = async (call: Call): Promise<BodyAnswer> => {
  const { deleteOptions = {} } = readTold(call, kind) as Eviction
  const pod = find(call) as Pod
  const { uid } = pod.metadata
  const budget = isUncounted(pod) ? undefined : budgetOf(call, pod)
  if (budget && !isFree(pod, budget)) await charge(call, budget, pod)
  const preconditions = { ...(budget && uid && { uid }), ...deleteOptions.preconditions }
  await removeWith({ ...call, subresource: undefined }, { ...deleteOptions, preconditions })
  return { code: 201, body: { ...success({}), code: 201 } }
}
