import { type Shape, unknown } from './shapes.ts'
import type { Call, Loop, Node } from './tree.ts'

/** What is known of a value, and what it costs, at worst, to come to it. */
interface Estimate {
  readonly cost: number
  readonly shape: Shape
}

type Scope = ReadonlyMap<string, Shape>

/** To go through a text, by character; and to look for a pattern in it, by character of the pattern. */
const perCharacter = 0.1
const perPattern = 0.25

/** To make a list, and a map. */
const newList = 10
const newMap = 30

const none: Estimate = { cost: 0, shape: unknown }

/** How large a value may be; of what nothing is known, nothing is counted. */
const most = ({ type, most: size }: Shape): number => {
  if (size !== undefined) return size
  return type === 'bool' || type === 'int' || type === 'double' || type === 'timestamp' || type === 'duration' ? 1 : 0
}

const sum = (all: readonly Estimate[]): number => all.reduce((total, { cost }) => total + cost, 0)

const bool: Shape = { type: 'bool' }

type Price = (shapes: readonly Shape[]) => Estimate

const answering =
  (cost: (sizes: readonly number[]) => number): Price =>
  (shapes) => ({ cost: cost(shapes.map(most)), shape: bool })

const least = answering(([a = 0, b = 0]) => Math.min(a, b) * perCharacter)

/** A text as long as the one it is made of. */
const likewise: Price = ([text = unknown]) => ({ cost: most(text) * perCharacter, shape: text })

const through = answering(([size = 0]) => size * perCharacter)

const search: Price = ([text = unknown, pattern = unknown]) => ({
  cost: (most(text) + 1) * perCharacter * most(pattern) * perPattern,
  shape: bool,
})

const overList: Price = ([list = unknown]) => ({
  cost: most(list) * Math.max(1, list.each?.type === 'string' ? most(list.each) * perCharacter : 1),
  shape: list.each ?? unknown,
})

/** What functions cost beyond their arguments; others cost one. */
const prices: Readonly<Record<string, Price>> = {
  '_&&_': () => ({ cost: 0, shape: bool }),
  '_||_': () => ({ cost: 0, shape: bool }),
  '_==_': least,
  '_!=_': least,
  '@in': answering(([, size = 0]) => size),
  contains: answering(([a = 0, b = 0]) => a * perCharacter * b * perCharacter),
  startsWith: answering(([, size = 0]) => size * perCharacter),
  endsWith: answering(([, size = 0]) => size * perCharacter),
  matches: search,
  find: search,
  '_+_': ([a = unknown, b = unknown]) => {
    const size = most(a) + most(b)
    if (a.type !== 'string' && a.type !== 'list') return { cost: 1, shape: a }
    return {
      cost: a.type === 'string' ? size * perCharacter : 1,
      shape: { ...(a.each ? a : b), type: a.type, most: size },
    }
  },
  lowerAscii: likewise,
  upperAscii: likewise,
  trim: likewise,
  split: ([text = unknown]) => ({
    cost: most(text) * perCharacter,
    shape: { type: 'list', most: most(text), each: { type: 'string' } },
  }),
  isIP: through,
  ip: through,
  isCIDR: through,
  cidr: through,
  quantity: through,
  isQuantity: through,
  isSorted: overList,
  '_[_]': ([owner = unknown]) => ({ cost: 1, shape: owner.each ?? unknown }),
}

function ofCall({ function: name, target, args }: Call, scope: Scope): Estimate {
  const parts = [...(target ? [target] : []), ...args].map((node) => estimate(node, scope))
  if (name === '_?_:_') {
    const [condition = none, one = none, other = none] = parts
    return { cost: condition.cost + Math.max(one.cost, other.cost), shape: one.shape }
  }
  const price = Object.hasOwn(prices, name) ? prices[name] : undefined
  const own = price?.(parts.map(({ shape }) => shape)) ?? { cost: 1, shape: unknown }
  return { cost: sum(parts) + own.cost, shape: own.shape }
}

function ofLoop(loop: Loop, scope: Scope): Estimate {
  const { iterRange, iterVar, accuVar, accuInit, loopCondition, loopStep, result } = loop
  const of = (node: Node | undefined, within: Scope) => (node ? estimate(node, within) : none)
  const [range, begun] = [of(iterRange, scope), of(accuInit, scope)]
  const turn: Shape = range.shape.type === 'list' ? (range.shape.each ?? unknown) : unknown
  const within = new Map([...scope, [iterVar, turn], [accuVar, begun.shape]])
  const [condition, step] = [of(loopCondition, within), of(loopStep, within)]
  const end = of(result, within)
  const turns = most(range.shape)
  const made =
    begun.shape.type === 'list'
      ? { type: 'list' as const, most: turns, ...(step.shape.each && { each: step.shape.each }) }
      : bool
  return { cost: range.cost + begun.cost + turns * (condition.cost + step.cost) + end.cost, shape: made }
}

const fieldOf = (owner: Shape, name: string): Shape => owner.field?.(name) ?? owner.each ?? unknown

/** What an expression costs at worst, as Kubernetes counts; rather too little where it is not known. */
export function estimate(node: Node, scope: Scope): Estimate {
  const { case: kind, value } = node.exprKind
  switch (kind) {
    case 'constExpr': {
      const { case: type, value: found } = value.constantKind
      return {
        cost: 0,
        shape: type === 'stringValue' ? { type: 'string', most: found.length } : { ...unknown, most: 1 },
      }
    }
    case 'identExpr':
      return { cost: 1, shape: scope.get(value.name) ?? unknown }
    case 'selectExpr': {
      const owner = value.operand ? estimate(value.operand, scope) : none
      return { cost: owner.cost + 1, shape: value.testOnly ? bool : fieldOf(owner.shape, value.field) }
    }
    case 'callExpr':
      return ofCall(value, scope)
    case 'comprehensionExpr':
      return ofLoop(value, scope)
    case 'listExpr': {
      const parts = value.elements.map((each) => estimate(each, scope))
      const [first] = parts
      return {
        cost: newList + sum(parts),
        shape: { type: 'list', most: parts.length, ...(first && { each: first.shape }) },
      }
    }
    case 'structExpr':
      return {
        cost: newMap + sum(value.entries.flatMap((entry) => (entry.value ? [estimate(entry.value, scope)] : []))),
        shape: { type: 'map' },
      }
    default:
      return none
  }
}
