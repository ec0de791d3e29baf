import {
  again,
  type Binding,
  bindingName,
  type Controller,
  clusterResourceBindingKind,
  deepEqual,
  done,
  type Host,
  isConflict,
  isNotFound,
  type Key,
  type Kind,
  type ObservedWorkload,
  type Outcome,
  type Reference,
  resourceBindingKind,
  timestamp,
  type WorkloadRebalancer,
  type WorkloadRebalancerStatus,
  workloadRebalancerKind,
} from '@flotilla/sdk'
import { askedAt, isOf, observed, triggerOf, workloadText } from './rebalanced.ts'

interface Place {
  readonly kind: Kind<Binding>
  readonly key: Key
}

/** Where the binding of a workload is. */
function placeOf({ kind, namespace, name }: Reference): Place {
  const key = { ...(namespace && { namespace }), name: bindingName(kind, name) }
  return { kind: namespace ? resourceBindingKind : clusterResourceBindingKind, key }
}

/** The binding of a workload. The cache may not have heard yet of what was written together with the rebalancer. */
async function bindingOf(host: Host, workload: Reference, signal: AbortSignal): Promise<Binding | undefined> {
  const { kind, key } = placeOf(workload)
  const binding = host.store(kind).get(key) ?? (await host.client.get(kind, key, { signal }))
  return binding && isOf(binding, workload) ? binding : undefined
}

const failed = (workload: Reference): ObservedWorkload => ({
  workload,
  result: 'Failed',
  reason: 'ReferencedBindingNotFound',
})

/** Has one workload scheduled afresh. */
async function rebalance(
  host: Host,
  workload: Reference,
  asked: number,
  signal: AbortSignal,
): Promise<ObservedWorkload> {
  const binding = await bindingOf(host, workload, signal)
  if (!binding) return failed(workload)
  const { kind, key } = placeOf(workload)
  const rescheduleTriggeredAt = triggerOf(binding, asked)
  try {
    if (rescheduleTriggeredAt)
      await host.client.patch(kind, key, { type: 'merge', body: { spec: { rescheduleTriggeredAt } } }, { signal })
    return { workload, result: 'Successful' }
  } catch (error) {
    if (isNotFound(error)) return failed(workload)
    throw error
  }
}

interface Progress {
  readonly workloads: readonly ObservedWorkload[]
  readonly error?: unknown
}

/** Everyone has a turn, whatever becomes of the others. One that failed for a reason that may pass has no result yet. */
async function rebalanceAll(host: Host, rebalancer: WorkloadRebalancer, signal: AbortSignal): Promise<Progress> {
  const asked = askedAt(rebalancer, host.now())
  const workloads: ObservedWorkload[] = []
  let failure: { readonly error: unknown } | undefined
  for (const each of observed(rebalancer)) {
    try {
      workloads.push(each.result ? each : await rebalance(host, each.workload, asked, signal))
    } catch (error) {
      host.log.warn('workload not rebalanced yet', { workload: workloadText(each.workload), error })
      workloads.push(each)
      failure ??= { error }
    }
  }
  return { workloads, ...failure }
}

/** What there is to say after a round. The end is that of the last workload, not of the last edit. */
function statusAfter(
  { metadata, status }: WorkloadRebalancer,
  { workloads }: Progress,
  now: Date,
): WorkloadRebalancerStatus {
  const isOver = workloads.every(({ result }) => result !== undefined)
  const isNews = !deepEqual(workloads, status?.observedWorkloads)
  const finishTime = isNews ? timestamp(now) : (status?.finishTime ?? timestamp(now))
  return {
    observedWorkloads: workloads,
    observedGeneration: metadata.generation,
    ...(isOver && { finishTime }),
  }
}

const isOver = ({ metadata, status }: WorkloadRebalancer): boolean =>
  status?.finishTime !== undefined && status.observedGeneration === metadata.generation

/** Brings a rebalancer as far as it gets. Answers the status it has then. */
async function advance(host: Host, rebalancer: WorkloadRebalancer, signal: AbortSignal): Promise<WorkloadRebalancer> {
  if (isOver(rebalancer)) return rebalancer
  const progress = await rebalanceAll(host, rebalancer, signal)
  const status = statusAfter(rebalancer, progress, host.now())
  const body = { status: { ...status, finishTime: status.finishTime ?? null } }
  const isSaid = deepEqual(status, rebalancer.status)
  const after = isSaid
    ? rebalancer
    : await host.client.patch(
        workloadRebalancerKind,
        rebalancer.metadata,
        { type: 'merge', body },
        { signal, subresource: 'status' },
      )
  if (progress.error !== undefined) throw progress.error
  return after
}

/** Deletes a rebalancer whose time is up, unless somebody has changed it meanwhile. */
async function bury(
  { client, now }: Host,
  { metadata, spec, status }: WorkloadRebalancer,
  signal: AbortSignal,
): Promise<Outcome> {
  if (status?.finishTime === undefined || spec.ttlSecondsAfterFinished === undefined) return done
  const left = Date.parse(status.finishTime) + spec.ttlSecondsAfterFinished * 1_000 - now().getTime()
  if (left > 0) return again(left)
  const { resourceVersion, uid } = metadata
  try {
    await client.delete(workloadRebalancerKind, metadata, { preconditions: { resourceVersion, uid }, signal })
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error // a change is heard of
  }
  return done
}

/** Keeps every WorkloadRebalancer going until all its workloads are scheduled afresh, and for as long as it is to stay. */
export const rebalancing = (host: Host): Controller =>
  host
    .controller('rebalance')
    .for(
      workloadRebalancerKind,
      ({ before, after }) =>
        before?.metadata.generation !== after?.metadata.generation ||
        before?.status?.finishTime !== after?.status?.finishTime,
    )
    .watches(resourceBindingKind, () => []) // their caches are full before it begins
    .watches(clusterResourceBindingKind, () => [])
    .reconcile(async (rebalancer, _, signal) =>
      rebalancer && !rebalancer.metadata.deletionTimestamp
        ? bury(host, await advance(host, rebalancer, signal), signal)
        : done,
    )
