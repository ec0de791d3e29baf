import { hasReplicas, strategyOf } from '../api/strategy.ts'
import { type Fields, isFields } from '../fields.ts'
import { resolvers } from '../resolvers.ts'
import type { AboutClusters } from '../rules.ts'
import type { Feasibility } from './schedule.ts'
import { isReason, isReplicas, longestReason, mostReplicas, shown } from './wrong.ts'

/** What is wrong with what could resolve it: only what is heard of can be waited for. */
function wrongHope({ resolvedBy = [] }: Fields): string | undefined {
  const isHeard = (word: unknown) => resolvers.some((resolver) => resolver === word)
  return Array.isArray(resolvedBy) && resolvedBy.every(isHeard)
    ? undefined
    : `resolvedBy is a list of ${resolvers.join(', ')}`
}

/** What is wrong with the words for each cluster, or with whom they are about. */
function wrongWords(
  answer: unknown,
  { clusters }: AboutClusters,
  wrong: (word: unknown) => string | undefined,
): string | undefined {
  if (!isFields(answer)) return `${shown(answer)} is not an object with a word for each cluster`
  const names = new Set(clusters.map(({ metadata }) => metadata.name))
  for (const [name, word] of Object.entries(answer)) {
    if (!names.has(name)) return `${shown(name)} is none of the clusters in question`
    const problem = wrong(word)
    if (problem) return `${name}: ${problem}`
  }
  return undefined
}

const wrongRefusal = (word: unknown): string | undefined => {
  if (!isFields(word) || !isReason(word.reason)) return `a refusal has a reason, of at most ${longestReason} characters`
  if (typeof word.resolvable !== 'boolean') return 'a refusal says whether it is resolvable: true or false'
  return wrongHope(word)
}

const wrongScore = (word: unknown): string | undefined =>
  typeof word === 'number' && word >= 0 && word <= 100 ? undefined : `the score ${shown(word)} is not from 0 to 100`

const wrongEstimate = (word: unknown): string | undefined =>
  isReplicas(word) ? undefined : `the estimate ${shown(word)} is not a whole number from 0 to ${mostReplicas}`

/** An answer to `schedule.filter` that cannot be. */
export const wrongRefusals = (answer: unknown, asked: AboutClusters) => wrongWords(answer, asked, wrongRefusal)

/** An answer to `schedule.score` that cannot be. */
export const wrongScores = (answer: unknown, asked: AboutClusters) => wrongWords(answer, asked, wrongScore)

/** An answer to `schedule.estimate` that cannot be. */
export const wrongEstimates = (answer: unknown, asked: AboutClusters) => wrongWords(answer, asked, wrongEstimate)

/** What is wrong with a choice among clusters: strangers, or the same one twice. */
function wrongChoice(chosen: readonly unknown[], { clusters }: Feasibility): string | undefined {
  const names = new Set<unknown>(clusters.map(({ cluster }) => cluster.metadata.name))
  const seen = new Set<unknown>()
  for (const name of chosen) {
    if (!names.has(name)) return `${shown(name)} is none of the clusters in question`
    if (seen.has(name)) return `${shown(name)} is named twice`
    seen.add(name)
  }
  return undefined
}

const nameOfFeasible = (item: unknown): unknown => {
  const cluster = isFields(item) ? item.cluster : undefined
  const metadata = isFields(cluster) ? cluster.metadata : undefined
  return isFields(metadata) ? metadata.name : undefined
}

/** An answer to `schedule.select` that cannot be. */
export function wrongSelection(answer: unknown, asked: Feasibility): string | undefined {
  if (!isFields(answer)) return `${shown(answer)} is not an object with clusters or unfit`
  if ('unfit' in answer)
    return isReason(answer.unfit) ? wrongHope(answer) : `unfit is a reason, of at most ${longestReason} characters`
  if (!Array.isArray(answer.clusters)) return 'it has neither a list of clusters nor unfit'
  return wrongChoice(answer.clusters.map(nameOfFeasible), asked)
}

const wrongShare = ({ name, replicas, components }: Fields): string | undefined => {
  if (replicas !== undefined && !isReplicas(replicas))
    return `${name}: ${shown(replicas)} replicas are not a whole number from 0 to ${mostReplicas}`
  if (components === undefined) return undefined
  const isWell = (each: unknown) => isFields(each) && typeof each.name === 'string' && isReplicas(each.replicas)
  return Array.isArray(components) && components.every(isWell)
    ? undefined
    : `${name}: each of its components has a name and a whole number of replicas`
}

/** What is wrong with the weights that replicas were given in proportion to; none have to be said. */
function wrongWeights({ weights = [] }: Fields): string | undefined {
  const isWeight = (each: unknown) =>
    isFields(each) && typeof each.name === 'string' && typeof each.weight === 'number' && each.weight >= 0
  return Array.isArray(weights) && weights.every(isWeight) ? undefined : 'weights is a list of a name and a weight each'
}

const replicasOf = ({ replicas }: Fields): number => (typeof replicas === 'number' ? replicas : 0)

/** What is wrong with the shares together: replicas that are duplicated are all of them, those that are divided add up. */
function wrongTotal(targets: readonly Fields[], { binding: { spec }, placement }: Feasibility): string | undefined {
  if (!hasReplicas(spec)) return undefined
  const { replicas = 0 } = spec
  if (strategyOf(placement) === 'Duplicated') {
    const other = targets.find((target) => replicasOf(target) !== replicas)
    return other && `${other.name} gets ${replicasOf(other)} replicas; each cluster has to get all ${replicas}`
  }
  const sum = targets.reduce((sum, target) => sum + replicasOf(target), 0)
  return sum === replicas ? undefined : `its targets have ${sum} replicas together; there are ${replicas} to divide`
}

/** An answer to `schedule.assign` that cannot be. */
export function wrongAssignment(answer: unknown, asked: Feasibility): string | undefined {
  if (!isFields(answer)) return `${shown(answer)} is not an object with targets or unschedulable`
  if ('unschedulable' in answer)
    return isReason(answer.unschedulable)
      ? wrongHope(answer)
      : `unschedulable is a reason, of at most ${longestReason} characters`
  const { targets } = answer
  if (!Array.isArray(targets)) return 'it has neither a list of targets nor unschedulable'
  if (!targets.every(isFields)) return 'a target is an object with the name of a cluster'
  const shares: readonly Fields[] = targets
  const choice = wrongChoice(
    shares.map(({ name }) => name),
    asked,
  )
  return (
    choice ??
    shares.map(wrongShare).find((problem) => problem !== undefined) ??
    wrongTotal(shares, asked) ??
    wrongWeights(answer)
  )
}
