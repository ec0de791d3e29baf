import { type CelFunc, type CelValue, isCelError, isCelList, isCelMap } from '@bufbuild/cel'

/** What one evaluation may spend: a few milliseconds. A step of a macro, a call and a value of the answer cost one. */
const most = 100_000

/** So many characters of a text, or elements of a list, cost as much as one step. */
const charactersAStep = 64
const elementsAStep = 16

/** Functions that look into what they are given, not only at it. */
const deep: ReadonlySet<string> = new Set(['_==_', '_!=_', '@in', 'format'])

/**
 * Counts what an evaluation costs, and ends the one that costs too much. It counts work, not time, so that the same
 * expression has the same fate on every machine.
 */
export class Meter {
  #left = 0

  start(): void {
    this.#left = most
  }

  spend(cost: number): void {
    this.#left -= cost
    if (this.#left < 0) throw new Error('it takes too many steps')
  }

  /** What it costs to look at a value. */
  weigh(value: CelValue | undefined): void {
    this.weighText(value)
    if (isCelList(value) || isCelMap(value)) this.spend(Math.ceil(value.size / elementsAStep))
  }

  /** The same where nobody looks through a list. */
  weighText(value: CelValue | undefined): void {
    if (typeof value === 'string' || value instanceof Uint8Array) this.spend(Math.ceil(value.length / charactersAStep))
  }

  /** What it costs to look at a value and at everything in it. */
  weighAll(value: CelValue | undefined): void {
    this.weigh(value)
    if (isCelList(value)) for (const each of value) this.weighAll(each)
    if (isCelMap(value)) for (const each of value.values()) this.weighAll(each)
  }
}

/** How a function pays for a value. Adding lists to one another only ties them together. */
function paying(name: string, meter: Meter): (value: CelValue | undefined) => void {
  if (deep.has(name)) return (value) => meter.weighAll(value)
  return name === '_+_' ? (value) => meter.weighText(value) : (value) => meter.weigh(value)
}

/** A function that pays for its arguments before it runs, and for its result. */
export function metered(func: CelFunc, meter: Meter): CelFunc {
  const pay = paying(func.name, meter)
  const call: CelFunc['call'] = (id, target, args) => {
    meter.spend(1)
    for (const value of [target, ...args]) pay(value)
    const result = func.call(id, target, args)
    if (result !== undefined && !isCelError(result)) pay(result)
    return result
  }
  return Object.create(func, { call: { value: call } }) as CelFunc // the same function but for how it is called
}
