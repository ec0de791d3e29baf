import type { Manifest } from '@flotilla/sdk'
import type { Pod } from '../api/pod.ts'
import { controllerOf } from '../owner.ts'
import { scriptOf } from './script.ts'
import { type ContainerUsage, running, usageOf } from './usage.ts'

/** Says what each running container of a pod uses. */
export type Meter = (pod: Pod) => readonly ContainerUsage[]

const uidOf = ({ metadata }: Manifest): string => metadata.uid ?? ''

/** What pods use by what is written on them, or else on the workloads they belong to. `pods` are all that may share something. */
export function meterOf(pods: readonly Pod[], workloads: readonly Manifest[]): Meter {
  const byUid = new Map(workloads.map((workload) => [uidOf(workload), workload]))
  const counted = new Map<Manifest, number>()

  /** The farthest first: a ReplicaSet has the annotations that its Deployment had once. */
  function ownersOf(object: Manifest): readonly Manifest[] {
    const owner = byUid.get(controllerOf(object)?.uid ?? '')
    return owner ? [...ownersOf(owner), owner] : []
  }

  const belongs = (pod: Pod, owner: Manifest): boolean => pod === owner || ownersOf(pod)[0] === owner

  function sharers(owner: Manifest): number {
    const count = counted.get(owner) ?? pods.filter((pod) => running(pod).length > 0 && belongs(pod, owner)).length
    counted.set(owner, count)
    return Math.max(1, count)
  }

  return (pod) => {
    const owners = ownersOf(pod)
    const objects = [pod, ...owners]
    const scripts = { cpu: scriptOf(objects, 'cpu'), memory: scriptOf(objects, 'memory') }
    return usageOf(pod, scripts, () => sharers(owners[0] ?? pod))
  }
}
