import type { PerCluster, ReviewedCluster, SchedulingQuestion, schedule } from '@flotilla/sdk'

/** Above this many grams of CO2 per kWh a cluster gets no new work. */
const limit = 500

/** How dirty a cluster's electricity is, by its label; undefined when nobody said. */
function gramsOf({ metadata }: ReviewedCluster): number | undefined {
  const grams = Number(metadata.labels?.['carbon-intensity'])
  return Number.isNaN(grams) ? undefined : grams
}

/** Words about clusters, by name; a cluster that is not mentioned is one without an opinion. */
const about = <T>(clusters: readonly ReviewedCluster[], word: (grams: number) => T | undefined): PerCluster<T> =>
  Object.fromEntries(
    clusters.flatMap((cluster) => {
      const grams = gramsOf(cluster)
      const said = grams === undefined ? undefined : word(grams)
      return said === undefined ? [] : [[cluster.metadata.name, said]]
    }),
  )

const refusal = (grams: number): schedule.Refusal | undefined =>
  grams > limit
    ? { reason: `cluster(s) ran on ${grams} g CO2/kWh`, resolvable: false, resolvedBy: ['labels'] }
    : undefined

/** The cleaner, the better: 100 for none, 0 at the limit. */
const score = (grams: number): number => Math.max(0, 100 - (100 * grams) / limit)

/** The answer to a question; null is no opinion. */
export function answer({ request }: SchedulingQuestion): PerCluster<schedule.Refusal> | PerCluster<number> | null {
  if (request.point === 'filter') return about(request.clusters, refusal)
  return request.point === 'score' ? about(request.clusters, score) : null
}
