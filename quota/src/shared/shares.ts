import {
  type Account,
  accountOf,
  type Binding,
  type Index,
  type NamespaceShareStatus,
  type ResourceList,
  type SharedResourceQuota,
  type UsedIn,
} from '@flotilla/sdk'
import { type Amounts, amountsOf, isAsked, quantityOf } from '../amounts.ts'
import { count } from './count.ts'

/** The resources that are shared, of those bindings say they use. */
export const sharedResources = ({ spec }: SharedResourceQuota): readonly string[] =>
  Object.keys(spec.total).filter(isAsked)

/** The shared quotas of a namespace. */
export const ofNamespace: Index<SharedResourceQuota> = {
  name: 'shared by namespace',
  values: ({ spec }) => spec.shares.map(({ namespace }) => namespace),
}

/** What is used, by namespace. */
export type Used = ReadonlyMap<string, Amounts>

export const usedIn =
  (used: Used): UsedIn =>
  (namespace, resource) =>
    used.get(namespace)?.get(resource) ?? 0n

const read = new WeakMap<ResourceList, Amounts>()

/** A list of a status as amounts. Statuses are frozen: each list is read once. */
function amountsIn(list: ResourceList): Amounts {
  const amounts = read.get(list) ?? amountsOf(list)
  read.set(list, amounts)
  return amounts
}

/** What each namespace uses as the status says; as its bindings say where it does not. */
export function usedOf(
  quota: SharedResourceQuota,
  bindingsOf: (namespace: string) => readonly Binding[],
  now: Date,
): Used {
  const said = new Map((quota.status?.shares ?? []).map(({ namespace, used = {} }) => [namespace, amountsIn(used)]))
  const resources = sharedResources(quota)
  return new Map(
    quota.spec.shares.map(({ namespace }) => {
      const there = said.get(namespace)
      if (there && resources.every((resource) => there.has(resource))) return [namespace, there]
      return [namespace, count(quota, namespace, bindingsOf(namespace), now).used]
    }),
  )
}

type Accounts = ReadonlyMap<string, Account>

export const accounts = (quota: SharedResourceQuota, used: UsedIn): Accounts =>
  new Map(sharedResources(quota).map((resource) => [resource, accountOf(quota, resource, used)]))

type Amount = (account: Account) => bigint

/** Amounts as a list; the very one that is there when it says the same. */
function listLike(there: ResourceList | undefined, { spec }: SharedResourceQuota, all: Accounts, amount: Amount) {
  const before = there && amountsIn(there)
  if (before?.size === all.size && [...all].every(([resource, each]) => before.get(resource) === amount(each)))
    return there
  return Object.fromEntries(
    [...all].map(([resource, each]) => [resource, quantityOf(amount(each), spec.total[resource])]),
  )
}

/** What a status says of how namespaces stand. */
export function saidOf(quota: SharedResourceQuota, all: Accounts) {
  const { spec, status } = quota
  const before = new Map((status?.shares ?? []).map((share) => [share.namespace, share]))
  const shares = spec.shares.map(({ namespace }): NamespaceShareStatus => {
    const there = before.get(namespace)
    const of = (word: 'used' | 'borrowed' | 'lent') =>
      listLike(there?.[word], quota, all, ({ standings }) => standings.get(namespace)?.[word] ?? 0n)
    const [used, borrowed, lent] = [of('used'), of('borrowed'), of('lent')]
    const isSame = there?.used === used && there?.borrowed === borrowed && there?.lent === lent
    return there && isSame ? there : { namespace, used, borrowed, lent }
  })
  return { used: listLike(status?.used, quota, all, ({ used }) => used), shares }
}
