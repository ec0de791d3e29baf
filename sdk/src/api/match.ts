import type { Manifest } from '../manifest.ts'
import { matchesLabels } from '../selector.ts'
import type { Cluster } from './cluster.ts'
import type { ClusterAffinity, FieldSelectorRequirement, ResourceSelector } from './placement.ts'

/** How narrowly a selector names a template; the narrower policy wins. */
export const fit = { none: 0, all: 1, labels: 2, name: 3 } as const
export type Fit = (typeof fit)[keyof typeof fit]

/** How narrowly one selector names a template. */
export function selectorFit(selector: ResourceSelector, template: Manifest): Fit {
  const { apiVersion, kind, metadata } = template
  if (selector.apiVersion !== apiVersion || selector.kind !== kind) return fit.none
  if (selector.namespace && selector.namespace !== metadata.namespace) return fit.none
  if (selector.name) return selector.name === metadata.name ? fit.name : fit.none
  if (!selector.labelSelector) return fit.all
  return matchesLabels(selector.labelSelector, metadata.labels) ? fit.labels : fit.none
}

/** How narrowly the best of several selectors names a template. */
export function bestFit(selectors: readonly ResourceSelector[], template: Manifest): Fit {
  let best: Fit = fit.none
  for (const selector of selectors) {
    const found = selectorFit(selector, template)
    if (found > best) best = found
  }
  return best
}

/** What a cluster says of a property; several zones, one of the others, or nothing. */
const propertiesOf = ({ spec }: Cluster, key: FieldSelectorRequirement['key']): readonly string[] => {
  if (key === 'zone' && spec.zones?.length) return spec.zones
  return spec[key] ? [spec[key]] : []
}

const fieldHolds = ({ key, operator, values = [] }: FieldSelectorRequirement, cluster: Cluster): boolean => {
  const among = propertiesOf(cluster, key).some((value) => values.includes(value))
  return operator === 'In' ? among : !among
}

/** The names an affinity has lists of, so that a long list takes no longer than a short one. */
interface Names {
  readonly chosen: ReadonlySet<string> | undefined
  readonly excluded: ReadonlySet<string> | undefined
}

const read = new WeakMap<ClusterAffinity, Names>()

const setOf = (names: readonly string[] | undefined): ReadonlySet<string> | undefined =>
  names?.length ? new Set(names) : undefined

/** Read once for each affinity, not once for each cluster. */
function namesOf(affinity: ClusterAffinity): Names {
  const known = read.get(affinity)
  if (known) return known
  const names = { chosen: setOf(affinity.clusterNames), excluded: setOf(affinity.exclude) }
  read.set(affinity, names)
  return names
}

/** Whether a cluster is one an affinity names. No affinity: every cluster is. */
export function matchesCluster(affinity: ClusterAffinity | undefined, cluster: Cluster): boolean {
  if (!affinity) return true
  const { name, labels } = cluster.metadata
  const { chosen, excluded } = namesOf(affinity)
  if (excluded?.has(name) || (chosen && !chosen.has(name))) return false
  if (!matchesLabels(affinity.labelSelector, labels)) return false
  return (affinity.fieldSelector?.matchExpressions ?? []).every((each) => fieldHolds(each, cluster))
}
