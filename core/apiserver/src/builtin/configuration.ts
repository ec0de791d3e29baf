import { deepEqual, type Manifest, type StringMap } from '@flotilla/sdk'
import type { Resource } from '../resource.ts'
import { cause } from '../schema/causes.ts'
import { type Causes, entry, follows, immutable, when } from './checks.ts'
import { definition } from './definitions.ts'
import { column, count, type Group, kind, text } from './kind.ts'

const core: Group = { group: '', version: 'v1', schemas: 'io.k8s.api.core.v1' }

interface Data extends Manifest {
  readonly data?: StringMap
  readonly immutable?: boolean
}

interface ConfigMap extends Data {
  readonly binaryData?: StringMap
}

interface Secret extends Data {
  readonly stringData?: StringMap
  readonly type?: string
}

interface ServiceAccount extends Manifest {
  readonly secrets?: readonly object[]
}

const largest = 1024 * 1024
const longestKey = 253
const keyForm = /^[-._a-zA-Z0-9]+$/

/** Keys become file names. */
const dataKey = (key: string): readonly string[] => {
  if (key === '.' || key === '..') return [`must not be '${key}'`]
  if (key.startsWith('..')) return ["must not start with '..'"]
  return [
    ...(key.length > longestKey ? [`must be no more than ${longestKey} characters`] : []),
    ...(keyForm.test(key)
      ? []
      : [
          "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
        ]),
  ]
}

const keys = (field: string, map: StringMap = {}): Causes =>
  Object.keys(map).flatMap((key) => follows(`${field}[${key}]`, key, dataKey))

const textSize = (map: StringMap = {}): number =>
  Object.values(map).reduce((size, value) => size + Buffer.byteLength(value), 0)

/** Base64 is a third longer than what it says. */
const encodedSize = (map: StringMap = {}): number =>
  Object.values(map).reduce((size, value) => size + Math.floor((value.length * 3) / 4), 0)

const size = (field: string, found: number): Causes => when(found > largest, () => cause.tooLong(field, largest))

const frozen = 'field is immutable when `immutable` is set'

/** What was declared immutable stays as it is, and immutable. */
function sealed<T extends Data>(object: T, before: T | undefined, fields: readonly (keyof T & string)[]): Causes {
  if (!before?.immutable) return []
  return [
    ...when(object.immutable !== true, () => cause.forbidden('immutable', frozen)),
    ...fields.flatMap((field) => when(!deepEqual(object[field], before[field]), () => cause.forbidden(field, frozen))),
  ]
}

const configMap = kind<ConfigMap>(core, 'ConfigMap', 'configmaps', {
  shortNames: ['cm'],
  columns: [
    column.name,
    count('Data', ({ data, binaryData }) => Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length),
    column.age,
  ],
  validate: (object, before) => [
    ...sealed(object, before, ['data', 'binaryData']),
    ...keys('data', object.data),
    ...keys('binaryData', object.binaryData),
    ...Object.keys(object.binaryData ?? {}).flatMap((key) =>
      when(Object.hasOwn(object.data ?? {}, key), () =>
        cause.invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'),
      ),
    ),
    ...size('', textSize(object.data) + encodedSize(object.binaryData)),
  ],
})

/** What is given as plain text is kept with the rest, and wins over it. */
function encoded(secret: Secret): Secret {
  const { stringData, ...rest } = secret
  if (!stringData) return secret
  const added = Object.entries(stringData).map(([key, value]) => [key, Buffer.from(value).toString('base64')])
  return { ...rest, data: { ...rest.data, ...Object.fromEntries(added) } }
}

const accountName = 'kubernetes.io/service-account.name'

/** Keys that Secrets of well-known types must have. */
const needed: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
}

const isJson = (value: string): boolean => {
  try {
    JSON.parse(Buffer.from(value, 'base64').toString())
    return true
  } catch {
    return false
  }
}

const dockerConfig = ({ type, data = {} }: Secret): Causes =>
  (type?.startsWith('kubernetes.io/docker') ? (entry(needed, type) ?? []) : []).flatMap((key) =>
    when(data[key] !== undefined && !isJson(data[key]), () =>
      cause.invalid(`data[${key}]`, '<secret contents redacted>', 'invalid character in JSON'),
    ),
  )

/** What a Secret must have to be of its type. */
function typed(secret: Secret): Causes {
  const { type = '', data = {}, metadata } = secret
  const missing = (entry(needed, type) ?? []).filter((key) => data[key] === undefined)
  const isBasic = type === 'kubernetes.io/basic-auth'
  const isToken = type === 'kubernetes.io/service-account-token'
  return [
    ...missing.map((key) => cause.required(`data[${key}]`)),
    ...(isBasic && !('username' in data) && !('password' in data)
      ? [cause.required('data[username]'), cause.required('data[password]')]
      : []),
    ...when(isToken && !metadata.annotations?.[accountName], () =>
      cause.required(`metadata.annotations[${accountName}]`),
    ),
    ...dockerConfig(secret),
  ]
}

const secret = kind<Secret>(core, 'Secret', 'secrets', {
  columns: [
    column.name,
    text('Type', ({ type }) => type),
    count('Data', ({ data }) => Object.keys(data ?? {}).length),
    column.age,
  ],
  selectable: { type: ({ type }) => type },
  prepare: encoded,
  validate: (object, before) => [
    ...(before ? immutable('type', object.type, before.type) : []),
    ...sealed(object, before, ['data']),
    ...keys('data', object.data),
    ...size('data', encodedSize(object.data)),
    ...typed(object),
  ],
})

const serviceAccount = kind<ServiceAccount>(core, 'ServiceAccount', 'serviceaccounts', {
  deletion: { shows: true },
  shortNames: ['sa'],
  own: [
    {
      name: 'token',
      verbs: ['create'],
      kind: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' },
      schema: definition('io.k8s.api.authentication.v1.TokenRequest'),
    },
  ],
  columns: [column.name, count('Secrets', ({ secrets }) => secrets?.length), column.age],
})

export const configuration: readonly Resource[] = [configMap, secret, serviceAccount]
