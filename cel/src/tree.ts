import type { parse } from '@bufbuild/cel'

/** An expression, parsed. */
export type Tree = ReturnType<typeof parse>
export type Node = Tree['expr']
export type Loop = Extract<Node['exprKind'], { case: 'comprehensionExpr' }>['value']
export type Entry = Extract<Node['exprKind'], { case: 'structExpr' }>['value']['entries'][number]
export type Call = Extract<Node['exprKind'], { case: 'callExpr' }>['value']

const present = (nodes: readonly (Node | undefined)[]): readonly Node[] => nodes.filter((node) => node !== undefined)

/** The parts of a loop that its own variables are known in. */
export const insideOf = ({ loopCondition, loopStep, result }: Loop): readonly Node[] =>
  present([loopCondition, loopStep, result])

/** The parts of a loop that its own variables are not known in. */
export const outsideOf = ({ iterRange, accuInit }: Loop): readonly Node[] => present([iterRange, accuInit])

/** What a node is made of, but for loops. */
export function partsOf({ exprKind: { case: kind, value } }: Node): readonly Node[] {
  switch (kind) {
    case 'callExpr':
      return present([value.target, ...value.args])
    case 'listExpr':
      return value.elements
    case 'selectExpr':
      return present([value.operand])
    case 'structExpr':
      return present(
        value.entries.flatMap((entry) => [
          entry.keyKind.case === 'mapKey' ? entry.keyKind.value : undefined,
          entry.value,
        ]),
      )
    default:
      return []
  }
}

/** `a.b.c`, where a node is nothing but names. */
export function pathOf({ exprKind: { case: kind, value } }: Node): string | undefined {
  if (kind === 'identExpr') return value.name
  if (kind !== 'selectExpr' || value.testOnly || !value.operand) return undefined
  const owner = pathOf(value.operand)
  return owner === undefined ? undefined : `${owner}.${value.field}`
}
