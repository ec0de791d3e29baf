import {
  type ClusterTaintPolicy,
  checks,
  chosen,
  clusterTaintPolicyKind,
  definePlugin,
  Field,
  type MatchCondition,
  oneOf,
  type Problems,
  present,
  type Write,
} from '@flotilla/sdk'
import { affinityProblems } from './affinity.ts'
import { taintProblems } from './taint.ts'

function* conditionProblems(condition: Field<MatchCondition>): Problems {
  const values = condition.at('statusValues')
  yield* present(condition.at('conditionType'))
  yield* chosen(condition.at('operator'), ['In', 'NotIn'])
  yield* present(values)
  for (const value of values.items()) yield* oneOf(value, ['True', 'False', 'Unknown'])
}

/** What a policy says that could not work, or may not be: taints that drive workloads out have to be allowed first. */
export function* taintPolicyProblems({ manifest }: Write<ClusterTaintPolicy>, allowNoExecute: boolean): Problems {
  const spec = new Field('', manifest).at('spec')
  const taints = spec.at('taints')
  yield* affinityProblems(spec.at('targetClusters'))
  for (const each of spec.at('addOnConditions').items()) yield* conditionProblems(each)
  for (const each of spec.at('removeOnConditions').items()) yield* conditionProblems(each)
  yield* present(taints)
  yield* taintProblems(taints.items())
  if (allowNoExecute) return
  for (const taint of taints.items()) {
    if (taint.value.effect !== 'NoExecute') continue
    yield taint
      .at('effect')
      .forbidden(
        'NoExecute evicts workloads; allow it with the option allowNoExecute of the plugin taint-policy-admission',
      )
  }
}

interface Options {
  readonly allowNoExecute?: boolean
}

export const taintPolicy = definePlugin({
  name: 'taint-policy-admission',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      allowNoExecute: { description: 'Whether policies may add NoExecute taints.', type: 'boolean' },
    },
  },
  extensions: ({ options }) => {
    const { allowNoExecute = false } = (options ?? {}) as Options // the schema holds
    return [checks([clusterTaintPolicyKind], (write) => taintPolicyProblems(write, allowNoExecute))]
  },
})
