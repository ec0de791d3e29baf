/**
 * Writes what is known of Kubernetes' protobuf messages, from the `.proto` files Kubernetes publishes with its Go types: their tags say what a
 * field is called in JSON, and whether nothing is said of a zero. Beside them the samples Kubernetes tests its own encodings with.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import protobuf from 'protobufjs'

const release = 'v0.36.3'

/** Their kinds, and everything these are made of. */
const groups = [
  ...['core/v1', 'apps/v1', 'batch/v1', 'networking/v1', 'policy/v1', 'autoscaling/v1', 'autoscaling/v2', 'rbac/v1'],
  ...[
    'storage/v1',
    'scheduling/v1',
    'coordination/v1',
    'discovery/v1',
    'events/v1',
    'node/v1',
    'admissionregistration/v1',
  ],
  ...['authentication/v1', 'authorization/v1', 'certificates/v1'],
].map((path) => `api/${path}`)

const extensions = ['apiextensions-apiserver/pkg/apis/apiextensions/v1', 'kube-aggregator/pkg/apis/apiregistration/v1']
const meta = 'apimachinery/pkg/apis/meta/v1'
const machinery = ['api/resource', 'runtime', 'runtime/schema', 'util/intstr'].map((path) => `apimachinery/pkg/${path}`)

/** Messages that are not an object in JSON: `src/protobuf/values.ts` has a way with each. */
const own = new Set([
  'apimachinery.pkg.api.resource.Quantity',
  'apimachinery.pkg.apis.meta.v1.FieldsV1',
  'apimachinery.pkg.apis.meta.v1.MicroTime',
  'apimachinery.pkg.apis.meta.v1.Time',
  'apimachinery.pkg.runtime.RawExtension',
  'apimachinery.pkg.util.intstr.IntOrString',
  'apiextensions_apiserver.pkg.apis.apiextensions.v1.JSON',
  'apiextensions_apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray',
  'apiextensions_apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool',
  'apiextensions_apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray',
])

const isOwn = ({ fullName }: protobuf.Type): boolean => own.has(fullName.replace('.k8s.io.', ''))

const folders = new Map<string, string>()

/** Where a Go module is, once it is downloaded. */
const folderOf = (module: string): string => {
  const found = folders.get(module)
  if (found) return found
  const said = execFileSync('go', ['mod', 'download', '-json', `k8s.io/${module}@${release}`], { encoding: 'utf8' })
  const { Dir } = JSON.parse(said) as { Dir: string }
  folders.set(module, Dir)
  return Dir
}

const folder = (path: string): string => {
  const [module = '', ...rest] = path.split('/')
  return join(folderOf(module), ...rest)
}

/** What Go says of a field of a message. */
interface Tag {
  readonly json: string
  readonly options: string
  readonly pointer: boolean
}

interface GoPackage {
  readonly group: string
  /** By type, then by the number on the wire. */
  readonly structs: ReadonlyMap<string, ReadonlyMap<number, Tag>>
  readonly kinds: readonly string[]
  /** Types that are a list and nothing else. */
  readonly lists: ReadonlySet<string>
  /** Types that see to their JSON themselves. */
  readonly marshalers: ReadonlySet<string>
}

const struct = /^type (\w+) struct \{\n(.*?)^\}/gms
const goField = /^\s+(?:\w+ +)?(\*?)[\w.[\]*]+ +`json:"([^",]*)([^"]*)" [^`]*?protobuf:"\w+,(\d+)[^`]*`/gm
const inlineType = /TypeMeta\s+`json:",inline"`/

const tagsOf = (fields: string): ReadonlyMap<number, Tag> =>
  new Map(
    [...fields.matchAll(goField)].map(([, star, json = '', options = '', number]) => [
      Number(number),
      { json, options, pointer: star === '*' },
    ]),
  )

const isKind = (name: string, fields: string): boolean => inlineType.test(fields) && !/(List|Options)$/.test(name)

const readGo = (path: string): GoPackage => {
  const files = readdirSync(folder(path)).filter((name) => /\.go$/.test(name) && !/_test\.go|\.pb\.go/.test(name))
  const text = files.map((name) => readFileSync(join(folder(path), name), 'utf8')).join('\n')
  const structs = [...text.matchAll(struct)].map(([, name = '', fields = '']) => [name, fields] as const)
  return {
    group: /^const GroupName = "(.*)"/m.exec(text)?.[1] ?? '',
    structs: new Map(structs.map(([name, fields]) => [name, tagsOf(fields)])),
    kinds:
      path === meta
        ? ['DeleteOptions']
        : structs.filter(([name, fields]) => isKind(name, fields)).map(([name]) => name),
    lists: new Set([...text.matchAll(/^type (\w+) \[\]/gm)].map(([, name = '']) => name)),
    marshalers: new Set([...text.matchAll(/^func \(\w+ \*?(\w+)\) MarshalJSON\(/gm)].map(([, name = '']) => name)),
  }
}

const root = new protobuf.Root()
const packages = new Map<string, GoPackage>()

/** `k8s.io.api.core.v1`, as protobuf calls a package. */
const packageName = (path: string): string => `k8s.io.${path.replaceAll('-', '_').replaceAll('/', '.')}`

for (const path of [...groups, ...extensions, meta, ...machinery]) {
  protobuf.parse(readFileSync(join(folder(path), 'generated.proto'), 'utf8'), root, { keepCase: true })
  packages.set(packageName(path), readGo(path))
}

const packageOf = ({ fullName }: protobuf.Type): string => fullName.slice(1, fullName.lastIndexOf('.'))

const goOf = (type: protobuf.Type): GoPackage => {
  const found = packages.get(packageOf(type))
  if (!found) throw new Error(`${packageOf(type)} is not read`)
  return found
}

const scalars = new Set(['bool', 'bytes', 'double', 'int32', 'int64', 'string'])

/** How a field that Go calls zero or empty is said all the same: `zero` in full, `empty` as null. */
const zeroOf = (field: protobuf.Field, { options, pointer }: Tag): object | undefined => {
  const scalar = scalars.has(field.type) && !field.repeated && !field.map
  if (options.includes('omit')) return pointer && scalar ? { zero: true } : undefined
  if (field.repeated || field.map) return { empty: true }
  return scalar ? { zero: true } : undefined
}

/** What a field says beyond its type. `inline`: its fields are among those of its message. `json`: another name. */
const optionsOf = (field: protobuf.Field, tag: Tag): object => {
  if (tag.options.includes('inline')) return { inline: true }
  return { ...(tag.json !== field.name && { json: tag.json }), ...zeroOf(field, tag) }
}

const described = (type: protobuf.Type, field: protobuf.Field): readonly [string, object] => {
  const { id, resolvedType } = field.resolve()
  const tag = goOf(type).structs.get(type.name)?.get(id)
  if (!tag && !isOwn(type) && !goOf(type).lists.has(type.name)) throw new Error(`Go has no ${type.name}.${field.name}`)
  if (!resolvedType && !scalars.has(field.type)) throw new Error(`${type.name}.${field.name}: ${field.type} is new`)
  const shape = field instanceof protobuf.MapField ? { keyType: field.keyType } : field.repeated && { rule: 'repeated' }
  const options = isOwn(type) ? { zero: scalars.has(field.type) } : tag && optionsOf(field, tag)
  const said = options && Object.values(options).some(Boolean) && { options }
  return [field.name, { ...shape, type: resolvedType?.fullName.slice(1) ?? field.type, id, ...said }]
}

/** What is in these is JSON, whatever the file says. */
const texts: ReadonlySet<string> = new Set(['FieldsV1', 'RawExtension', 'JSON'])

const describeOwn = (type: protobuf.Type): object =>
  texts.has(type.name)
    ? { options: { as: 'JSON' }, fields: { text: { type: 'string', id: 1 } } }
    : {
        options: { as: type.name },
        fields: Object.fromEntries(type.fieldsArray.map((field) => described(type, field))),
      }

const describe = (type: protobuf.Type): object => {
  const { lists, marshalers } = goOf(type)
  if (isOwn(type)) return describeOwn(type)
  if (marshalers.has(type.name)) throw new Error(`${type.fullName} has a JSON of its own`)
  const fields = Object.fromEntries(type.fieldsArray.map((field) => described(type, field)))
  return lists.has(type.name) ? { options: { as: 'list' }, fields } : { fields }
}

const reached = new Map<string, protobuf.Type>()

const reach = (type: protobuf.Type): void => {
  if (reached.has(type.fullName)) return
  reached.set(type.fullName, type)
  for (const field of type.fieldsArray) {
    const { resolvedType } = field.resolve()
    if (resolvedType instanceof protobuf.Type) reach(resolvedType)
  }
}

/** Which package the kinds of an `apiVersion` are in. */
const versions: Record<string, string> = {}
for (const path of [...groups, ...extensions, meta]) {
  const name = packageName(path)
  const { group, kinds } = packages.get(name) ?? { group: '', kinds: [] }
  versions[[group, path.split('/').at(-1)].filter(Boolean).join('/')] = name
  for (const kind of kinds) {
    const message = root.lookup(`${name}.${kind}`)
    if (message instanceof protobuf.Type) reach(message)
  }
}

const byPackage = Map.groupBy(
  [...reached.values()].toSorted((a, b) => (a.fullName < b.fullName ? -1 : 1)),
  packageOf,
)

const notice = (what: string): string =>
  `${what} of Kubernetes ${release}. Copyright The Kubernetes Authors, licensed under the Apache License 2.0.`

/** One message a line: small, and changes can still be read. */
const lines = (types: readonly protobuf.Type[]): string =>
  types.map((type) => `${JSON.stringify(type.name)}:${JSON.stringify(describe(type))}`).join(',\n')

const messages = [...byPackage].map(([name, types]) => `${JSON.stringify(name)}:{\n${lines(types)}\n}`)
const target = (path: string): string => join(import.meta.dirname, '..', path)
writeFileSync(
  target('schemas/protobuf.json'),
  `{"about":${JSON.stringify(notice('Messages'))},\n"versions":${JSON.stringify(versions)},\n"packages":{\n${messages.join(',\n')}\n}}\n`,
)

const sampleFolders = ['api/testdata/HEAD', 'apiextensions-apiserver/pkg/apis/testdata/HEAD'].map(folder)

const sampleOf = (apiVersion: string, kind: string): string | undefined => {
  const file = `${apiVersion.includes('/') ? apiVersion.replace('/', '.') : `core.${apiVersion}`}.${kind}`
  const found = sampleFolders.map((each) => join(each, file)).find((path) => existsSync(`${path}.pb`))
  if (!found) return undefined
  const bytes = readFileSync(`${found}.pb`).toString('base64')
  return `{"bytes":"${bytes}",\n"object":${JSON.stringify(JSON.parse(readFileSync(`${found}.json`, 'utf8')))}}`
}

const samples = Object.entries(versions).flatMap(([apiVersion, name]) =>
  (packages.get(name)?.kinds ?? []).flatMap(
    (kind) => sampleOf(kind === 'DeleteOptions' ? 'v1' : apiVersion, kind) ?? [],
  ),
)
writeFileSync(
  target('samples/kubernetes.json'),
  `{"about":${JSON.stringify(notice('Samples'))},\n"samples":[\n${samples.join(',\n')}\n]}\n`,
)
