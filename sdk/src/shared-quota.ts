import type { SharedResourceQuota, SharedResourceQuotaSpec } from './api/shared-resource-quota.ts'
import type { ResourceList } from './manifest.ts'
import { parseQuantity } from './quantity.ts'

/** How a namespace stands with one resource of a shared quota, in thousandths. */
export interface Standing {
  readonly used: bigint
  readonly guaranteed: bigint
  readonly max: bigint
  /** What it uses beyond its guarantee. */
  readonly borrowed: bigint
  /** What others use of its guarantee. */
  readonly lent: bigint
  /** Of the guarantees of others: what bindings wait for that may claim it. Who borrows has to leave it alone. */
  readonly owed: bigint
}

/** One resource of a shared quota. */
export interface Account {
  readonly total: bigint
  readonly used: bigint
  readonly standings: ReadonlyMap<string, Standing>
}

/** What is used of a resource in a namespace. */
export type UsedIn = (namespace: string, resource: string) => bigint

const amountIn = (list: ResourceList | undefined, resource: string): bigint | undefined => {
  const amount = list?.[resource]
  return amount === undefined ? undefined : parseQuantity(amount)
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)
const most = (a: bigint, b: bigint): bigint => (a > b ? a : b)
const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((all, each) => all + each, 0n)

/** What each namespace may claim back of a resource: what its bindings wait for, within its guarantee. */
function claimable({ status }: SharedResourceQuota, resource: string): ReadonlyMap<string, bigint> {
  const wanted = new Map<string, bigint>()
  for (const { namespace, wanted: list } of status?.reclaims ?? []) {
    wanted.set(namespace, (wanted.get(namespace) ?? 0n) + (amountIn(list, resource) ?? 0n))
  }
  return wanted
}

/** What a share says of one resource. */
interface Terms {
  readonly namespace: string
  readonly guaranteed: bigint
  readonly max: bigint
}

const known = new WeakMap<SharedResourceQuotaSpec, Map<string, readonly Terms[]>>()

/** The shares of a resource. Quotas are frozen: each is read once. */
function termsOf(spec: SharedResourceQuotaSpec, resource: string, total: bigint): readonly Terms[] {
  const there = known.get(spec) ?? new Map<string, readonly Terms[]>()
  known.set(spec, there)
  const terms =
    there.get(resource) ??
    spec.shares.map(({ namespace, guaranteed, max }) => ({
      namespace,
      guaranteed: amountIn(guaranteed, resource) ?? 0n,
      max: amountIn(max, resource) ?? total,
    }))
  there.set(resource, terms)
  return terms
}

/** How all namespaces stand with a resource. What is lent is counted in the order of the list: the first leaves the most. */
export function accountOf(quota: SharedResourceQuota, resource: string, usedIn: UsedIn): Account {
  const { spec } = quota
  const total = amountIn(spec.total, resource) ?? 0n
  const wanted = claimable(quota, resource)
  const lines = termsOf(spec, resource, total).map(({ namespace, guaranteed, max }) => {
    const used = usedIn(namespace, resource)
    const left = most(0n, guaranteed - used)
    const owed = least(wanted.get(namespace) ?? 0n, left)
    return { namespace, used, guaranteed, max, left, owed }
  })
  const borrowed = sum(lines.map(({ used, guaranteed }) => most(0n, used - guaranteed)))
  const spare = total - sum(lines.map(({ guaranteed }) => guaranteed)) // nobody's
  const owed = sum(lines.map((line) => line.owed))
  let toLend = most(0n, borrowed - most(0n, spare))
  const standings = lines.map(({ namespace, used, guaranteed, max, left, owed: own }) => {
    const lent = least(left, toLend)
    toLend -= lent
    const beyond = most(0n, used - guaranteed)
    return [namespace, { used, guaranteed, max, borrowed: beyond, lent, owed: owed - own }] as const
  })
  return { total, used: sum(lines.map(({ used }) => used)), standings: new Map(standings) }
}

/** How much more a namespace may use: of its guarantee what nobody uses, or, beyond it, what nobody uses or waits for. */
export function roomIn({ total, used, standings }: Account, namespace: string): bigint {
  const standing = standings.get(namespace)
  if (!standing) return 0n
  const free = total - used
  const own = least(standing.guaranteed - standing.used, free)
  return most(0n, least(standing.max - standing.used, most(own, free - standing.owed)))
}

/** What the status says is used. */
export function usedAsSaid({ status }: SharedResourceQuota): UsedIn {
  const lists = new Map((status?.shares ?? []).map(({ namespace, used }) => [namespace, used]))
  return (namespace, resource) => amountIn(lists.get(namespace), resource) ?? 0n
}

const rooms = new WeakMap<SharedResourceQuota, ReadonlyMap<string, Account>>()

/** Every resource of a shared quota, as its status says. Quotas are frozen: each is read once. */
export function accountsOf(quota: SharedResourceQuota): ReadonlyMap<string, Account> {
  const found = rooms.get(quota)
  if (found) return found
  const used = usedAsSaid(quota)
  const accounts = new Map(Object.keys(quota.spec.total).map((each) => [each, accountOf(quota, each, used)]))
  rooms.set(quota, accounts)
  return accounts
}
