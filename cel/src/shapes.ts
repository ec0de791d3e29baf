import type { Call, Loop, Node } from './tree.ts'

/** What is known of a value before it is there. */
export interface Shape {
  readonly type:
    | 'bool'
    | 'int'
    | 'double'
    | 'string'
    | 'bytes'
    | 'list'
    | 'map'
    | 'timestamp'
    | 'duration'
    | 'unknown'
    | 'dyn'
    | 'Object'
    | `Object.${string}`
    | 'JSONPatch'
  /** Of a field; undefined when there is none of that name. Absent where nothing is known of fields. */
  field?(name: string): Shape | undefined
  /** Of the elements of a list, or the values of a map. */
  readonly each?: Shape
  /** How many characters, elements or keys there may be. Absent where nothing is known of it. */
  readonly most?: number
}

export const unknown: Shape = { type: 'unknown' }

/** What may be anything, and is not even declared to be more. */
export const dyn: Shape = { type: 'dyn' }
const bool: Shape = { type: 'bool' }
const string: Shape = { type: 'string' }

/** A field that is asked for where there is none. */
export class NoField extends Error {
  readonly node: Node

  constructor(node: Node, name: string) {
    super(`undefined field '${name}'`)
    this.node = node
  }
}

type Scope = ReadonlyMap<string, Shape>

const truths: ReadonlySet<string> = new Set([
  '_&&_',
  '_||_',
  '!_',
  '_==_',
  '_!=_',
  '_<_',
  '_<=_',
  '_>_',
  '_>=_',
  '@in',
  'contains',
  'startsWith',
  'endsWith',
  'matches',
  'hasValue',
  'allowed',
  'errored',
])

const constants: Readonly<Record<string, Shape>> = {
  boolValue: bool,
  int64Value: { type: 'int' },
  doubleValue: { type: 'double' },
  stringValue: string,
  bytesValue: { type: 'bytes' },
}

const fieldOf = (node: Node, owner: Shape, name: string): Shape => {
  if (owner.type === 'dyn') return dyn
  if (!owner.field) return owner.type === 'map' ? (owner.each ?? unknown) : unknown
  const found = owner.field(name)
  if (!found) throw new NoField(node, name)
  return found
}

function ofCall({ function: name, target, args }: Call, scope: Scope): Shape {
  const shapes = [...(target ? [target] : []), ...args].map((node) => shapeOf(node, scope))
  if (truths.has(name)) return bool
  if (name === '_[_]') return shapes[0]?.type === 'dyn' ? dyn : (shapes[0]?.each ?? unknown)
  if (name === '_?_:_') return shapes[1]?.type === shapes[2]?.type ? (shapes[1] ?? unknown) : unknown
  if (name === 'size') return { type: 'int' }
  if (name === 'string') return string
  return unknown
}

function ofLoop({ iterRange, iterVar, accuVar, accuInit, loopStep, loopCondition, result }: Loop, scope: Scope): Shape {
  const range = iterRange ? shapeOf(iterRange, scope) : unknown
  const begun = accuInit ? shapeOf(accuInit, scope) : unknown
  const turn =
    range.type === 'list'
      ? (range.each ?? unknown)
      : range.type === 'map'
        ? string
        : range.type === 'dyn'
          ? dyn
          : unknown
  const within = new Map([...scope, [iterVar, turn], [accuVar, begun.type === 'bool' ? bool : unknown]])
  for (const node of [loopCondition, loopStep]) if (node) shapeOf(node, within)
  return result ? shapeOf(result, within) : unknown
}

/** What is known of the value of an expression. Throws `NoField`. */
export function shapeOf(node: Node, scope: Scope): Shape {
  const { case: kind, value } = node.exprKind
  switch (kind) {
    case 'constExpr':
      return constants[value.constantKind.case ?? ''] ?? unknown
    case 'identExpr':
      return scope.get(value.name) ?? unknown
    case 'selectExpr': {
      const found = value.operand ? fieldOf(node, shapeOf(value.operand, scope), value.field) : unknown
      return value.testOnly ? bool : found
    }
    case 'callExpr':
      return ofCall(value, scope)
    case 'comprehensionExpr':
      return ofLoop(value, scope)
    case 'listExpr': {
      const [first, ...rest] = value.elements.map((each) => shapeOf(each, scope))
      return first && rest.every(({ type }) => type === first.type) ? { type: 'list', each: first } : { type: 'list' }
    }
    case 'structExpr':
      for (const { value: each } of value.entries) if (each) shapeOf(each, scope)
      return value.messageName ? { type: value.messageName as Shape['type'] } : { type: 'map' } // of the types there are
    default:
      return unknown
  }
}
