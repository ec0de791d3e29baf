import type { Guest, Manifest } from '../flotilla/guest.d.ts'

interface Counts {
  readonly replicas?: number
  readonly readyReplicas?: number
}

/** What is looked at in an object of the kind. */
interface Workload extends Manifest {
  readonly spec?: { readonly replicas?: number }
  readonly status?: Counts
}

const wanted = ({ spec }: Workload): number => spec?.replicas ?? 1

/** What of a status is worth collecting. */
const counts = ({ replicas, readyReplicas }: Counts): Counts => ({ replicas, readyReplicas })

const sum = (numbers: readonly (number | undefined)[]): number => numbers.reduce<number>((a, b) => a + (b ?? 0), 0)

export const interpretReplicas: Guest['interpretReplicas'] = ({ manifest }) => ({
  replicas: wanted(manifest as Workload),
})

export const interpretReviseReplicas: Guest['interpretReviseReplicas'] = ({ manifest, replicas }) => ({
  ...manifest,
  spec: { ...(manifest as Workload).spec, replicas },
})

export const interpretHealth: Guest['interpretHealth'] = ({ manifest }) => {
  const workload = manifest as Workload
  return workload.status && (workload.status.readyReplicas ?? 0) >= wanted(workload) ? 'Healthy' : 'Unhealthy'
}

export const interpretStatus: Guest['interpretStatus'] = ({ manifest }) => {
  const { status } = manifest as Workload
  return status ? { status: counts(status) } : {}
}

export const interpretAggregate: Guest['interpretAggregate'] = ({ template, items }) => {
  const statuses = items.map(({ status }) => (status ?? {}) as Counts)
  return {
    ...template,
    status: {
      replicas: sum(statuses.map(({ replicas }) => replicas)),
      readyReplicas: sum(statuses.map(({ readyReplicas }) => readyReplicas)),
    },
  }
}
