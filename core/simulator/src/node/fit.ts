import { type Taint, tolerates } from '@flotilla/sdk'
import type { Node } from '../api/node.ts'
import type { NodeSelectorRequirement, NodeSelectorTerm, PodSpec } from '../api/pod.ts'
import type { Amounts } from './amounts.ts'

function holds({ operator, values = [] }: NodeSelectorRequirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case 'Gt':
      return Number(value) > Number(values[0])
    case 'Lt':
      return Number(value) < Number(values[0])
  }
}

/** A term without requirements selects nothing. */
function selects({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, { metadata }: Node): boolean {
  const fields: Readonly<Record<string, string>> = { 'metadata.name': metadata.name }
  return (
    matchExpressions.length + matchFields.length > 0 &&
    matchExpressions.every((each) => holds(each, metadata.labels?.[each.key])) &&
    matchFields.every((each) => holds(each, fields[each.key]))
  )
}

function isSelected({ nodeSelector = {}, affinity }: PodSpec, node: Node): boolean {
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  return (
    Object.entries(nodeSelector).every(([key, value]) => node.metadata.labels?.[key] === value) &&
    (terms === undefined || terms.some((term) => selects(term, node)))
  )
}

const cordoned: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }

/** Whether a pod may be where a taint is. */
export const isTolerated = ({ tolerations = [] }: PodSpec, taint: Taint): boolean =>
  tolerations.some((toleration) => tolerates(toleration, taint))

const untolerated = (pod: PodSpec, { spec: { taints = [] } = {} }: Node): Taint | undefined =>
  taints.find((taint) => taint.effect !== 'PreferNoSchedule' && !isTolerated(pod, taint))

/** Why a node is not for a pod, however much room it has, in the scheduler's words. Undefined: it is. */
export function mismatch(pod: PodSpec, node: Node): string | undefined {
  if (node.spec?.unschedulable && !isTolerated(pod, cordoned)) return 'node(s) were unschedulable'
  if (!isSelected(pod, node)) return "node(s) didn't match Pod's node affinity/selector"
  const taint = untolerated(pod, node)
  return taint && `node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`
}

/** What there is too little of, in the scheduler's words. Undefined: there is room. */
export function shortage(wanted: Amounts, free: Amounts): string | undefined {
  for (const [name, amount] of wanted) {
    if (amount > 0 && amount > (free.get(name) ?? 0)) return name === 'pods' ? 'Too many pods' : `Insufficient ${name}`
  }
  return undefined
}
