import { compile } from '@flotilla/cel'
import { type Cluster, clusterVariables, type Json, reasonOf } from '@flotilla/sdk'
import { clusterView } from './cluster-view.ts'

/** What an expression says of a cluster, or why it says nothing. */
export type Verdict = { readonly value: Json } | { readonly problem: string }

/** So many expressions are remembered for one version of a cluster. */
const mostRemembered = 256

/** Every version of a cluster is another object: an expression is evaluated once for it. */
const remembered = new WeakMap<Cluster, Map<string, Verdict>>()

function evaluated(text: string, cluster: Cluster): Verdict {
  try {
    return { value: compile(text, clusterVariables).evaluate({ cluster: clusterView(cluster) }) }
  } catch (cause) {
    return { problem: reasonOf(cause) }
  }
}

const verdictsOn = (cluster: Cluster): Map<string, Verdict> => {
  const known = remembered.get(cluster)
  if (known) return known
  const made = new Map<string, Verdict>()
  remembered.set(cluster, made)
  return made
}

export function verdictOn(text: string, cluster: Cluster): Verdict {
  const verdicts = verdictsOn(cluster)
  const known = verdicts.get(text)
  if (known) return known
  if (verdicts.size >= mostRemembered) verdicts.clear()
  const made = evaluated(text, cluster)
  verdicts.set(text, made)
  return made
}
