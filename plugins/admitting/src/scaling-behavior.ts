import {
  between,
  chosen,
  edit,
  type Field,
  oneOf,
  type Problems,
  present,
  type ScalingBehavior,
  type ScalingRules,
} from '@flotilla/sdk'

/** Doubles at most, or four more, whichever is more, every 15 seconds. */
const scaleUp: ScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
}

/** Down at once; how long to wait for that is the controller's to say. */
const scaleDown: ScalingRules = {
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
}

/** A behaviour that says something says all of it. */
export const completeBehavior = (behavior: ScalingBehavior | undefined): ScalingBehavior | undefined =>
  edit(
    edit(behavior, 'scaleUp', (rules) => ({ ...scaleUp, ...rules })),
    'scaleDown',
    (rules) => ({ ...scaleDown, ...rules }),
  )

function* rulesProblems(rules: Field<ScalingRules | undefined>): Problems {
  const policies = rules.at('policies')
  if (rules.value === undefined) return
  yield* between(rules.at('stabilizationWindowSeconds'), 0, 3600)
  yield* oneOf(rules.at('selectPolicy'), ['Max', 'Min', 'Disabled'])
  yield* present(policies, 'at least one policy')
  for (const policy of policies.items()) {
    yield* chosen(policy.at('type'), ['Pods', 'Percent'])
    yield* between(policy.at('value'), 1, 2 ** 31 - 1)
    yield* between(policy.at('periodSeconds'), 1, 1800)
  }
}

/** How fast to scale, where it makes no sense. */
export function* behaviorProblems(behavior: Field<ScalingBehavior | undefined>): Problems {
  yield* rulesProblems(behavior.at('scaleUp'))
  yield* rulesProblems(behavior.at('scaleDown'))
}
