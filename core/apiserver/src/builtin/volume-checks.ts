import { dnsLabel } from '../object/names.ts'
import { cause } from '../schema/causes.ts'
import { type Causes, required, requiredName, when } from './checks.ts'
import type { Volume } from './pod-spec.ts'

interface Item {
  readonly key?: string
  readonly path?: string
  readonly mode?: number
  readonly fieldRef?: object
  readonly resourceFieldRef?: object
}

/** What sources of volumes say, as far as there are rules for it. */
interface Source {
  readonly name?: string
  readonly secretName?: string
  readonly claimName?: string
  readonly defaultMode?: number
  readonly items?: readonly Item[]
  readonly path?: string
  readonly type?: string
  readonly server?: string
  readonly expirationSeconds?: number
  readonly sources?: readonly Readonly<Record<string, Source>>[]
}

/** A path stays below where it begins. */
export const inside = (field: string, path: string | undefined): Causes =>
  when((path ?? '').split('/').includes('..'), () => cause.invalid(field, path, "must not contain '..'"))

const modeDetail = 'must be a number between 0 and 0777 (octal), both inclusive'

const mode = (field: string, value: number | undefined): Causes =>
  when(value !== undefined && (value < 0 || value > 0o777), () => cause.invalid(field, value, modeDetail))

const relative = (field: string, path: string | undefined): Causes => [
  ...required(field, path),
  ...when((path ?? '').startsWith('/'), () => cause.invalid(field, path, 'must be a relative path')),
  ...inside(field, path),
]

const files = (field: string, { defaultMode, items = [] }: Source): Causes => [
  ...mode(`${field}.defaultMode`, defaultMode),
  ...items.flatMap(({ key, path, mode: own }, i) => [
    ...required(`${field}.items[${i}].key`, key),
    ...relative(`${field}.items[${i}].path`, path),
    ...mode(`${field}.items[${i}].mode`, own),
  ]),
]

const downward = (field: string, { defaultMode, items = [] }: Source): Causes => [
  ...mode(`${field}.defaultMode`, defaultMode),
  ...items.flatMap(({ path, fieldRef, resourceFieldRef }, i) => [
    ...relative(`${field}.items[${i}].path`, path),
    ...when(!fieldRef && !resourceFieldRef, () =>
      cause.required(field, 'one of fieldRef and resourceFieldRef is required'),
    ),
  ]),
]

const pathTypes = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket']

/** A place on the machine. */
export const hostPath = (field: string, { path, type = '' }: Source): Causes => [
  ...required(`${field}.path`, path),
  ...inside(`${field}.path`, path),
  ...when(!pathTypes.includes(type), () => cause.notSupported(`${field}.type`, type, pathTypes)),
]

/** A directory of a server. */
export const nfs = (field: string, { server, path = '' }: Source): Causes => [
  ...required(`${field}.server`, server),
  ...required(`${field}.path`, path),
  ...when(!path.startsWith('/'), () => cause.invalid(`${field}.path`, path, 'must be an absolute path')),
]

const shortestToken = 600

const token = (field: string, { expirationSeconds, path }: Source): Causes => [
  ...when((expirationSeconds ?? shortestToken) < shortestToken, () =>
    cause.invalid(`${field}.expirationSeconds`, expirationSeconds, 'may not specify a duration less than 10 minutes'),
  ),
  ...required(`${field}.path`, path),
]

const projected = (field: string, { defaultMode, sources = [] }: Source): Causes => [
  ...mode(`${field}.defaultMode`, defaultMode),
  ...sources.flatMap(({ serviceAccountToken }, i) =>
    serviceAccountToken ? token(`${field}.sources[${i}].serviceAccountToken`, serviceAccountToken) : [],
  ),
]

/** What is wrong with each kind of source; of others only the schema knows. */
const rules: Readonly<Record<string, (field: string, source: Source) => Causes>> = {
  configMap: (field, source) => [...required(`${field}.name`, source.name), ...files(field, source)],
  secret: (field, source) => [...required(`${field}.secretName`, source.secretName), ...files(field, source)],
  persistentVolumeClaim: (field, { claimName }) => required(`${field}.claimName`, claimName),
  downwardAPI: downward,
  projected,
  hostPath,
  nfs,
}

/** A volume has a name, and one source. */
export function volume(field: string, { name, ...sources }: Volume): Causes {
  const [first, ...more] = Object.keys(sources)
  const source = (first === undefined ? undefined : sources[first]) as Source | null | undefined // by its schema
  return [
    ...requiredName(`${field}.name`, name, dnsLabel),
    ...when(first === undefined, () => cause.required(field, 'must specify a volume type')),
    ...(first !== undefined && source ? (rules[first]?.(`${field}.${first}`, source) ?? []) : []),
    ...more.map((each) => cause.forbidden(`${field}.${each}`, 'may not specify more than 1 volume type')),
  ]
}
