import { type Cluster, clusterExpressionsOf, definePlugin, on, schedule } from '@flotilla/sdk'
import { verdictOn } from './cluster-expression.ts'
import { refuseEach, targetNames } from './refusal.ts'

const mismatch = 'cluster(s) did not match the cluster selector expression'

/**
 * Whether an expression looks at amounts that change with what runs there: then it is only about clusters to come, or a
 * workload would drive itself out.
 */
const isAboutRoom = (selector: string): boolean => selector.includes('resourceSummary')

/** Why an expression does not select a cluster. */
export function unselected(selector: string, cluster: Cluster): string | undefined {
  const verdict = verdictOn(selector, cluster)
  if ('problem' in verdict) return `cluster(s) could not be told by the cluster selector: ${verdict.problem}`
  if (verdict.value === true) return undefined
  if (verdict.value === false) return mismatch
  return `cluster(s) could not be told by the cluster selector: its value has to be true or false, not ${JSON.stringify(verdict.value).slice(0, 100)}`
}

export const clusterSelector = definePlugin({
  name: 'cluster-selector',
  extensions: () => [
    on(schedule.filter, ({ binding, clusters }) => {
      const { selector } = clusterExpressionsOf(binding)
      if (!selector) return undefined
      const stays = isAboutRoom(selector) ? targetNames(binding) : new Set<string>()
      return refuseEach(
        clusters,
        (cluster) => (stays.has(cluster.metadata.name) ? undefined : unselected(selector, cluster)),
        { resolvable: isAboutRoom(selector) }, // any change of a cluster may resolve it
      )
    }),
  ],
})
