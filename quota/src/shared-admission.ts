import {
  checks,
  definePlugin,
  dnsLabel,
  Field,
  named,
  type Problems,
  type ResourceList,
  type SharedResourceQuota,
  sharedResourceQuotaKind,
  unique,
  type Write,
} from '@flotilla/sdk'
import { amountOf, amountProblems, isAsked } from './amounts.ts'

type List = Field<ResourceList | undefined>

const amountsIn = (list: List): ReadonlyMap<string, bigint> =>
  new Map(
    list.entries().flatMap(([{ value }, quantity]) => {
      const amount = amountOf(quantity.value)
      return amount === undefined ? [] : [[value, amount]]
    }),
  )

/** Amounts that are none, and of what no binding says how much it uses. */
function* listProblems(list: List): Problems {
  yield* amountProblems(list)
  for (const [resource] of list.entries()) {
    if (!isAsked(resource.value)) yield resource.invalid('must be a resource that pods request, or "pods"')
  }
}

/** What is more than there is, or not there at all. */
function* beyond(list: List, limits: ReadonlyMap<string, bigint>, what: string): Problems {
  const amounts = amountsIn(list)
  for (const [resource, quantity] of list.entries()) {
    const [amount, limit] = [amounts.get(resource.value), limits.get(resource.value)]
    if (limit === undefined) yield quantity.invalid('must be a resource of spec.total')
    else if (amount !== undefined && amount > limit) yield quantity.invalid(`must be no more than ${what}`)
  }
}

/** What a shared quota says that could not be kept. */
export function* sharedQuotaProblems({ manifest }: Write<SharedResourceQuota>): Problems {
  const spec = new Field('', manifest).at('spec')
  const total = spec.at('total')
  const shares = spec.at('shares').items()
  const limits = amountsIn(total)
  const sums = new Map<string, bigint>()
  yield* listProblems(total)
  for (const share of shares) {
    const [guaranteed, max] = [share.at('guaranteed'), share.at('max')]
    yield* named(share.at('namespace'), dnsLabel)
    yield* listProblems(guaranteed)
    yield* listProblems(max)
    yield* beyond(max, limits, 'spec.total')
    const most = new Map([...limits, ...[...amountsIn(max)].filter(([resource]) => limits.has(resource))])
    yield* beyond(guaranteed, most, 'the maximum of the namespace')
    for (const [resource, amount] of amountsIn(guaranteed)) sums.set(resource, (sums.get(resource) ?? 0n) + amount)
  }
  yield* unique(shares.map((share) => share.at('namespace')))
  for (const [resource, quantity] of total.entries()) {
    const [limit, sum] = [limits.get(resource.value), sums.get(resource.value)]
    if (limit !== undefined && sum !== undefined && limit < sum)
      yield quantity.invalid('must be at least what is guaranteed to namespaces together')
  }
}

export const sharedQuotaAdmission = definePlugin({
  name: 'shared-resource-quota-admission',
  extensions: () => [checks([sharedResourceQuotaKind], sharedQuotaProblems)],
})
