import { type CelFunc, type CelValue, isCelError, isCelList, isCelMap } from '@bufbuild/cel'
import { pattern } from './pattern.ts'

/** What one evaluation may spend, if nobody says otherwise: a few milliseconds. A step of a macro, a call and a value of the answer cost one. */
export const mostSteps = 100_000

/** So many characters of a text, or elements of a list, cost as much as one step. */
const charactersAStep = 32
const elementsAStep = 16

/** To look up whether someone may do something; others have to do it for that. */
const aRight = 100_000

/** Functions that look into what they are given, not only at it. */
const deep: ReadonlySet<string> = new Set([
  '_==_',
  '_!=_',
  'format',
  'indexOf',
  'lastIndexOf',
  'sets.contains',
  'sets.equivalent',
  'sets.intersects',
])

/**
 * Counts what an evaluation costs, and ends the one that costs too much. It counts work, not time, so that the same
 * expression has the same fate on every machine.
 */
export class Meter {
  #left = 0

  /** Begins to count; answers what was left of the evaluation that waits for this one. */
  start(most: number): number {
    const before = this.#left
    this.#left = most
    return before
  }

  get left(): number {
    return this.#left
  }

  spend(cost: number): void {
    this.#left -= cost
    if (this.#left < 0) throw new Error('it takes too many steps')
  }

  /** What it costs to look at a value. */
  weigh(value: CelValue | undefined): void {
    if (typeof value === 'string' || value instanceof Uint8Array) this.spend(Math.ceil(value.length / charactersAStep))
    else if (isCelList(value) || isCelMap(value)) this.spend(Math.ceil(value.size / elementsAStep))
  }

  /** What it costs to look at a value and at everything in it. */
  weighAll(value: CelValue | undefined): void {
    this.weigh(value)
    if (isCelList(value)) for (const each of value) this.weighAll(each)
    if (isCelMap(value)) for (const each of value.values()) this.weighAll(each)
  }
}

type Values = readonly (CelValue | undefined)[]

const lengthOf = (value: CelValue | undefined): number => (typeof value === 'string' ? value.length : 0)

/** What is looked for; `a{1000}` is longer than it is written. */
const sizeOf = (value: CelValue | undefined): number =>
  typeof value === 'string' ? Math.max(value.length, pattern(value).size) : 0

/** Looking for a pattern. */
const search = ([text, wanted]: Values, meter: Meter): void =>
  meter.spend(Math.ceil((Math.max(lengthOf(text), charactersAStep) * sizeOf(wanted)) / charactersAStep))

/** What a function costs beyond being called, where that is not what it costs to look at its arguments. */
const prices: Readonly<Record<string, (values: Values, meter: Meter) => void>> = {
  '@append': () => {}, // one more element of a list that is not copied
  '@in': ([value, container], meter) => {
    meter.weigh(value)
    if (!isCelMap(container)) meter.weighAll(container) // a map knows its keys
  },
  check: (values, meter) => meter.spend(values.length > 1 ? aRight : 0), // of a right, once
  matches: search,
  find: search,
  findAll: search,
}

function pay(name: string, values: Values, meter: Meter): void {
  const price = prices[name]
  if (price) price(values, meter)
  else for (const value of values) deep.has(name) ? meter.weighAll(value) : meter.weigh(value)
}

/** A function that pays for its arguments before it runs, and for its result. */
export function metered(func: CelFunc, meter: Meter): CelFunc {
  const call: CelFunc['call'] = (id, target, args) => {
    meter.spend(1)
    pay(func.name, [...(target === undefined ? [] : [target]), ...args], meter)
    const result = func.call(id, target, args)
    if (result !== undefined && !isCelError(result)) pay(func.name, [result], meter)
    return result
  }
  return Object.create(func, { call: { value: call } }) as CelFunc // the same function but for how it is called
}
