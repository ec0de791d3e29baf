import { type NodeClaim, type StringMap, type Taint, type Toleration, tolerates } from '@flotilla/sdk'

export interface NodeRequirement {
  readonly key?: string
  readonly operator?: string
  readonly values?: readonly string[]
}

export interface NodeSelectorTerm {
  readonly matchExpressions?: readonly NodeRequirement[]
  readonly matchFields?: readonly NodeRequirement[]
}

/** `corev1.NodeSelector`: one of the terms has to hold. */
export interface NodeSelector {
  readonly nodeSelectorTerms?: readonly NodeSelectorTerm[]
}

/** Of a node, what decides whether a pod may run there. */
export interface Ground {
  readonly name: string
  readonly labels: StringMap
  readonly taints: readonly Taint[]
  /** Cordoned: only pods that tolerate it come. */
  readonly isCordoned: boolean
}

const whole = /^[+-]?\d+$/

/** A label and a bound as Kubernetes compares them; whatever is no whole number is no match. */
function compared(value: string | undefined, [bound = '']: readonly string[]): bigint | undefined {
  if (value === undefined || !whole.test(value) || !whole.test(bound)) return undefined
  return BigInt(value) - BigInt(bound)
}

function holds({ key = '', operator, values = [] }: NodeRequirement, labels: StringMap): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined
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
      return (compared(value, values) ?? 0n) > 0n
    case 'Lt':
      return (compared(value, values) ?? 0n) < 0n
    default:
      return false
  }
}

/** A term that says nothing holds for no node, as in Kubernetes. */
function termHolds({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, { name, labels }: Ground): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false
  return (
    matchExpressions.every((each) => holds(each, labels)) &&
    matchFields.every((each) => holds(each, { 'metadata.name': name }))
  )
}

const cordon: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }

const isTolerated = (taint: Taint, tolerations: readonly Toleration[]): boolean =>
  taint.effect === 'PreferNoSchedule' || tolerations.some((each) => tolerates(each, taint))

/** Whether a replica may run on a node at all. Without a claim, wherever no taint keeps it away. */
export function mayRun(
  node: Ground,
  { nodeSelector = {}, hardNodeAffinity, tolerations = [] }: NodeClaim = {},
): boolean {
  const { nodeSelectorTerms: terms } = (hardNodeAffinity ?? {}) as NodeSelector // the binding keeps it as it was
  return (
    Object.entries(nodeSelector).every(([key, value]) => node.labels[key] === value) &&
    (hardNodeAffinity === undefined || (terms ?? []).some((term) => termHolds(term, node))) &&
    node.taints.every((taint) => isTolerated(taint, tolerations)) &&
    (!node.isCordoned || isTolerated(cordon, tolerations))
  )
}
