import { type Cluster, clusterExpressionsOf, definePlugin, on, type PerCluster, schedule } from '@flotilla/sdk'
import { verdictOn } from './cluster-expression.ts'

/** From 0 to 100; a cluster that the expression has no number for is worth nothing. */
export function scoreOf(expression: string, cluster: Cluster): number {
  const verdict = verdictOn(expression, cluster)
  const value = 'value' in verdict ? verdict.value : 0
  return typeof value === 'number' ? Math.min(100, Math.max(0, value)) : 0
}

/** What the user's own expression makes of each cluster. */
export function scoreByExpression({ binding, clusters }: schedule.Candidates): PerCluster<number> | undefined {
  const { score } = clusterExpressionsOf(binding)
  if (!score) return undefined
  return Object.fromEntries(clusters.map((cluster) => [cluster.metadata.name, scoreOf(score, cluster)]))
}

export const clusterScore = definePlugin({
  name: 'cluster-score',
  extensions: () => [on(schedule.score, scoreByExpression)],
})
