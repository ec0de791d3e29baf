import type { Manifest } from '@flotilla/sdk'
import type { Pod } from '../api/pod.ts'
import { controllerOf } from '../owner.ts'
import { scriptOf } from './script.ts'
import { type ContainerUsage, running, usageOf } from './usage.ts'

/** Says what each running container of a pod uses. */
export type Meter = (pod: Pod) => readonly ContainerUsage[]

/** How many owners are looked for one above the other: who owns himself has no end of them. */
const deepest = 4

const isRunning = (pod: Pod): boolean => running(pod).length > 0

const uidOf = ({ metadata }: Manifest): string => metadata.uid ?? ''

/** What pods use by what is written on them, or else on the workloads they belong to. `pods` are all that may share something. */
export function meterOf(pods: readonly Pod[], workloads: readonly Manifest[]): Meter {
  const byUid = new Map(workloads.map((workload) => [uidOf(workload), workload]))
  let counts: ReadonlyMap<Manifest, number> | undefined

  /** The farthest first: a ReplicaSet has the annotations that its Deployment had once. */
  function ownersOf(object: Manifest, depth = deepest): readonly Manifest[] {
    const owner = depth > 0 ? byUid.get(controllerOf(object)?.uid ?? '') : undefined
    return owner ? [...ownersOf(owner, depth - 1), owner] : []
  }

  /** Whose a pod is at last: its own, if nobody's. */
  const headOf = (pod: Pod): Manifest => ownersOf(pod)[0] ?? pod

  function counted(): ReadonlyMap<Manifest, number> {
    const byHead = Map.groupBy(pods.filter(isRunning), headOf)
    return new Map([...byHead].map(([head, own]) => [head, own.length]))
  }

  function sharers(head: Manifest): number {
    counts ??= counted()
    return Math.max(1, counts.get(head) ?? 0)
  }

  return (pod) => {
    const objects = [pod, ...ownersOf(pod)]
    const scripts = { cpu: scriptOf(objects, 'cpu'), memory: scriptOf(objects, 'memory') }
    return usageOf(pod, scripts, () => sharers(headOf(pod)))
  }
}
