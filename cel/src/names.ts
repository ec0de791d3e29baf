import type { CelEnv } from '@bufbuild/cel'
import { type Construct, misuse } from './constructs.ts'
import { type Call, insideOf, type Node, outsideOf, partsOf, pathOf } from './tree.ts'

/** What there is for every expression, and the types that this one may make values of. */
export interface Scope {
  readonly env: CelEnv
  readonly constructs: readonly Construct[]
}

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

function* ofCall(node: Node, call: Call, known: ReadonlySet<string>, scope: Scope): Iterable<Stranger> {
  const { env } = scope
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
  for (const part of qualified ? call.args : partsOf(node)) yield* strangers(part, known, scope)
}

/** The names in an expression that are neither variables nor functions. */
export function* strangers(node: Node, known: ReadonlySet<string>, scope: Scope): Iterable<Stranger> {
  const { case: kind, value } = node.exprKind
  if (kind === 'callExpr') return yield* ofCall(node, value, known, scope)
  if (kind === 'comprehensionExpr') {
    const within = new Set([...known, value.iterVar, value.accuVar])
    for (const part of outsideOf(value)) yield* strangers(part, known, scope)
    for (const part of insideOf(value)) yield* strangers(part, within, scope)
    return
  }
  if (kind === 'identExpr' && !known.has(value.name) && !types.includes(value.name)) {
    const there = [...known].filter((name) => !name.startsWith('@')).sort()
    yield { node, problem: `there is no variable ${value.name}; there are ${there.join(', ')}` }
  }
  if (kind === 'structExpr' && value.messageName) {
    const fields = value.entries.flatMap(({ keyKind }) => (keyKind.case === 'fieldKey' ? [keyKind.value] : []))
    const problem = misuse(value.messageName, fields, scope.constructs)
    if (problem) yield { node, problem }
  }
  for (const part of partsOf(node)) yield* strangers(part, known, scope)
}
