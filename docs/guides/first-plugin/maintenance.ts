import { definePlugin, type Host, on, type PerCluster, schedule } from '@flotilla/sdk'

/** Clusters under maintenance, by label, get no new work. What runs there stays. */
export function closed({ binding, clusters }: schedule.Candidates, label: string): PerCluster<schedule.Refusal> {
  const runsIn = new Set(binding.spec.clusters?.map(({ name }) => name))
  const refused = clusters.filter(({ metadata }) => metadata.labels?.[label] === 'true' && !runsIn.has(metadata.name))
  const refusal: schedule.Refusal = {
    reason: `cluster(s) were under maintenance (label ${label})`,
    resolvable: false,
    resolvedBy: ['labels'],
  }
  return Object.fromEntries(refused.map(({ metadata }) => [metadata.name, refusal]))
}

interface Options {
  readonly label: string
}

export const plugin = definePlugin({
  name: 'maintenance',
  host: '>=0.1.0 <1',
  schema: {
    type: 'object',
    required: ['label'],
    properties: { label: { type: 'string' } },
    additionalProperties: false,
  },
  extensions: ({ options }: Host) => {
    const { label } = options as Options // the schema has checked it
    return [on(schedule.filter, (candidates) => closed(candidates, label))]
  },
})
