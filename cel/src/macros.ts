import {
  type CelFunc,
  type CelInput,
  CelScalar,
  type CelValue,
  celFunc,
  celList,
  celMap,
  isCelList,
  isCelMap,
  listType,
  parse,
} from '@bufbuild/cel'
import { comparable } from './lists.ts'
import { insideOf, type Loop, type Node } from './tree.ts'

const { DYN } = CelScalar
const list = listType(DYN)

/** What a macro is written with: its variables, and what is done with them. */
interface Use {
  readonly id: bigint
  readonly range: Node
  readonly vars: readonly string[]
  readonly bodies: readonly Node[]
}

type Expand = (use: Use) => Node

const it = 'it__'

const call = (id: bigint, name: string, args: Node[]): Node => ({
  $typeName: 'cel.expr.Expr',
  id,
  exprKind: { case: 'callExpr', value: { $typeName: 'cel.expr.Expr.Call', function: name, args } },
})

const ident = (id: bigint, name: string): Node => ({
  $typeName: 'cel.expr.Expr',
  id,
  exprKind: { case: 'identExpr', value: { $typeName: 'cel.expr.Expr.Ident', name } },
})

const listOf = (id: bigint, elements: Node[]): Node => ({
  $typeName: 'cel.expr.Expr',
  id,
  exprKind: { case: 'listExpr', value: { $typeName: 'cel.expr.Expr.CreateList', elements, optionalIndices: [] } },
})

/** A node whose parts are changed. */
function mapped(node: Node, change: (part: Node) => Node): Node {
  const { exprKind } = node
  const maybe = (part: Node | undefined): Node | undefined => part && change(part)
  switch (exprKind.case) {
    case 'callExpr': {
      const { target, args } = exprKind.value
      const value = { ...exprKind.value, args: args.map(change), ...(target && { target: change(target) }) }
      return { ...node, exprKind: { case: 'callExpr', value } }
    }
    case 'listExpr':
      return {
        ...node,
        exprKind: { case: 'listExpr', value: { ...exprKind.value, elements: exprKind.value.elements.map(change) } },
      }
    case 'selectExpr':
      return {
        ...node,
        exprKind: { case: 'selectExpr', value: { ...exprKind.value, operand: maybe(exprKind.value.operand) } },
      }
    case 'structExpr': {
      const entries = exprKind.value.entries.map((entry) => ({
        ...entry,
        value: maybe(entry.value),
        ...(entry.keyKind.case === 'mapKey' && {
          keyKind: { case: 'mapKey' as const, value: change(entry.keyKind.value) },
        }),
      }))
      return { ...node, exprKind: { case: 'structExpr', value: { ...exprKind.value, entries } } }
    }
    case 'comprehensionExpr': {
      const { iterRange, accuInit, loopCondition, loopStep, result } = exprKind.value
      const value = {
        ...exprKind.value,
        iterRange: maybe(iterRange),
        accuInit: maybe(accuInit),
        loopCondition: maybe(loopCondition),
        loopStep: maybe(loopStep),
        result: maybe(result),
      }
      return { ...node, exprKind: { case: 'comprehensionExpr', value } }
    }
    default:
      return node
  }
}

/** A loop's own variable hides another one of its name. */
const hides = ({ iterVar, accuVar }: Loop, name: string): boolean => iterVar === name || accuVar === name

/** A node in which variables stand for something else. */
function replaced(node: Node, meanings: ReadonlyMap<string, Node>): Node {
  const { case: kind, value } = node.exprKind
  if (kind === 'identExpr') return meanings.get(value.name) ?? node
  if (kind !== 'comprehensionExpr') return mapped(node, (part) => replaced(part, meanings))
  const inside = new Set(insideOf(value))
  const seen = new Map([...meanings].filter(([name]) => !hides(value, name)))
  return mapped(node, (part) => replaced(part, inside.has(part) ? seen : meanings))
}

/** A loop as the parser makes it, of nodes that stand for the names in capitals. */
function loop(id: bigint, text: string, meanings: Readonly<Record<string, Node>>): Node {
  const renumbered = (node: Node): Node => ({ ...mapped(node, renumbered), id })
  return replaced(renumbered(parse(text).expr), new Map(Object.entries(meanings)))
}

/** What is done with the two parts of a pair. */
const ofPair = ({ id, vars: [first = '', second = ''] }: Use, body: Node): Node =>
  replaced(
    body,
    new Map([
      [first, call(id, '@first', [ident(id, it)])],
      [second, call(id, '@second', [ident(id, it)])],
    ]),
  )

const overPairs =
  (text: string): Expand =>
  (use) => {
    const [BODY, THEN] = use.bodies.map((body) => ofPair(use, body))
    const RANGE = call(use.id, '@pairs', [use.range])
    return loop(use.id, text.replaceAll('IT', it), { RANGE, ...(BODY && { BODY }), ...(THEN && { THEN }) })
  }

/** The same, of loops that make a map: what they collect are pairs. */
const toMap =
  (text: string): Expand =>
  (use) => {
    const { id, bodies, vars } = use
    const value = bodies.at(-1) ?? ident(id, vars[1] ?? '')
    const pair = listOf(id, [ident(id, vars[0] ?? ''), value])
    return call(id, '@mapOf', [overPairs(text)({ ...use, bodies: [...bodies.slice(0, -1), pair] })])
  }

/** Macros that the parser does not know, by name and how many arguments they have. The first ones are their variables. */
const macros: Readonly<Record<string, { readonly vars: number; readonly expand: Expand }>> = {
  'all 3': { vars: 2, expand: overPairs('RANGE.all(IT, BODY)') },
  'exists 3': { vars: 2, expand: overPairs('RANGE.exists(IT, BODY)') },
  'existsOne 3': { vars: 2, expand: overPairs('RANGE.exists_one(IT, BODY)') },
  'transformList 3': { vars: 2, expand: overPairs('RANGE.map(IT, BODY)') },
  'transformList 4': { vars: 2, expand: overPairs('RANGE.filter(IT, BODY).map(IT, THEN)') },
  'transformMap 3': { vars: 2, expand: toMap('RANGE.map(IT, BODY)') },
  'transformMap 4': { vars: 2, expand: toMap('RANGE.filter(IT, BODY).map(IT, THEN)') },
  'transformMapEntry 3': {
    vars: 2,
    expand: (use) => call(use.id, '@merged', [overPairs('RANGE.map(IT, BODY)')(use)]),
  },
  'transformMapEntry 4': {
    vars: 2,
    expand: (use) => call(use.id, '@merged', [overPairs('RANGE.filter(IT, BODY).map(IT, THEN)')(use)]),
  },
  'sortBy 2': {
    vars: 1,
    expand: ({ id, range, vars: [name = ''], bodies: [BODY] }) =>
      call(id, '@sortedBy', [range, loop(id, `RANGE.map(${name}, BODY)`, { RANGE: range, ...(BODY && { BODY }) })]),
  },
  'optFlatMap 2': {
    vars: 1,
    expand: ({ id, range, vars: [name = ''], bodies: [BODY] }) =>
      call(id, '@join', [loop(id, `RANGE.map(${name}, BODY)`, { RANGE: range, ...(BODY && { BODY }) })]),
  },
}

const nameIn = ({ exprKind: { case: kind, value } }: Node): string | undefined =>
  kind === 'identExpr' ? value.name : undefined

const useOf = (id: bigint, range: Node, args: readonly Node[], count: number): Use | undefined => {
  const vars = args.slice(0, count).map(nameIn)
  return vars.every((name) => name !== undefined) ? { id, range, vars, bodies: args.slice(count) } : undefined
}

/** An expression without the macros that the parser leaves as they are. */
export function expanded(node: Node): Node {
  const whole = mapped(node, expanded)
  const { case: kind, value } = whole.exprKind
  const macro = kind === 'callExpr' && value.target ? macros[`${value.function} ${value.args.length}`] : undefined
  if (!macro || kind !== 'callExpr' || !value.target) return whole
  const use = useOf(whole.id, value.target, value.args, macro.vars)
  return use ? macro.expand(use) : whole
}

const at = (value: unknown, index: number): CelValue =>
  (isCelList(value) ? (value.get(index) as CelValue | undefined) : undefined) ?? null

const inOrder = (a: CelInput, b: CelInput): number => {
  const [one, other] = [comparable(a), comparable(b)]
  return one < other ? -1 : one > other ? 1 : 0
}

/** No user can write their names. */
export const macroFunctions: readonly CelFunc[] = [
  celFunc('@pairs', [DYN], list, (value) => {
    if (isCelMap(value)) return celList([...value].map(([key, each]) => celList([key, each])))
    if (isCelList(value)) return celList([...value].map((each, i) => celList([BigInt(i), each])))
    throw new Error('only lists and maps have elements')
  }),
  celFunc('@first', [DYN], DYN, (pair) => at(pair, 0)),
  celFunc('@second', [DYN], DYN, (pair) => at(pair, 1)),
  celFunc('@mapOf', [list], DYN, (pairs) =>
    celMap(new Map([...pairs].map((pair) => [at(pair, 0) as string, at(pair, 1)]))),
  ),
  celFunc('@merged', [list], DYN, (maps) => {
    const all = new Map<string, CelValue>()
    for (const map of maps)
      for (const [key, value] of isCelMap(map) ? map : []) {
        if (all.has(key as string)) throw new Error(`insert failed: key ${String(key)} already exists`)
        all.set(key as string, value as CelValue)
      }
    return celMap(all)
  }),
  celFunc('@sortedBy', [list, list], list, (values, keys) => {
    const order = [...keys].map((key, i) => [key as CelValue, i] as const).toSorted(([a], [b]) => inOrder(a, b))
    const all = [...values]
    return celList(order.map(([, i]) => all[i] ?? null))
  }),
]
