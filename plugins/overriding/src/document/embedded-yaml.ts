import { deepEqual } from '@flotilla/sdk'
import {
  Document,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  parseDocument,
  type Scalar,
  type Tags,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { type Change, isFields, isList, patched } from './patch.ts'

const keepsSource = (node: Scalar, line: string | undefined): line is string =>
  node.type === 'PLAIN' && line !== undefined && !line.includes('\n')

/** A plain scalar that nobody touched is written as it was read: `0777`, `1.10` and `yes` mean something to someone. */
const untouched = (tag: Tags[number]): Tags[number] => {
  if (typeof tag === 'string' || tag.collection || !tag.stringify) return tag
  const { stringify } = tag
  return {
    ...tag,
    stringify: (node, ...rest) => (keepsSource(node, node.source) ? node.source : stringify(node, ...rest)),
  }
}

/** `compat` quotes new strings that an older YAML would take for something else: `on`, `0777`. */
const options = {
  intAsBigInt: true,
  merge: true,
  compat: 'yaml-1.1',
  customTags: (tags: Tags): Tags => tags.map(untouched),
} as const

type Fields = Readonly<Record<string, unknown>>

const keyOf = ({ key }: Pair): string => String(isScalar(key) ? key.value : key)

/** The key of a merge, `<<`, is a symbol. */
const isMerge = ({ key }: Pair): boolean => isScalar(key) && typeof key.value === 'symbol'

function rewriteMap(document: Document, map: YAMLMap, before: Fields, after: Fields): void {
  map.items = map.items.filter((pair) => isMerge(pair) || Object.hasOwn(after, keyOf(pair)))
  for (const [key, value] of Object.entries(after)) {
    const pair = map.items.find((each) => keyOf(each) === key)
    if (pair) pair.value = rewritten(document, pair.value, before[key], value)
    else if (value !== before[key]) map.items.push(document.createPair(key, value))
  }
}

/** How many values two lists share at their beginning. */
const shared = (a: readonly unknown[], b: readonly unknown[]): number => {
  const different = a.findIndex((value, index) => value !== b[index])
  return different < 0 ? a.length : different
}

function rewriteList(document: Document, list: YAMLSeq, before: readonly unknown[], after: readonly unknown[]): void {
  const head = shared(before, after)
  const most = Math.min(before.length, after.length) - head
  const tail = Math.min(shared(before.toReversed(), after.toReversed()), most)
  const middle = after.slice(head, after.length - tail)
  const sameLength = before.length === after.length
  const nodes = middle.map((value, index) =>
    sameLength
      ? rewritten(document, list.items[head + index], before[head + index], value)
      : document.createNode(value),
  )
  list.items = [...list.items.slice(0, head), ...nodes, ...list.items.slice(list.items.length - tail)]
}

/** The node for a value, keeping what is written of all that stayed the same. `patched` shares it: identity tells. */
function rewritten(document: Document, node: unknown, before: unknown, after: unknown): unknown {
  if (before === after) return node
  if (isMap(node) && isFields(before) && isFields(after)) rewriteMap(document, node, before, after)
  else if (isSeq(node) && isList(before) && isList(after)) rewriteList(document, node, before, after)
  else return document.createNode(after)
  return node
}

const print = (document: Document): string => document.toString({ lineWidth: 0 })

/**
 * A YAML text with changes applied. What they do not touch stays as it is written, comments included; where that cannot
 * say what is meant (aliases of something that changed), all is written anew. Throws yaml's error for what is not one
 * YAML document, and `OVERRIDE_PATH` for a change that does not fit.
 */
export function patchYaml(text: string, changes: readonly Change[]): string {
  const document = parseDocument(text, options)
  const [failure] = document.errors
  if (failure) throw failure
  const before: unknown = document.toJS()
  const after = changes.reduce(patched, before)
  document.contents = rewritten(document, document.contents, before, after) as typeof document.contents // nodes stay nodes
  return print(deepEqual(document.toJS(), after) ? document : new Document(after, options))
}
