import type { Manifest } from '../manifest.ts'
import { annotation } from './names.ts'

/** What the expressions about clusters may name. */
export const clusterVariables: readonly string[] = ['cluster']

/** The annotations that hold one. */
export const clusterExpressionKeys = [annotation.clusterSelector, annotation.clusterScore] as const

/** The expressions by which a policy chooses among clusters. A policy and its bindings have them in the same annotations. */
export interface ClusterExpressions {
  /** Whether a cluster will do. */
  readonly selector?: string
  /** How good it is, from 0 to 100. */
  readonly score?: string
}

export function clusterExpressionsOf({ metadata: { annotations } }: Pick<Manifest, 'metadata'>): ClusterExpressions {
  const selector = annotations?.[annotation.clusterSelector]
  const score = annotations?.[annotation.clusterScore]
  return { ...(selector && { selector }), ...(score && { score }) }
}

/** Both in one text, to be compared; undefined when there are none. */
export function clusterExpressionsText(object: Pick<Manifest, 'metadata'>): string | undefined {
  const { selector, score } = clusterExpressionsOf(object)
  return selector || score ? JSON.stringify({ selector, score }) : undefined
}
