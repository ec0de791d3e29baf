import {
  type CelFunc,
  type CelInput,
  CelScalar,
  type CelValue,
  celFunc,
  celList,
  celMethod,
  isCelList,
  isCelMap,
  listType,
} from '@bufbuild/cel'
import { marked } from './sparse.ts'
import type { Call, Node } from './tree.ts'

const { BOOL, DYN, INT, STRING } = CelScalar

/** A value that may be missing is a list of it, or an empty one. */
const optional = listType(DYN)

const field = 'optionalField'
const at = 'optionalAt'

const none = celList([])
const some = (value: CelInput | undefined) => (value === undefined ? none : celList([value]))

const below = (value: CelValue | undefined, key: string): CelInput | undefined => {
  if (isCelMap(value)) return value.get(key)
  return undefined
}

const first = (list: Iterable<CelInput>): CelInput | undefined => [...list][0]

/** What is there of values that may be missing. */
const unwrapped = (list: Iterable<CelInput>) => celList([...list].flatMap((each) => (isCelList(each) ? [...each] : [])))

const isZero = (value: CelValue): boolean =>
  value === null ||
  value === false ||
  value === '' ||
  value === 0 ||
  value === 0n ||
  ((isCelList(value) || isCelMap(value)) && value.size === 0)

/** What is done with values that may be missing: the names Kubernetes has, and what `.?` and `[?]` are read as. */
export const optionalFunctions: readonly CelFunc[] = [
  celFunc('optional.of', [DYN], optional, (value) => some(value)),
  celFunc('optional.ofNonZeroValue', [DYN], optional, (value) => (isZero(value) ? none : some(value))),
  celFunc('optional.none', [], optional, () => none),
  celMethod('hasValue', optional, [], BOOL, function () {
    return this.size > 0
  }),
  celMethod('value', optional, [], DYN, function () {
    const found = first(this)
    if (found === undefined) throw new Error('optional.none() dereference')
    return found
  }),
  celMethod('orValue', optional, [DYN], DYN, function (other) {
    return first(this) ?? other
  }),
  celMethod('or', optional, [optional], optional, function (other) {
    return this.size > 0 ? this : other
  }),
  celFunc('optional.unwrap', [optional], optional, unwrapped),
  celMethod('unwrapOpt', optional, [], optional, function () {
    return unwrapped(this)
  }),
  celMethod(field, DYN, [STRING], optional, function (key) {
    return isCelList(this) ? some(below(first(this) as CelValue | undefined, key)) : some(below(this, key))
  }),
  celMethod(at, DYN, [STRING], optional, function (key) {
    return isCelList(this) ? some(below(first(this) as CelValue | undefined, key)) : some(below(this, key))
  }),
  celMethod(at, optional, [INT], optional, function (index) {
    return some(this.get(Number(index)))
  }),
]

/** Where a bracket that is open is closed. */
function closing(text: string, open: number): number {
  let depth = 0
  for (let i = open; i < text.length; i++) {
    if ('([{'.includes(text[i] ?? '')) depth++
    if (')]}'.includes(text[i] ?? '') && --depth === 0) return i
  }
  return -1
}

const quoted = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/gs

/**
 * An expression without the signs of optional values, which the parser does not know: `a.?b` and `a[?b]` as calls, and a macro
 * that does for a list of one what it does for a value.
 */
export function plain(text: string): string {
  if (!text.includes('?') && !text.includes('.optMap(')) return text
  const texts: string[] = []
  let bare = text.replace(quoted, (found) => `\u0000${texts.push(found) - 1}\u0000`)
  bare = marked(bare)
    .replace(/\.\s*\?\s*([A-Za-z_]\w*)/g, `.${field}("$1")`)
    .replace(/\.optMap\(/g, '.map(')
  for (let open = bare.search(/\[\s*\?/); open >= 0; open = bare.search(/\[\s*\?/)) {
    const close = closing(bare, open)
    if (close < 0) break
    const inside = bare.slice(open + 1, close).replace('?', '')
    bare = `${bare.slice(0, open)}.${at}(${inside})${bare.slice(close + 1)}`
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no expression has one, so it marks where the texts were
  return bare.replace(/\u0000(\d+)\u0000/g, (_, index) => texts[Number(index)] ?? '')
}

const isOptional = ({ exprKind: { case: kind, value } }: Node): boolean =>
  kind === 'callExpr' && (value.function === field || value.function === at)

const text = (id: bigint, value: string): Node => ({
  $typeName: 'cel.expr.Expr',
  id,
  exprKind: {
    case: 'constExpr',
    value: { $typeName: 'cel.expr.Constant', constantKind: { case: 'stringValue', value } },
  },
})

/** What is below a value that may be missing may be missing, too: `a.?b.c`. */
export function chained(node: Node): Node {
  const { id, exprKind } = node
  if (exprKind.case !== 'selectExpr' || exprKind.value.testOnly || !exprKind.value.operand) return node
  const { operand, field: name } = exprKind.value
  if (!isOptional(operand)) return node
  const call: Call = { $typeName: 'cel.expr.Expr.Call', target: operand, function: field, args: [text(id, name)] }
  return { ...node, exprKind: { case: 'callExpr', value: call } }
}
