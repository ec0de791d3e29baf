import { bestFit, definePlugin, match, on, type PropagationPolicy } from '@flotilla/sdk'

interface Claim {
  readonly policy: PropagationPolicy
  readonly priority: number
  readonly fit: number
}

/** Negative when `a` goes first: the higher priority, then the narrower selector, then the lower name. */
const compare = (a: Claim, b: Claim): number =>
  b.priority - a.priority || b.fit - a.fit || (a.policy.metadata.name < b.policy.metadata.name ? -1 : 1)

/** The policy that claims a template, of those that select it. A policy that is going away claims nothing. */
export function choosePolicy({ template, policies }: match.Choice): PropagationPolicy | undefined {
  const claims = policies
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map((policy): Claim => {
      const { priority = 0, resourceSelectors } = policy.spec
      return { policy, priority, fit: bestFit(resourceSelectors, template) }
    })
  return claims.sort(compare)[0]?.policy
}

export const priority = definePlugin({
  name: 'policy-priority',
  extensions: () => [on(match.choose, choosePolicy)],
})
