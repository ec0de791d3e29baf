import { parseQuantity, type ResourceList } from '@flotilla/sdk'

/** Amounts by resource name, in thousandths. */
export type Amounts = ReadonlyMap<string, bigint>

export const amountsOf = (list: ResourceList = {}): Amounts =>
  new Map(Object.entries(list).map(([name, quantity]) => [name, parseQuantity(quantity)]))

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
