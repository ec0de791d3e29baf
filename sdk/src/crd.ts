import { systemNamespace } from './api/names.ts'
import { groupOf, type Kind, versionOf } from './kind.ts'
import type { Manifest } from './manifest.ts'
import { type AnyFields, type Schema, shape, text } from './schema.ts'

/** A column of `kubectl get`, after NAME. */
export interface PrinterColumn {
  readonly name: string
  readonly type: 'string' | 'integer' | 'boolean' | 'date'
  readonly jsonPath: string
  readonly description?: string
  /** 1: only with `-o wide`. */
  readonly priority?: number
}

/** A column that says how old the object is. */
export const ageColumn: PrinterColumn = { name: 'AGE', type: 'date', jsonPath: '.metadata.creationTimestamp' }

/** What a version of a kind says of its objects. */
export interface VersionDefinition {
  readonly description: string
  /** Beside `apiVersion`, `kind` and `metadata`. */
  readonly fields: AnyFields
  /** None: the server shows the age. */
  readonly columns?: readonly PrinterColumn[]
  /** Whether `.status` is written through a subresource of its own. */
  readonly status?: boolean
}

/** All there is to say of a kind so that a server can serve it. */
export interface Definition extends VersionDefinition {
  /** Its version is the one stored. */
  readonly kind: Kind
  readonly shortNames?: readonly string[]
  /** Names under which `kubectl get` finds several kinds: `karmada-io`. */
  readonly categories?: readonly string[]
  /** Versions still served but not stored, by name. */
  readonly older?: Readonly<Record<string, VersionDefinition>>
  /** Fields differ from version to version. */
  readonly converted?: boolean
}

export interface CrdVersion {
  readonly name: string
  readonly served: boolean
  readonly storage: boolean
  readonly schema: { readonly openAPIV3Schema: Schema }
  readonly subresources?: { readonly status?: object }
  readonly additionalPrinterColumns?: readonly PrinterColumn[]
}

/** How a server shows objects in versions they are not stored in. */
export type Conversion =
  | { readonly strategy: 'None' }
  | {
      readonly strategy: 'Webhook'
      readonly webhook: {
        readonly conversionReviewVersions: readonly string[]
        readonly clientConfig: {
          readonly service: {
            readonly namespace: string
            readonly name: string
            readonly path: string
            readonly port: number
          }
        }
      }
    }

/** Fields differ from version to version. The embedded server converts by itself; another one asks the control plane. */
const byWebhook: Conversion = {
  strategy: 'Webhook',
  webhook: {
    conversionReviewVersions: ['v1'],
    clientConfig: { service: { namespace: systemNamespace, name: 'flotilla', path: '/convert', port: 443 } },
  },
}

export interface CrdSpec {
  readonly group: string
  readonly scope: Kind['scope']
  readonly names: {
    readonly kind: string
    readonly listKind: string
    readonly plural: string
    readonly singular: string
    readonly shortNames?: readonly string[]
    readonly categories?: readonly string[]
  }
  readonly versions: readonly CrdVersion[]
  readonly conversion: Conversion
}

export interface CustomResourceDefinition extends Manifest {
  readonly spec: CrdSpec
}

export const customResourceDefinitionKind: Kind<CustomResourceDefinition> = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  scope: 'Cluster',
}

const envelope: AnyFields = {
  apiVersion: text('Version of the schema this object is written in.'),
  kind: text('Type of this object, in CamelCase.'),
  metadata: { type: 'object' },
}

const version = (
  name: string,
  storage: boolean,
  { description, fields, columns, status }: VersionDefinition,
): CrdVersion => ({
  name,
  served: true,
  storage,
  schema: { openAPIV3Schema: { description, ...shape({ ...envelope, ...fields }) } },
  ...(status && { subresources: { status: {} } }),
  ...(columns && { additionalPrinterColumns: columns }),
})

/** The manifest that teaches a Kubernetes API server a kind. */
export function crd(definition: Definition): CustomResourceDefinition {
  const { kind, shortNames, categories, older = {} } = definition
  const group = groupOf(kind.apiVersion)
  return {
    apiVersion: customResourceDefinitionKind.apiVersion,
    kind: customResourceDefinitionKind.kind,
    metadata: { name: `${kind.plural}.${group}` },
    spec: {
      group,
      scope: kind.scope,
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.kind.toLowerCase(),
        ...(shortNames && { shortNames }),
        ...(categories && { categories }),
      },
      versions: [
        ...Object.entries(older).map(([name, definition]) => version(name, false, definition)),
        version(versionOf(kind.apiVersion), true, definition),
      ],
      conversion: definition.converted ? byWebhook : { strategy: 'None' },
    },
  }
}
