import { chained } from './optional.ts'
import { sparseList, sparseMap } from './sparse.ts'
import type { Call, Entry, Loop, Node } from './tree.ts'

const call = ({ id }: Node, arg: Node): Node => ({
  $typeName: 'cel.expr.Expr',
  id,
  exprKind: { case: 'callExpr', value: { $typeName: 'cel.expr.Expr.Call', function: '@toll', args: [arg] } },
})

const maybe = (node: Node | undefined): Node | undefined => node && tolled(node)
const paying = (node: Node | undefined): Node | undefined => node && call(node, tolled(node))

function loop(value: Loop): Loop {
  const { iterRange, loopCondition, loopStep, result, accuInit } = value
  return {
    ...value,
    iterRange: paying(iterRange),
    accuInit: maybe(accuInit),
    loopCondition: paying(loopCondition),
    loopStep: maybe(loopStep),
    result: maybe(result),
  }
}

function pair(entry: Entry): Entry {
  const { keyKind } = entry
  const value = maybe(entry.value)
  return keyKind.case === 'mapKey'
    ? { ...entry, value, keyKind: { case: 'mapKey', value: tolled(keyKind.value) } }
    : { ...entry, value }
}

/** Whether a call adds to what a loop has collected: only a macro can name that. */
function collects({ function: name, args: [list, more] }: Call): boolean {
  if (more?.exprKind.case === 'constExpr') return false // it counts
  return name === '_+_' && list?.exprKind.case === 'identExpr' && list.exprKind.value.name.startsWith('@')
}

/** An expression whose loops pay for each of their turns, and do not copy what they collect. */
export function tolled(node: Node): Node {
  const { exprKind } = node
  switch (exprKind.case) {
    case 'comprehensionExpr':
      return { ...node, exprKind: { case: 'comprehensionExpr', value: loop(exprKind.value) } }
    case 'callExpr': {
      const { target, args } = exprKind.value
      const name = collects(exprKind.value) ? '@append' : exprKind.value.function
      const parts = { args: args.map(tolled), ...(target && { target: tolled(target) }) }
      const value = { ...exprKind.value, function: name, ...parts }
      return { ...node, exprKind: { case: 'callExpr', value } }
    }
    case 'listExpr': {
      const value = { ...exprKind.value, elements: exprKind.value.elements.map(tolled) }
      return sparseList({ ...node, exprKind: { case: 'listExpr', value } })
    }
    case 'selectExpr': {
      const value = { ...exprKind.value, operand: maybe(exprKind.value.operand) }
      return chained({ ...node, exprKind: { case: 'selectExpr', value } })
    }
    case 'structExpr': {
      const value = { ...exprKind.value, entries: exprKind.value.entries.map(pair) }
      return sparseMap({ ...node, exprKind: { case: 'structExpr', value } })
    }
    default:
      return node
  }
}
