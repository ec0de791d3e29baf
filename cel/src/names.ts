import type { CelEnv } from '@bufbuild/cel'
import { type Call, insideOf, type Node, outsideOf, partsOf, pathOf } from './tree.ts'

/** A name that means nothing. */
export interface Stranger {
  readonly node: Node
  readonly problem: string
}

/** What the evaluator does itself. */
const builtIn: ReadonlySet<string> = new Set([
  '_[_]',
  '_?_:_',
  '_&&_',
  '_||_',
  '@not_strictly_false',
  '__not_strictly_false__',
])

const types: readonly string[] = [
  'bool',
  'bytes',
  'double',
  'int',
  'list',
  'map',
  'null_type',
  'string',
  'type',
  'uint',
]

function* ofCall(node: Node, call: Call, known: ReadonlySet<string>, env: CelEnv): Iterable<Stranger> {
  const name = call.function
  const owner = call.target && pathOf(call.target)
  const qualified = owner === undefined ? undefined : env.funcs.find(`${owner}.${name}`)
  const group = qualified ?? env.funcs.find(name)
  const isMethod = call.target !== undefined && !qualified
  if (!group && !builtIn.has(name)) yield { node, problem: `there is no function ${name}` }
  else if (
    group &&
    ![...group].some((each) => (each.target !== undefined) === isMethod && each.arguments.length === call.args.length)
  )
    yield { node, problem: `${name} does not take ${call.args.length} arguments${isMethod ? ' as a method' : ' here'}` }
  for (const part of qualified ? call.args : partsOf(node)) yield* strangers(part, known, env)
}

/** The names in an expression that are neither variables nor functions. */
export function* strangers(node: Node, known: ReadonlySet<string>, env: CelEnv): Iterable<Stranger> {
  const { case: kind, value } = node.exprKind
  if (kind === 'callExpr') return yield* ofCall(node, value, known, env)
  if (kind === 'comprehensionExpr') {
    const within = new Set([...known, value.iterVar, value.accuVar])
    for (const part of outsideOf(value)) yield* strangers(part, known, env)
    for (const part of insideOf(value)) yield* strangers(part, within, env)
    return
  }
  if (kind === 'identExpr' && !known.has(value.name) && !types.includes(value.name)) {
    const there = [...known].filter((name) => !name.startsWith('@')).sort()
    yield { node, problem: `there is no variable ${value.name}; there are ${there.join(', ')}` }
  }
  if (kind === 'structExpr' && value.messageName) yield { node, problem: `there is no type ${value.messageName}` }
  for (const part of partsOf(node)) yield* strangers(part, known, env)
}
