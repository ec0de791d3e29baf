import { type ClusterTaintPolicy, type ClusterTaintPolicySpec, clusterTaintPolicyKind } from '@flotilla/sdk'
import { examineCauses } from '@flotilla/sdk/testing'
import { taintPolicy } from './taint-policy.ts'

const policy = (spec: Partial<ClusterTaintPolicySpec>): ClusterTaintPolicy => ({
  apiVersion: clusterTaintPolicyKind.apiVersion,
  kind: clusterTaintPolicyKind.kind,
  metadata: { name: 'not-ready' },
  spec: { taints: [{ key: 'a', effect: 'NoSchedule' }], ...spec },
})

const saying = (spec: Partial<ClusterTaintPolicySpec>, ...causes: readonly string[]) => ({
  given: { manifest: policy(spec) },
  causes: causes.map((cause) => `spec.${cause}`),
})

/** A field may hold what the type forbids, as users write it. */
const anything = <T>(value: unknown): T => value as T

const driving = { taints: [{ key: 'a', effect: 'NoExecute' as const }] }

examineCauses(taintPolicy, {
  'a good policy': saying({
    targetClusters: { clusterNames: ['member1'] },
    addOnConditions: [{ conditionType: 'Ready', operator: 'NotIn', statusValues: ['True'] }],
  }),
  'taints that drive workloads out': saying(
    driving,
    'taints[0].effect: Forbidden: NoExecute evicts workloads; allow it with the option allowNoExecute of the plugin taint-policy-admission',
  ),
  'taints that drive workloads out, where they are allowed': {
    ...saying(driving),
    host: { options: { allowNoExecute: true } },
  },
  'no taints': saying({ taints: [] }, 'taints: Required value'),
  'a taint twice': saying(
    {
      taints: [
        { key: 'a', effect: 'NoSchedule' },
        { key: 'a', effect: 'NoSchedule' },
      ],
    },
    'taints[1]: Duplicate value: {"key":"a","effect":"NoSchedule"}',
  ),
  'a condition that never holds': saying(
    {
      addOnConditions: anything([{ conditionType: '', operator: 'Exists', statusValues: [] }]),
      removeOnConditions: anything([{ conditionType: 'Ready', operator: 'In', statusValues: ['Yes'] }]),
    },
    'addOnConditions[0].conditionType: Required value',
    'addOnConditions[0].operator: Unsupported value: "Exists": supported values: "In", "NotIn"',
    'addOnConditions[0].statusValues: Required value',
    'removeOnConditions[0].statusValues[0]: Unsupported value: "Yes": supported values: "True", "False", "Unknown"',
  ),
})
