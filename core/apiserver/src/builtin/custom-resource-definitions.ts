import type { Manifest } from '@flotilla/sdk'
import { dnsLabel, dnsLabel1035, dnsSubdomain } from '../object/names.ts'
import type { Resource } from '../resource.ts'
import { cause } from '../schema/causes.ts'
import type { Schema } from '../schema/schema.ts'
import { clientConfig } from './admission-webhooks.ts'
import { type Causes, follows, immutable, required, requiredName, unique, when } from './checks.ts'
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

const kindName = (name: string): readonly string[] => dnsLabel1035(name.toLowerCase())

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
  ...requiredName('spec.group', group, dnsSubdomain),
  ...when(group !== '' && !group.includes('.'), () =>
    cause.invalid('spec.group', group, 'should be a domain with at least one dot'),
  ),
  ...names('spec.names', found),
  ...when(name !== `${found.plural}.${group}`, () =>
    cause.invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group'),
  ),
]

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string']

const jsonPath = (field: string, path: string): Causes => [
  ...required(field, path),
  ...when(path !== '' && !path.startsWith('.'), () =>
    cause.invalid(field, path, 'is not a valid simple JSON path: must start with "."'),
  ),
]

const columns = (field: string, { additionalPrinterColumns: found = [] }: Version): Causes =>
  found.flatMap(({ name, type, jsonPath: path }, i) => [
    ...required(`${field}[${i}].name`, name),
    ...when(!columnTypes.includes(type), () => cause.notSupported(`${field}[${i}].type`, type, columnTypes)),
    ...jsonPath(`${field}[${i}].jsonPath`, path),
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

const selectable = (field: string, { selectableFields: found = [] }: Version): Causes => [
  ...when(found.length > mostSelectable, () => cause.tooMany(field, found.length, mostSelectable)),
  ...found.flatMap(({ jsonPath: path }, i) => jsonPath(`${field}[${i}].jsonPath`, path)),
]

function version(field: string, found: Version): Causes {
  const schema = found.schema?.openAPIV3Schema
  const at = `${field}.schema.openAPIV3Schema`
  return [
    ...requiredName(`${field}.name`, found.name, dnsLabel),
    ...(schema ? rootSchema(at, schema) : [cause.required(at, 'schemas are required')]),
    ...columns(`${field}.additionalPrinterColumns`, found),
    ...selectable(`${field}.selectableFields`, found),
    ...scale(`${field}.subresources.scale`, found.subresources?.scale),
  ]
}

const versions = ({ spec: { versions: found } }: Definition): Causes => {
  const stored = found.filter(({ storage }) => storage === true)
  const listed = found.map(({ name }) => name)
  return [
    ...found.flatMap((each, i) => version(`spec.versions[${i}]`, each)),
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
  if (!webhook) return [cause.required(`${field}.webhook`, 'required when strategy is set to Webhook')]
  return [
    ...when(!webhook.conversionReviewVersions?.length, () =>
      cause.required(`${field}.webhook.conversionReviewVersions`),
    ),
    ...(webhook.clientConfig
      ? clientConfig(`${field}.webhook.clientConfig`, webhook.clientConfig)
      : [cause.required(`${field}.webhook.clientConfig`)]),
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
      when(!listed.has(name), () => cause.invalid(`status.storedVersions[${i}]`, name, 'must appear in spec.versions')),
    ),
  ]
}

/** Rules of CustomResourceDefinitions. */
export const validateDefinition = (definition: Definition, before?: Definition): Causes => [
  ...identity(definition),
  ...versions(definition),
  ...conversion('spec.conversion', definition.spec.conversion),
  ...when(definition.spec.preserveUnknownFields === true, () =>
    cause.invalid('spec.preserveUnknownFields', true, 'must be false'),
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
    validate: validateDefinition,
  },
)
