import {
  type Binding,
  groupOf,
  kindText,
  type ObservedWorkload,
  type Reference,
  timestamp,
  type WorkloadRebalancer,
} from '@flotilla/sdk'

const addressOf = ({ apiVersion, kind, namespace = '', name }: Reference): string =>
  [apiVersion, kind, namespace, name].join(' ')

/** What became of each workload so far: those that are asked for, and those that were done and are not asked for any more. */
export function observed({ spec, status }: WorkloadRebalancer): readonly ObservedWorkload[] {
  const known = new Map((status?.observedWorkloads ?? []).map((each) => [addressOf(each.workload), each]))
  const asked = new Map(
    spec.workloads.map((workload) => [addressOf(workload), known.get(addressOf(workload)) ?? { workload }]),
  )
  const done = [...known].filter(([address, { result }]) => result === 'Successful' && !asked.has(address))
  return [...asked, ...done].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each)
}

/** Whether a binding is the one of a workload: kinds of two groups may have one name. */
export const isOf = ({ spec: { resource } }: Binding, workload: Reference): boolean =>
  resource.kind === workload.kind && groupOf(resource.apiVersion) === groupOf(workload.apiVersion)

/** Since when a workload is to be rebalanced: since the rebalancer was written, or since it was asked for later. */
export const askedAt = ({ metadata, status }: WorkloadRebalancer, now: Date): number =>
  status?.observedGeneration === undefined ? Date.parse(metadata.creationTimestamp ?? timestamp(now)) : now.getTime()

const timeOf = (text: string | undefined): number => (text === undefined ? Number.NEGATIVE_INFINITY : Date.parse(text))

/**
 * The time to write into a binding, so that it is scheduled afresh; undefined when that has been asked for since. Only what is
 * later than the last schedule counts, and times are whole seconds.
 */
export function triggerOf({ spec, status }: Binding, asked: number): string | undefined {
  if (timeOf(spec.rescheduleTriggeredAt) >= asked) return undefined
  return timestamp(new Date(Math.max(asked, timeOf(status?.lastScheduledTime) + 1_000)))
}

/** A workload as a person names it. */
export const workloadText = (workload: Reference): string =>
  `${kindText(workload)} ${workload.namespace ? `${workload.namespace}/` : ''}${workload.name}`
