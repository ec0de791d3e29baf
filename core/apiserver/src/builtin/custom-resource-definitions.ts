import { deepEqual, type Manifest } from '@flotilla/sdk'
import { dnsLabel1035, dnsSubdomain } from '../object/names.ts'
import { plainKeys } from '../registry/json-path.ts'
import type { Resource } from '../resource.ts'
import { cause } from '../schema/causes.ts'
import type { Schema } from '../schema/schema.ts'
import { clientConfig } from './admission-webhooks.ts'
import { type Causes, entry, follows, immutable, required, requiredName, unique, when } from './checks.ts'
import { column, type Group, kind } from './kind.ts'
import { withFields } from './pod-defaults.ts'
import { rootSchema } from './structural-schema.ts'

const extensions: Group = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  schemas: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1',
}

interface Names {
  readonly plural: string
  readonly kind: string
  readonly singular?: string
  readonly listKind?: string
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
}

interface Scale {
  readonly specReplicasPath: string
  readonly statusReplicasPath: string
  readonly labelSelectorPath?: string
}

interface Version {
  readonly name: string
  readonly served?: boolean
  readonly storage?: boolean
  readonly schema?: { readonly openAPIV3Schema?: Schema }
  readonly subresources?: { readonly scale?: Scale }
  readonly additionalPrinterColumns?: readonly {
    readonly name: string
    readonly type: string
    readonly jsonPath: string
  }[]
  readonly selectableFields?: readonly { readonly jsonPath: string }[]
}

interface Conversion {
  readonly strategy?: string
  readonly webhook?: { readonly clientConfig?: object; readonly conversionReviewVersions?: readonly string[] }
}

interface Definition extends Manifest {
  readonly spec: {
    readonly group: string
    readonly scope: string
    readonly names: Names
    readonly versions: readonly Version[]
    readonly conversion?: Conversion
    readonly preserveUnknownFields?: boolean
  }
  readonly status?: { readonly storedVersions?: readonly string[] }
}

function prepare(definition: Definition): Definition {
  const { names } = definition.spec
  const full = withFields(names, {
    singular: names.singular || names.kind.toLowerCase(),
    listKind: names.listKind || `${names.kind}List`,
  })
  return withFields(definition, { spec: withFields(definition.spec, { names: full }) })
}

const kindName = (name: string): readonly string[] =>
  dnsLabel1035(name.toLowerCase()).map((wrong) => `may have mixed case, but should otherwise match: ${wrong}`)

const names = (
  field: string,
  { plural, kind: name, singular, listKind, shortNames = [], categories = [] }: Names,
): Causes => [
  ...requiredName(`${field}.plural`, plural, dnsLabel1035),
  ...(singular ? follows(`${field}.singular`, singular, dnsLabel1035) : []),
  ...requiredName(`${field}.kind`, name, kindName),
  ...(listKind ? follows(`${field}.listKind`, listKind, kindName) : []),
  ...when(name === listKind, () =>
    cause.invalid(`${field}.listKind`, listKind, 'kind and listKind may not be the same'),
  ),
  ...shortNames.flatMap((each, i) => follows(`${field}.shortNames[${i}]`, each, dnsLabel1035)),
  ...categories.flatMap((each, i) => follows(`${field}.categories[${i}]`, each, dnsLabel1035)),
]

const identity = ({ metadata: { name }, spec: { group, names: found } }: Definition): Causes => [
  ...when(name !== `${found.plural}.${group}`, () =>
    cause.invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group'),
  ),
  ...requiredName('spec.group', group, dnsSubdomain),
  ...when(group !== '' && !group.includes('.'), () =>
    cause.invalid('spec.group', group, 'should be a domain with at least one dot'),
  ),
]

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string']

const jsonPath = (field: string, path: string): Causes => [
  ...required(field, path),
  ...when(path !== '' && !path.startsWith('.'), () =>
    cause.invalid(field, path, 'must be a simple json path starting with .'),
  ),
]

const columns = (field: string, { additionalPrinterColumns: found = [] }: Version): Causes =>
  found.flatMap(({ name, type, jsonPath: path }, i) => [
    ...required(`${field}[${i}].name`, name),
    ...when(!columnTypes.includes(type), () =>
      cause.invalid(`${field}[${i}].type`, type, `must be one of ${columnTypes.join(',')}`),
    ),
    ...jsonPath(`${field}[${i}].JSONPath`, path),
  ])

const under = (field: string, path: string, root: string): Causes =>
  path === ''
    ? [cause.required(field)]
    : when(!path.startsWith(`${root}.`), () => cause.invalid(field, path, `should be a json path under ${root}`))

const scale = (field: string, found: Scale | undefined): Causes =>
  found
    ? [
        ...under(`${field}.specReplicasPath`, found.specReplicasPath, '.spec'),
        ...under(`${field}.statusReplicasPath`, found.statusReplicasPath, '.status'),
      ]
    : []

const mostSelectable = 8

const selectableTypes: ReadonlySet<string | undefined> = new Set(['string', 'boolean', 'integer'])

const schemaAt = (schema: Schema, keys: readonly string[]): Schema | undefined => {
  const [key, ...rest] = keys
  if (key === undefined) return schema
  const below = entry(schema.properties ?? {}, key)
  return below && schemaAt(below, rest)
}

/** What can be selected by is a scalar of the kind's own. */
function selectablePath(field: string, path: string, schema: Schema): Causes {
  if (path === '') return [cause.required(field)]
  const keys = plainKeys(path)
  const found = keys && keys[0] !== 'metadata' ? schemaAt(schema, keys) : undefined
  if (!path.startsWith('.') || !found)
    return [cause.invalid(field, path, 'is an invalid path: does not refer to a valid field')]
  return when(!selectableTypes.has(found.type), () =>
    cause.invalid(
      field,
      path,
      'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
    ),
  )
}

const selectable = (field: string, { selectableFields: found = [], schema }: Version): Causes => [
  ...when(found.length > mostSelectable, () => cause.tooMany(field, found.length, mostSelectable)),
  ...found.flatMap(({ jsonPath: path }, i) =>
    selectablePath(`${field}[${i}].jsonPath`, path, schema?.openAPIV3Schema ?? {}),
  ),
]

/** What a version says, and by which field it is said; what all versions say alike is said once, of all. */
interface Part {
  readonly field: 'schema' | 'additionalPrinterColumns' | 'selectableFields' | 'subresources'
  readonly ofAll: string
  readonly check: (field: string, found: Version) => Causes
}

const parts: readonly Part[] = [
  {
    field: 'schema',
    ofAll: 'spec.validation',
    check: (field, { schema }) => {
      const at = `${field}.openAPIV3Schema`
      return schema?.openAPIV3Schema ? rootSchema(at, schema.openAPIV3Schema) : [cause.required(at)]
    },
  },
  { field: 'additionalPrinterColumns', ofAll: 'spec.additionalPrinterColumns', check: columns },
  { field: 'selectableFields', ofAll: 'spec.selectableFields', check: selectable },
  {
    field: 'subresources',
    ofAll: 'spec.subresources',
    check: (field, { subresources }) => scale(`${field}.scale`, subresources?.scale),
  },
]

const isAlike = (found: readonly Version[], field: Part['field']): boolean =>
  found[0]?.[field] !== undefined && found.every((each) => deepEqual(each[field], found[0]?.[field]))

const said = (found: readonly Version[], { field, ofAll, check }: Part): Causes => {
  const [first] = found
  if (first && isAlike(found, field)) return check(ofAll, first)
  return found.flatMap((each, i) => check(`spec.versions[${i}].${field}`, each))
}

const versions = ({ spec: { versions: found } }: Definition): Causes => {
  const stored = found.filter(({ storage }) => storage === true)
  const listed = found.map(({ name }) => name)
  return [
    ...found.flatMap(({ name }, i) => requiredName(`spec.versions[${i}].name`, name, dnsLabel1035)),
    ...parts.flatMap((part) => said(found, part)),
    ...unique(
      found,
      ({ name }) => name,
      (i) => `spec.versions[${i}].name`,
    ),
    ...when(stored.length !== 1, () =>
      cause.invalid('spec.versions', listed, 'must have exactly one version marked as storage version'),
    ),
  ]
}

const conversion = (field: string, { strategy, webhook }: Conversion = {}): Causes => {
  if (strategy !== 'Webhook') {
    return when(webhook !== undefined, () =>
      cause.forbidden(`${field}.webhook`, 'should not be set when strategy is not set to Webhook'),
    )
  }
  return [
    ...(webhook?.clientConfig
      ? clientConfig(`${field}.webhookClientConfig`, webhook.clientConfig)
      : [cause.required(`${field}.webhookClientConfig`, 'required when strategy is set to Webhook')]),
    ...when(!webhook?.conversionReviewVersions?.length, () => cause.required(`${field}.conversionReviewVersions`)),
  ]
}

/** What objects already rely on: how the kind is called, where it lives, the versions they are kept in. */
function update({ spec, status }: Definition, { spec: before }: Definition): Causes {
  const listed = new Set(spec.versions.map(({ name }) => name))
  return [
    ...immutable('spec.scope', spec.scope, before.scope),
    ...immutable('spec.group', spec.group, before.group),
    ...immutable('spec.names.kind', spec.names.kind, before.names.kind),
    ...immutable('spec.names.plural', spec.names.plural, before.names.plural),
    ...(status?.storedVersions ?? []).flatMap((name, i) =>
      when(!listed.has(name), () => cause.invalid(`status.storedVersions[${i}]`, name, wasStored(name))),
    ),
  ]
}

const wasStored = (version: string): string =>
  `missing from spec.versions; ${version} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${version} and removes ${version} from status.storedVersions`

/** What a definition waits for that was deleted: its objects. */
export const cleanup = 'customresourcecleanup.apiextensions.k8s.io'

/** Rules of CustomResourceDefinitions. */
export const validateDefinition = (definition: Definition, before?: Definition): Causes => [
  ...identity(definition),
  ...versions(definition),
  ...names('spec.names', definition.spec.names),
  ...conversion('spec.conversion', definition.spec.conversion),
  ...when(definition.spec.preserveUnknownFields === true, () =>
    cause.invalid(
      'spec.preserveUnknownFields',
      true,
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
    ),
  ),
  ...(before ? update(definition, before) : []),
]

export const customResourceDefinition: Resource = kind<Definition>(
  extensions,
  'CustomResourceDefinition',
  'customresourcedefinitions',
  {
    scope: 'Cluster',
    shortNames: ['crd', 'crds'],
    categories: ['api-extensions'],
    subresources: ['status'],
    columns: [column.name, column.created],
    prepare,
    deletion: { holds: cleanup },
    validate: validateDefinition,
  },
)
