import { type CelFunc, CelScalar, type CelValue, celFunc, celList, celMap, isCelList, listType } from '@bufbuild/cel'
import type { Call, Entry, Node } from './tree.ts'

const { DYN } = CelScalar
const list = listType(DYN)

/** What stands before a key, or an element, that is only there when its value is: `{?"a": b}`, `[?a]`. */
const marks = { key: 'optionalKey', item: 'optionalItem' } as const

/** The same of a field, whose name is no expression. */
const fieldMark = '__optional__'

/** Where the bracket was opened that a place is in; -1 when it is in none. */
function opening(text: string, place: number): number {
  let depth = 0
  for (let i = place - 1; i >= 0; i--) {
    if (')]}'.includes(text[i] ?? '')) depth++
    if ('([{'.includes(text[i] ?? '') && --depth < 0) return i
  }
  return -1
}

/** Where an expression ends that begins at a place. */
function ending(text: string, place: number, ends: string): number {
  let depth = 0
  for (let i = place; i < text.length; i++) {
    if (depth === 0 && ends.includes(text[i] ?? '')) return i
    if ('([{'.includes(text[i] ?? '')) depth++
    if (')]}'.includes(text[i] ?? '') && --depth < 0) return i
  }
  return text.length
}

const isIndex = (text: string, open: number): boolean =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it stands for a text
  /[\w)\]}\u0000]$/.test(text.slice(0, open).trimEnd())

/** One that is marked, without the mark. */
function unmarked(text: string, place: number, open: number): string {
  const start = place + 1
  const isMap = text[open] === '{'
  const end = ending(text, start, isMap ? ':,' : ',')
  const inside = text.slice(start, end).trim()
  const isField = isMap && /\w$/.test(text.slice(0, open).trimEnd()) && /^[A-Za-z_]\w*$/.test(inside)
  const wrapped = isField ? `${inside}${fieldMark}` : `${isMap ? marks.key : marks.item}(${inside})`
  return `${text.slice(0, place)}${wrapped}${text.slice(end)}`
}

/** An expression without texts, in which what may be missing is said in a way the parser knows. */
export function marked(bare: string): string {
  let text = bare
  let from = 0
  for (;;) {
    const found = /[{[,]\s*\?/g
    found.lastIndex = from
    const match = found.exec(text)
    if (!match) return text
    const place = match.index + match[0].length - 1
    const open = opening(text, place)
    if (open < 0 || text[open] === '(' || (text[open] === '[' && isIndex(text, open))) from = place + 1
    else text = unmarked(text, place, open)
  }
}

const call = (id: bigint, name: string, args: Node[]): Node => {
  const value: Call = { $typeName: 'cel.expr.Expr.Call', function: name, args }
  return { $typeName: 'cel.expr.Expr', id, exprKind: { case: 'callExpr', value } }
}

const listOf = (id: bigint, elements: Node[]): Node => ({
  $typeName: 'cel.expr.Expr',
  id,
  exprKind: { case: 'listExpr', value: { $typeName: 'cel.expr.Expr.CreateList', elements, optionalIndices: [] } },
})

const text = (id: bigint, value: string): Node => ({
  $typeName: 'cel.expr.Expr',
  id,
  exprKind: {
    case: 'constExpr',
    value: { $typeName: 'cel.expr.Constant', constantKind: { case: 'stringValue', value } },
  },
})

/** What is marked so; undefined when it is not. */
const inside = ({ exprKind: { case: kind, value } }: Node, mark: string): Node | undefined =>
  kind === 'callExpr' && value.function === mark && !value.target ? value.args[0] : undefined

/** A list some of whose elements may be missing: a value that may be missing is a list itself. */
export function sparseList(node: Node): Node {
  const { id, exprKind } = node
  if (exprKind.case !== 'listExpr') return node
  const { elements } = exprKind.value
  if (!elements.some((each) => inside(each, marks.item))) return node
  return call(id, '@join', [
    listOf(
      id,
      elements.map((each) => inside(each, marks.item) ?? listOf(id, [each])),
    ),
  ])
}

interface Field {
  readonly key: Node
  readonly value: Node
  readonly isOptional: boolean
}

const fieldOf = (id: bigint, { keyKind, value = text(id, '') }: Entry): Field => {
  if (keyKind.case === 'mapKey') {
    const key = inside(keyKind.value, marks.key)
    return { key: key ?? keyKind.value, value, isOptional: key !== undefined }
  }
  const name = keyKind.value ?? ''
  const isOptional = name.endsWith(fieldMark)
  return { key: text(id, nameOf(name)), value, isOptional }
}

/** The name of a field, without its mark. */
export const nameOf = (field: string): string => (field.endsWith(fieldMark) ? field.slice(0, -fieldMark.length) : field)

/** A map some of whose keys may be missing; and of a value of a type, a map of its fields. */
export function sparseMap(node: Node): Node {
  const { id, exprKind } = node
  if (exprKind.case !== 'structExpr') return node
  const fields = exprKind.value.entries.map((entry) => fieldOf(id, entry))
  if (fields.some(({ isOptional }) => isOptional)) {
    const values = fields.map(({ value, isOptional }) => (isOptional ? value : listOf(id, [value])))
    return call(id, '@entries', [
      listOf(
        id,
        fields.map(({ key }) => key),
      ),
      listOf(id, values),
    ])
  }
  if (!exprKind.value.messageName) return node
  const entries: Entry[] = fields.map(({ key, value }) => ({
    $typeName: 'cel.expr.Expr.CreateStruct.Entry',
    id,
    keyKind: { case: 'mapKey', value: key },
    value,
    optionalEntry: false,
  }))
  return { ...node, exprKind: { case: 'structExpr', value: { ...exprKind.value, messageName: '', entries } } }
}

const firstOf = (value: unknown): CelValue | undefined =>
  isCelList(value) ? (value.get(0) as CelValue | undefined) : undefined

/** No user can write the first two; the others only stand where a mark was. */
export const sparseFunctions: readonly CelFunc[] = [
  celFunc('@join', [list], list, (lists) => celList([...lists].flatMap((each) => (isCelList(each) ? [...each] : [])))),
  celFunc('@entries', [list, list], DYN, (keys, values) => {
    const all = [...values]
    const entries = [...keys].flatMap((key, i) => {
      const value = firstOf(all[i])
      return value === undefined ? [] : [[key as string, value] as const]
    })
    return celMap(new Map(entries))
  }),
  celFunc(marks.key, [DYN], DYN, (value) => value),
  celFunc(marks.item, [DYN], DYN, (value) => value),
]
