import { parseQuantity, type ResourceList } from '@flotilla/sdk'
import type { Container, PodSpec } from '../api/pod.ts'

/** Amounts by resource name, in thousandths: far below what a number can count exactly. */
export type Amounts = ReadonlyMap<string, number>

export const amounts = (list: ResourceList = {}): Amounts =>
  new Map(Object.entries(list).map(([name, quantity]) => [name, Number(parseQuantity(quantity))]))

function merged(a: Amounts, b: Amounts, merge: (a: number, b: number) => number): Amounts {
  if (b.size === 0) return a
  return new Map([...a, ...[...b].map(([name, amount]) => [name, merge(a.get(name) ?? 0, amount)] as const)])
}

export const plus = (a: Amounts, b: Amounts): Amounts => merged(a, b, (x, y) => x + y)
export const minus = (a: Amounts, b: Amounts): Amounts => merged(a, b, (x, y) => x - y)

const requested = ({ resources }: Container): Amounts => amounts({ ...resources?.limits, ...resources?.requests })

const onePod: Amounts = new Map([['pods', 1000]])

/** What a scheduler sets aside for a pod. */
export function requests({ containers, initContainers = [], overhead }: PodSpec): Amounts {
  const running = containers.map(requested).reduce(plus, onePod)
  const started = initContainers.map(requested).reduce((most, each) => merged(most, each, Math.max), running)
  return plus(started, amounts(overhead))
}
