import type { Declaration, Exported, Field, Struct, Type } from './model.ts'

const simple = {
  text: 'string',
  word: 'string',
  flag: 'bool',
  number: 'f64',
  quantity: 'JSON.Value',
  anything: 'JSON.Value',
  fields: 'JSON.Obj',
} as const

/**
 * What is an object whose fields are looked up: json-as makes code for every class, and a whole cluster takes half a minute
 * to compile. What a guest does not touch in it goes back as it came.
 */
const lookedUp = ['Manifest', 'Cluster', 'Binding', 'Placement', 'Overriders', 'NodeClaim', 'LabelSelector']

/** Names for what has no class of its own: an object whose fields are not known, or another name for a type. */
type Aliases = ReadonlyMap<string, string>

const isScalar = ({ is }: Type): boolean => is === 'flag' || is === 'number' || is === 'integer'

function assemblyscript(type: Type, aliases: Aliases): string {
  switch (type.is) {
    case 'named':
      return aliases.get(type.name) ?? type.name
    case 'integer':
      return `i${type.bits}`
    case 'list':
      return `${assemblyscript(type.of, aliases)}[]`
    case 'map':
      return `Map<string, ${assemblyscript(type.of, aliases)}>`
    default:
      return simple[type.is]
  }
}

/** What fields of a type are before anybody says so; objects are new ones. */
const beginnings: readonly (readonly [type: RegExp, value: string])[] = [
  [/^string$/, "''"],
  [/^bool$/, 'false'],
  [/^[if]\d/, '0'],
  [/\[\]$/, '[]'],
  [/^JSON\.Value$/, 'JSON.Value.empty()'],
]

const initially = (type: string): string => beginnings.find(([known]) => known.test(type))?.[1] ?? `new ${type}()`

function field({ name, description, type, required }: Field, aliases: Aliases): string {
  const own = assemblyscript(type, aliases)
  const line = required
    ? `  ${name}: ${own} = ${initially(own)}`
    : `  @omitnull()\n  ${name}: ${isScalar(type) ? `JSON.Box<${own}>` : own} | null = null`
  return `  /** ${description} */\n${line}`
}

const declare = ({ name, description, fields }: Struct, aliases: Aliases): string =>
  `/** ${description || name} */\n@json\nexport class ${name} {\n${fields
    .map((each) => field(each, aliases))
    .join('\n')}\n}`

const machinery = `
// The imports of a guest: what Extism gives to every program. Nothing else is there.
// @ts-ignore: decorators
@external('extism:host/env', 'input_length') declare function inputLength(): u64
// @ts-ignore: decorators
@external('extism:host/env', 'input_load_u8') declare function inputLoad8(offset: u64): u8
// @ts-ignore: decorators
@external('extism:host/env', 'input_load_u64') declare function inputLoad64(offset: u64): u64
// @ts-ignore: decorators
@external('extism:host/env', 'alloc') declare function alloc(length: u64): u64
// @ts-ignore: decorators
@external('extism:host/env', 'store_u8') declare function store8(offset: u64, value: u8): void
// @ts-ignore: decorators
@external('extism:host/env', 'store_u64') declare function store64(offset: u64, value: u64): void
// @ts-ignore: decorators
@external('extism:host/env', 'output_set') declare function outputSet(offset: u64, length: u64): void

function input(): string {
  const length = <i32>inputLength()
  const bytes = new ArrayBuffer(length)
  const start = changetype<usize>(bytes)
  let at = 0
  for (; at + 8 <= length; at += 8) store<u64>(start + at, inputLoad64(at))
  for (; at < length; at++) store<u8>(start + at, inputLoad8(at))
  return String.UTF8.decode(bytes)
}

/** Bytes where the host finds them. */
function handOver(bytes: ArrayBuffer): u64 {
  const length = bytes.byteLength
  const start = changetype<usize>(bytes)
  const to = alloc(length)
  let at = 0
  for (; at + 8 <= length; at += 8) store64(to + at, load<u64>(start + at))
  for (; at < length; at++) store8(to + at, load<u8>(start + at))
  return to
}

function output(text: string): i32 {
  const bytes = String.UTF8.encode(text)
  outputSet(handOver(bytes), bytes.byteLength)
  return 0
}

/** What the function was asked. */
export function argument<T>(): T {
  return JSON.parse<T>(input())
}

/** Answers. A function returns what this gives. */
export function answer<T>(value: T): i32 {
  return output(JSON.stringify<T>(value))
}

/** Answers with JSON that is there as a text. */
export function answerText(json: string): i32 {
  return output(json)
}

/** Answers that it has no opinion: the next one is asked. */
export function noOpinion(): i32 {
  return output('null')
}

/** The object at a path of fields, to look at: \`objectAt(manifest, ['spec', 'template'])\`. To change it, use \`setAt\`. */
export function objectAt(object: JSON.Obj, path: string[]): JSON.Obj | null {
  let now = object
  for (let i = 0; i < path.length; i++) {
    const value = now.get(path[i])
    if (value === null || value.type !== JSON.Types.Object) return null
    now = value.get<JSON.Obj>()
  }
  return now
}

/** What stands at a path of fields: null when there is nothing, or a null. */
export function valueAt(object: JSON.Obj, path: string[]): JSON.Value | null {
  const last = path.length - 1
  const parent = objectAt(object, path.slice(0, last))
  if (parent === null) return null
  const value = parent.get(path[last])
  return value === null || value.type === JSON.Types.Null ? null : value
}

/** The whole number at a path of fields, or another one when there is none. */
export function integerAt(object: JSON.Obj, path: string[], otherwise: i64): i64 {
  const value = valueAt(object, path)
  return value === null ? otherwise : <i64>value.get<f64>()
}

/** The text at a path of fields: empty when there is none. */
export function textAt(object: JSON.Obj, path: string[]): string {
  const value = valueAt(object, path)
  return value === null || value.type !== JSON.Types.String ? '' : value.get<string>()
}

/** The objects in a list at a path of fields: none when there is no list. */
export function objectsAt(object: JSON.Obj, path: string[]): JSON.Obj[] {
  const objects: JSON.Obj[] = []
  const value = valueAt(object, path)
  if (value === null || value.type !== JSON.Types.Array) return objects
  const list = value.get<JSON.Arr>()
  for (let i = 0; i < list.length; i++) {
    const item = list.at(i)
    if (item.type === JSON.Types.Object) objects.push(item.get<JSON.Obj>())
  }
  return objects
}

/** Puts a value at a path of fields; objects on the way are made where they are missing. */
export function setAt<T>(object: JSON.Obj, path: string[], value: T): void {
  if (path.length === 1) {
    object.set<T>(path[0], value)
    return
  }
  const below = objectAt(object, [path[0]])
  const child = below === null ? new JSON.Obj() : below
  setAt<T>(child, path.slice(1), value)
  object.set<JSON.Obj>(path[0], child)
}
`

const points = (exported: readonly Exported[]): string =>
  exported.map(({ point, name }) => ` * - \`${name}\`: ${point}`).join('\n')

/** The names of the types that a type is made of. */
function namesIn(type: Type): readonly string[] {
  if (type.is === 'named') return [type.name]
  return type.is === 'list' || type.is === 'map' ? namesIn(type.of) : []
}

const generated = '// Generated from the schema of the guest points. Do not edit.'

const familyOf = ({ point }: Exported): string => point.split('.', 1)[0] ?? ''

/** Where each class is declared: with the first family of points that has to do with it. */
function homesOf(declared: readonly Declaration[], exported: readonly Exported[]): ReadonlyMap<string, string> {
  const byName = new Map(declared.map((one) => [one.name, one]))
  const homes = new Map<string, string>()
  const settle = (family: string, name: string): void => {
    const one = byName.get(name)
    if (!one || homes.has(name) || lookedUp.includes(name)) return
    if (one.is === 'struct') homes.set(name, family)
    const inside = one.is === 'struct' ? one.fields.map(({ type }) => type) : [one.type]
    for (const each of inside.flatMap(namesIn)) settle(family, each)
  }
  for (const each of exported)
    for (const name of [each.argument, each.answer].flatMap(namesIn)) settle(familyOf(each), name)
  return homes
}

/** What has no class of its own, by its name. */
function aliasesOf(declared: readonly Declaration[]): Aliases {
  const aliases = new Map<string, string>(lookedUp.map((name) => [name, 'JSON.Obj']))
  for (const one of declared) if (one.is === 'alias') aliases.set(one.name, assemblyscript(one.type, aliases))
  return aliases
}

const importsOf = (classes: readonly Struct[], homes: ReadonlyMap<string, string>, family: string): string => {
  const used = new Set(classes.flatMap(({ fields }) => fields.flatMap(({ type }) => namesIn(type))))
  const others = [...used].filter((name) => homes.has(name) && homes.get(name) !== family)
  const lines = [...Map.groupBy(others, (name) => homes.get(name))].map(
    ([home, names]) => `import { ${names.join(', ')} } from './${home}'`,
  )
  return ["import { JSON } from 'json-as'", ...lines].join('\n')
}

/** What a guest in AssemblyScript imports: the way in and out, and classes for json-as, in a file for each family of points. */
export function assemblyscriptBindings(
  declared: readonly Declaration[],
  exported: readonly Exported[],
): Readonly<Record<string, string>> {
  const aliases = aliasesOf(declared)
  const homes = homesOf(declared, exported)
  const structs = declared.filter((one) => one.is === 'struct')
  const file = (family: string): string => {
    const classes = structs.filter(({ name }) => homes.get(name) === family)
    const own = exported.filter((each) => familyOf(each) === family)
    return [
      generated,
      `/*\n * A guest answers the points it exports a function for, without arguments, with an i32:\n *\n${points(own)}\n */`,
      importsOf(classes, homes, family),
      ...classes.map((one) => declare(one, aliases)),
    ].join('\n\n')
  }
  return {
    'flotilla.ts': [generated, "import { JSON } from 'json-as'", machinery.trim()].join('\n\n'),
    ...Object.fromEntries([...new Set(homes.values())].map((family) => [`${family}.ts`, file(family)])),
  }
}
