import type { PropagationPolicy } from '../api/propagation-policy.ts'
import type { Manifest } from '../manifest.ts'
import { point } from '../point.ts'
import { first } from '../rules.ts'

/** A template, and every policy of one scope that selects it. */
export interface Choice {
  readonly template: Manifest
  readonly policies: readonly PropagationPolicy[]
}

/** Asked when a template has no policy yet: first with the policies of its namespace, then with the cluster-wide ones. */
export const choose = point('match.choose', first<Choice, PropagationPolicy>)
