import type { LabelSelectorRequirement, PropagationPolicy } from '@flotilla/sdk'
import type { Machine } from '../../machine.ts'

/** Why a requirement cannot be read; undefined when it can. Kubernetes lets such a selector select nothing. */
function flawOf({ operator, values = [] }: LabelSelectorRequirement): string | undefined {
  if (!['In', 'NotIn', 'Exists', 'DoesNotExist'].includes(operator))
    return `operator "${operator}" is none of In, NotIn, Exists and DoesNotExist`
  const compares = operator === 'In' || operator === 'NotIn'
  if (compares === values.length > 0) return undefined
  return compares ? `${operator} compares with values, and there are none` : `${operator} has no values`
}

/** What of a policy's selectors cannot be read: the path of the field, and why. */
export const selectorFlaws = ({ spec }: PropagationPolicy): readonly string[] =>
  spec.resourceSelectors.flatMap(({ name, labelSelector }, at) =>
    (name ? [] : (labelSelector?.matchExpressions ?? [])).flatMap((requirement, which) => {
      const flaw = flawOf(requirement)
      return flaw ? [`spec.resourceSelectors[${at}].labelSelector.matchExpressions[${which}]: ${flaw}`] : []
    }),
  )

/** Tells the owner of a policy that came in past admission why it selects less than it seems to. */
export function complainOf({ event }: Pick<Machine, 'event'>, policy: PropagationPolicy): void {
  const flaws = selectorFlaws(policy)
  if (flaws.length > 0) event(policy, 'Warning', 'ApplyPolicyFailed', `${flaws.join('; ')}; it selects nothing`)
}
