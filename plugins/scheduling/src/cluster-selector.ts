import { type Cluster, clusterExpressionsOf, definePlugin, on, schedule } from '@flotilla/sdk'
import { verdictOn } from './cluster-expression.ts'
import { objecting, sparing, targetNames } from './refusal.ts'

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

/** Any change of a cluster may resolve it; that its room is another is not always heard of. */
const raise = objecting({ resolvable: false })
const raiseOfRoom = objecting({ resolvable: true })

export const clusterSelector = definePlugin({
  name: 'cluster-selector',
  extensions: () => [
    on(schedule.filter, ({ binding, clusters }) => {
      const { selector } = clusterExpressionsOf(binding)
      if (!selector) return undefined
      const objection = (cluster: Cluster) => unselected(selector, cluster)
      if (!isAboutRoom(selector)) return raise(clusters, selector, objection)
      return sparing(targetNames(binding), raiseOfRoom(clusters, selector, objection))
    }),
  ],
})
