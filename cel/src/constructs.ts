import { type CelFunc, CelScalar, celFunc } from '@bufbuild/cel'
import { nameOf } from './sparse.ts'
import { type Node, partsOf } from './tree.ts'

const { STRING } = CelScalar

/** Types that some expressions make values of. `Object.spec` is that of a field of `Object`; of what there is below it, nothing is known. */
export type Construct = 'Object' | 'JSONPatch'

const patchFields: ReadonlySet<string> = new Set(['op', 'path', 'from', 'value'])

/** What is wrong with making a value of a type; undefined for nothing. */
export const misuse = (
  type: string,
  fields: readonly string[],
  constructs: readonly Construct[],
): string | undefined => {
  const [root] = type.split('.')
  if (!constructs.some((each) => each === root) || (root === 'JSONPatch' && type !== root))
    return `there is no type ${type}`
  const stranger = root === 'JSONPatch' ? fields.map(nameOf).find((field) => !patchFields.has(field)) : undefined
  return stranger === undefined ? undefined : `undefined field '${stranger}'`
}

const isObject = (type: string): boolean => type === 'Object' || type.startsWith('Object.')

function* below(node: Node, type: string | undefined): Iterable<string> {
  const { case: kind, value } = node.exprKind
  if (kind === 'structExpr' && isObject(value.messageName)) {
    const { messageName, entries } = value
    if (type !== undefined && messageName !== type)
      yield `type mismatch: unexpected type name "${messageName}", expected "${type}", which matches field name path from root Object type`
    for (const { keyKind, value: each } of entries)
      if (keyKind.case === 'fieldKey' && each) yield* below(each, `${messageName}.${nameOf(keyKind.value)}`)
    return
  }
  const [, ...branches] = kind === 'callExpr' && value.function === '_?_:_' ? value.args : []
  const same = kind === 'listExpr' ? value.elements : branches
  for (const each of partsOf(node)) yield* below(each, same.includes(each) ? type : undefined)
}

/** A value whose type is that of another field than it is in. */
export const misplaced = (node: Node): string | undefined => {
  const [first] = below(node, undefined)
  return first
}

/** A key, as a path in a JSON patch has it. */
export const constructFunctions: readonly CelFunc[] = [
  celFunc('jsonpatch.escapeKey', [STRING], STRING, (key) => key.replaceAll('~', '~0').replaceAll('/', '~1')),
]
