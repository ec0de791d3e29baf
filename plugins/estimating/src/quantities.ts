import { parseQuantity, type ResourceList } from '@flotilla/sdk'

/** Amounts by resource name, in thousandths. */
export type Amounts = ReadonlyMap<string, bigint>

export const amountsOf = (list: ResourceList = {}): Map<string, bigint> =>
  new Map(Object.entries(list).map(([name, quantity]) => [name, parseQuantity(quantity)]))

/** A sum with so many times some amounts more. */
export function plus(sum: Amounts, amounts: Amounts, times: bigint): Amounts {
  const all = new Map(sum)
  for (const [name, amount] of amounts) all.set(name, (all.get(name) ?? 0n) + amount * times)
  return all
}

/** How often a request fits into what there is. What is not requested does not count; what is not there fits 0 times. */
export function fits(request: Amounts, free: Amounts): bigint | undefined {
  let least: bigint | undefined
  for (const [name, amount] of request) {
    if (amount <= 0n) continue
    const times = (free.get(name) ?? 0n) / amount
    if (least === undefined || times < least) least = times
  }
  return least !== undefined && least < 0n ? 0n : least
}
