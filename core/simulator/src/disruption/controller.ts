import { type Change, type Controller, done, keyOf, matchesLabels } from '@flotilla/sdk'
import { type DisruptionBudget, disruptionBudgetKind } from '../api/disruption.ts'
import { type Pod, podKind } from '../api/pod.ts'
import { replicaSetKind, statefulSetKind } from '../api/workloads.ts'
import { Cached } from '../cached.ts'
import type { Machine } from '../machine.ts'
import { controllerOf, isLeaving } from '../owner.ts'
import { isActive } from '../pod/condition.ts'
import { budgetStatus } from './budget.ts'

const selects = ({ metadata, spec: { selector } }: DisruptionBudget, pod: Pod): boolean =>
  metadata.namespace === pod.metadata.namespace && matchesLabels(selector, pod.metadata.labels)

/** Counts, for each budget, how many of its pods could go. Whoever evicts a pod asks the budget. */
export function disruptionController(machine: Machine): Controller {
  const { controller, pods, now } = machine
  const budgets = new Cached(machine, disruptionBudgetKind)
  const sets = [machine.store(replicaSetKind), machine.store(statefulSetKind)]

  /** How many pods a controller wants; undefined for one that is not known to have a number. */
  function wanted({ metadata: { namespace = '' } }: Pod, name: string, uid: string): number | undefined {
    const set = sets.map((store) => store.get({ namespace, name })).find((found) => found?.metadata.uid === uid)
    return set && (set.spec.replicas ?? 1)
  }

  function expected(selected: readonly Pod[]): number {
    const owners = Map.groupBy(selected, (pod) => controllerOf(pod)?.uid ?? pod)
    return [...owners.values()]
      .map((own) => {
        const [pod] = own
        const owner = pod && controllerOf(pod)
        return (owner && wanted(pod, owner.name, owner.uid)) ?? own.length
      })
      .reduce((sum, count) => sum + count, 0)
  }

  /** Its labels may have been others before. */
  const ofPod = ({ before, after }: Change<Pod>) =>
    budgets.store
      .list((after ?? before)?.metadata.namespace)
      .filter((budget) => [before, after].some((pod) => pod && selects(budget, pod)))
      .map(keyOf)

  return controller('disruption')
    .for(disruptionBudgetKind)
    .watches(podKind, ofPod)
    .reconcile(async (budget) => {
      if (!budget || isLeaving(budget)) return done
      const selected = pods.store.list(budget.metadata.namespace).filter((pod) => selects(budget, pod))
      const counted = selected.filter(isActive)
      await budgets.setStatus(budget, budgetStatus(budget, selected, expected(counted), now()))
      return done
    })
}
