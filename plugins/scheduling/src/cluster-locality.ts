import { definePlugin, on, type PerCluster, schedule } from '@flotilla/sdk'
import { targetNames } from './refusal.ts'

/** Full marks for the clusters a binding is in: it stays where it can. */
export function scoreLocality({ binding, clusters }: schedule.Candidates): PerCluster<number> | undefined {
  const targets = targetNames(binding)
  if (targets.size === 0) return undefined
  const here = clusters.filter(({ metadata }) => targets.has(metadata.name))
  return Object.fromEntries(here.map(({ metadata }) => [metadata.name, 100]))
}

export const clusterLocality = definePlugin({
  name: 'cluster-locality',
  extensions: () => [on(schedule.score, scoreLocality)],
})
