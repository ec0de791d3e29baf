import { parseQuantity, type ResourceList } from '@flotilla/sdk'

/** Amounts by resource name, in thousandths. Pods are a resource like any other: a replica is one. */
export type Amounts = ReadonlyMap<string, bigint>

export const amountsOf = (list: ResourceList = {}): Map<string, bigint> =>
  new Map(Object.entries(list).map(([name, quantity]) => [name, parseQuantity(quantity)]))

/** Adds so many times what is asked for. */
export function add(sum: Map<string, bigint>, amounts: Amounts, times = 1n): void {
  for (const [name, amount] of amounts) sum.set(name, (sum.get(name) ?? 0n) + amount * times)
}

/** How often a request fits into what is there: never less than 0 times. Undefined: it asks for nothing. */
export function timesIn(there: Amounts, request: Amounts): bigint | undefined {
  let least: bigint | undefined
  for (const [name, amount] of request) {
    if (amount <= 0n) continue
    const times = (there.get(name) ?? 0n) / amount
    if (times <= 0n) return 0n
    if (least === undefined || times < least) least = times
  }
  return least
}

/** The largest number the protocol has. */
const most = 2n ** 31n - 1n

/** A count as the protocol has it. */
export const counted = (times: bigint): number => Number(times < 0n ? 0n : times > most ? most : times)
