import {
  type Claimant,
  type Cluster,
  definePlugin,
  divide,
  matchesCluster,
  on,
  remembered,
  type StaticClusterWeight,
  schedule,
  strategyOf,
} from '@flotilla/sdk'
import { targetsOf } from './shares.ts'

/** The largest weight of the rules that name the cluster; 0 when none does. */
export const weightOf = (rules: readonly StaticClusterWeight[], cluster: Cluster): number =>
  rules.reduce(
    (most, { targetCluster, weight }) => (weight > most && matchesCluster(targetCluster, cluster) ? weight : most),
    0,
  )

/** Clusters that no rule names get nothing, unless no rule names any: then all weigh the same. */
function weigh(rules: readonly StaticClusterWeight[], clusters: readonly schedule.Feasible[]): readonly Claimant[] {
  const weights = clusters.map(({ cluster }) => ({ name: cluster.metadata.name, weight: weightOf(rules, cluster) }))
  return weights.some(({ weight }) => weight > 0) ? weights : weights.map(({ name }) => ({ name, weight: 1 }))
}

const known = remembered<readonly schedule.Feasible[], readonly Claimant[]>()

/** Replicas by the weights of the placement. What is assigned now does not matter. */
export function assignByStaticWeight(asked: schedule.Feasibility): schedule.Assignment | undefined {
  const { binding, placement, clusters } = asked
  if (strategyOf(placement) !== 'StaticWeight') return undefined
  const { replicas = 0, resource } = binding.spec
  const rules = placement.replicaScheduling?.weightPreference?.staticWeightList ?? []
  const weights = known(clusters, JSON.stringify(rules), () => weigh(rules, clusters))
  return { targets: targetsOf(asked, divide(replicas, weights, resource.uid)), weights }
}

export const staticWeight = definePlugin({
  name: 'assign-static-weight',
  needs: ['assign-non-workload'],
  extensions: () => [on(schedule.assign, assignByStaticWeight)],
})
