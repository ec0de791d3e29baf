import type { Condition, Manifest } from '@flotilla/sdk'
import type { ClientConfig } from '../outside/place.ts'
import type { Column, Resource } from '../resource.ts'
import type { Schema } from '../schema/schema.ts'
import { compilePath } from './json-path.ts'

interface PrinterColumn {
  readonly name: string
  readonly type: Column['type']
  readonly format?: string
  readonly description?: string
  readonly priority?: number
  readonly jsonPath: string
}

interface DefinitionVersion {
  readonly name: string
  readonly served: boolean
  readonly storage: boolean
  readonly schema?: { readonly openAPIV3Schema?: Schema }
  readonly subresources?: { readonly status?: object; readonly scale?: Resource['scale'] }
  readonly additionalPrinterColumns?: readonly PrinterColumn[]
  readonly selectableFields?: readonly { readonly jsonPath: string }[]
}

/** The names of a kind. */
export interface DefinitionNames {
  readonly plural: string
  readonly kind: string
  readonly singular?: string
  readonly listKind?: string
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
}

/** A CustomResourceDefinition. */
export interface Definition extends Manifest {
  readonly spec: {
    readonly group: string
    readonly names: DefinitionNames
    readonly scope: 'Namespaced' | 'Cluster'
    readonly versions: readonly DefinitionVersion[]
    readonly conversion?: { readonly strategy?: string; readonly webhook?: { readonly clientConfig?: ClientConfig } }
  }
  readonly status?: {
    readonly conditions?: readonly Condition[]
    readonly acceptedNames?: DefinitionNames
    readonly storedVersions?: readonly string[]
  }
}

const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  cell: ({ metadata }) => metadata.name,
}

const ageColumn: Column = {
  name: 'Age',
  type: 'date',
  cell: ({ metadata }) => metadata.creationTimestamp,
}

const columnOf = ({ jsonPath, ...column }: PrinterColumn): Column => {
  const read = compilePath(jsonPath)
  const description = column.description || `Custom resource definition column (in JSONPath format): ${jsonPath}`
  return { ...column, description, cell: (object) => read(object) ?? null }
}

const selectableOf = (jsonPath: string) => {
  const read = compilePath(jsonPath)
  return [jsonPath.replace(/^\./, ''), (object: Manifest) => String(read(object) ?? '')] as const
}

const resourceOf = ({ spec: { group, names, scope } }: Definition, version: DefinitionVersion): Resource => ({
  group,
  version: version.name,
  kind: names.kind,
  listKind: names.listKind ?? `${names.kind}List`,
  plural: names.plural,
  singular: names.singular ?? names.kind.toLowerCase(),
  shortNames: names.shortNames ?? [],
  categories: names.categories ?? [],
  namespaced: scope === 'Namespaced',
  subresources: [
    ...(version.subresources?.status ? (['status'] as const) : []),
    ...(version.subresources?.scale ? (['scale'] as const) : []),
  ],
  ...(version.subresources?.scale && { scale: version.subresources.scale }),
  generation: true,
  ...(version.schema?.openAPIV3Schema && { schema: version.schema.openAPIV3Schema }),
  columns: [nameColumn, ...(version.additionalPrinterColumns?.map(columnOf) ?? [ageColumn])],
  selectableFields: Object.fromEntries((version.selectableFields ?? []).map(({ jsonPath }) => selectableOf(jsonPath))),
  strategy: {},
})

/** The resources a definition asks to serve, the preferred version first. `connects`: subresources that lead elsewhere. */
export const resourcesOf = (definition: Definition, connects?: readonly string[]): readonly Resource[] =>
  definition.spec.versions
    .filter(({ served }) => served)
    .toSorted((a, b) => compareVersions(a.name, b.name))
    .map((version) => ({ ...resourceOf(definition, version), ...(connects && { connects }) }))

/** The version in which objects are kept. */
export const storageVersionOf = ({ spec }: Definition): string =>
  spec.versions.find(({ storage }) => storage)?.name ?? ''

const versionForm = /^v(\d+)(?:(alpha|beta)(\d+))?$/

/** `v2` before `v1` before `v1beta1` before `v1alpha1` before everything else by name. */
export const compareVersions = (a: string, b: string): number => {
  const [left, right] = [versionForm.exec(a), versionForm.exec(b)]
  if (!left || !right) return left ? -1 : right ? 1 : a < b ? -1 : 1
  const stability = (found: RegExpExecArray) => (found[2] === undefined ? 2 : found[2] === 'beta' ? 1 : 0)
  return (
    stability(right) - stability(left) ||
    Number(right[1]) - Number(left[1]) ||
    Number(right[3] ?? 0) - Number(left[3] ?? 0)
  )
}
