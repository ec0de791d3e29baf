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

/** What each namespace uses as the status says; as its bindings say where it does not. */
export function usedOf(
  quota: SharedResourceQuota,
  bindingsOf: (namespace: string) => readonly Binding[],
  now: Date,
): Used {
  const said = new Map((quota.status?.shares ?? []).map(({ namespace, used }) => [namespace, amountsOf(used)]))
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

/** What a status says of how namespaces stand. */
export function saidOf({ spec }: SharedResourceQuota, all: Accounts) {
  const listOf = (amount: (account: Account) => bigint): ResourceList =>
    Object.fromEntries([...all].map(([resource, each]) => [resource, quantityOf(amount(each), spec.total[resource])]))
  const shares = spec.shares.map(({ namespace }): NamespaceShareStatus => {
    const of = (word: 'used' | 'borrowed' | 'lent') => listOf(({ standings }) => standings.get(namespace)?.[word] ?? 0n)
    return { namespace, used: of('used'), borrowed: of('borrowed'), lent: of('lent') }
  })
  return { used: listOf(({ used }) => used), shares }
}
