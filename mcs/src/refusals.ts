import type { Binding } from '@flotilla/sdk'

/** What clusters say that do not take something, such as one that has another of its name; undefined when all do. */
export function refusals(binding: Binding | undefined, what: string): string | undefined {
  const refused = (binding?.status?.aggregatedStatus ?? []).filter(({ applied, appliedMessage }) => applied === false && appliedMessage) // biome-ignore format: one chain
  const said = refused.map(({ clusterName, appliedMessage }) => `cluster ${clusterName} does not take ${what}: ${appliedMessage}`) // biome-ignore format: one chain
  return said.length > 0 ? said.sort().join('; ') : undefined
}
