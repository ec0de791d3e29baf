import {
  type Cluster,
  definePlugin,
  on,
  schedule,
  type Taint,
  type Toleration,
  taintText,
  tolerates,
} from '@flotilla/sdk'
import { objecting, sparing, targetNames } from './refusal.ts'

/** The first taint that keeps away what does not tolerate it. `PreferNoSchedule` keeps nobody away. */
export const untolerated = (
  tolerations: readonly Toleration[],
  { spec: { taints = [] } }: Cluster,
): Taint | undefined =>
  taints.find(
    (taint) => taint.effect !== 'PreferNoSchedule' && !tolerations.some((toleration) => tolerates(toleration, taint)),
  )

const raise = objecting({ resolvable: false, resolvedBy: ['taints'] })

export const taintToleration = definePlugin({
  name: 'taint-toleration',
  extensions: () => [
    on(schedule.filter, ({ binding, placement: { clusterTolerations = [] }, clusters }) => {
      const refused = raise(clusters, JSON.stringify(clusterTolerations), (cluster) => {
        const taint = untolerated(clusterTolerations, cluster)
        return taint && `cluster(s) had untolerated taint {${taintText(taint)}}`
      })
      return sparing(targetNames(binding), refused)
    }),
  ],
})
