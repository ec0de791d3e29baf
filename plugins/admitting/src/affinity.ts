import {
  type ClusterAffinity,
  chosen,
  clusterName,
  type Field,
  type FieldSelectorRequirement,
  named,
  type Problems,
  present,
} from '@flotilla/sdk'
import { labelSelectorProblems } from './selector.ts'

function* fieldRequirementProblems(requirement: Field<FieldSelectorRequirement>): Problems {
  yield* chosen(requirement.at('key'), ['provider', 'region', 'zone'])
  yield* chosen(requirement.at('operator'), ['In', 'NotIn'])
  yield* present(requirement.at('values'))
}

/** Whether an affinity restricts nothing. */
export const isEmpty = ({ value }: Field<ClusterAffinity | undefined>): boolean =>
  !value?.labelSelector && !value?.fieldSelector && !value?.clusterNames?.length && !value?.exclude?.length

/** Clusters that could never be meant. Clusters that are not there yet may be named. */
export function* affinityProblems(affinity: Field<ClusterAffinity | undefined>): Problems {
  const [names, exclude] = [affinity.at('clusterNames'), affinity.at('exclude')]
  yield* labelSelectorProblems(affinity.at('labelSelector'))
  for (const each of affinity.at('fieldSelector').at('matchExpressions').items()) yield* fieldRequirementProblems(each)
  for (const name of [...names.items(), ...exclude.items()]) yield* named(name, clusterName)
  const excluded = new Set(exclude.items().map(({ value }) => value))
  const wanted = names.items()
  if (wanted.length > 0 && wanted.every(({ value }) => excluded.has(value))) {
    yield exclude.invalid('excludes every cluster that clusterNames names')
  }
}
