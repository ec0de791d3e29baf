import { type Amounts, add, timesIn } from './amounts.ts'

/** A scope of a quota: which pods it is about. */
export interface QuotaScope {
  readonly scopeName: string
  readonly operator: string
  readonly values?: readonly string[]
}

/** A ResourceQuota: what the pods it is about may ask for in all, and what they ask for now. */
export interface QuotaState {
  readonly namespace: string
  readonly scopes: readonly QuotaScope[]
  readonly hard: Amounts
  readonly used: Amounts
}

/** So many replicas of one pod template, as a quota counts them. */
export interface Batch {
  readonly priorityClassName?: string | undefined
  readonly request: Amounts
  readonly replicas: bigint
}

/** Only priority classes are known of a replica before it is a pod; a quota by anything else is not about it. */
function isAbout({ scopeName, operator, values = [] }: QuotaScope, priorityClassName = ''): boolean {
  if (scopeName !== 'PriorityClass') return false
  switch (operator) {
    case 'In':
      return values.includes(priorityClassName)
    case 'NotIn':
      return !values.includes(priorityClassName)
    case 'Exists':
      return priorityClassName !== ''
    case 'DoesNotExist':
      return priorityClassName === ''
    default:
      return false
  }
}

/** The names under which a quota may bound a resource. What is neither named bounds nothing: `limits.*`, for one. */
const namesOf = (resource: string): readonly string[] =>
  resource === 'pods' ? ['pods', 'count/pods'] : [resource, `requests.${resource}`]

/** What the pods of batches add to what a quota counts. */
function claimed({ hard, scopes }: QuotaState, batches: readonly Batch[]): Amounts {
  const sum = new Map<string, bigint>()
  for (const { priorityClassName, request, replicas } of batches)
    if (scopes.every((scope) => isAbout(scope, priorityClassName))) add(sum, request, replicas)
  const bounded = [...sum].flatMap(([resource, amount]) => namesOf(resource).map((name) => [name, amount] as const))
  return new Map(bounded.filter(([name]) => hard.has(name)))
}

function leftOf(quota: QuotaState, assumed: readonly Batch[]): Amounts {
  const left = new Map(quota.hard)
  add(left, quota.used, -1n)
  add(left, claimed(quota, assumed), -1n)
  return left
}

/** How often the batches fit into every quota that is about them. Undefined when none is. */
export function timesInQuotas(
  quotas: readonly QuotaState[],
  batches: readonly Batch[],
  assumed: readonly Batch[],
): bigint | undefined {
  const each = quotas.map((quota) => timesIn(leftOf(quota, assumed), claimed(quota, batches)))
  const bounds = each.filter((times) => times !== undefined)
  return bounds.length > 0 ? bounds.reduce((a, b) => (b < a ? b : a)) : undefined
}
