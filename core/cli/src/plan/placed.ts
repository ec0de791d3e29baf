import type { ServedKind } from '@flotilla/kube'
import { isFields, type Kind, keyOf, kindText, type Manifest, type Reference, withField } from '@flotilla/sdk'
import type { Control } from './control.ts'
import type { Written } from './files.ts'

/** A written object whose kind is known, in its namespace. */
export interface Placed extends Written {
  readonly kind: ServedKind
}

/** A written object, with its kind if anybody serves it. */
export type Known = Placed | (Written & { readonly kind: undefined })

export const isPlaced = (object: Known): object is Placed => object.kind !== undefined

export const referenceOf = ({ apiVersion, kind, metadata }: Manifest): Reference => ({
  apiVersion,
  kind,
  ...keyOf({ metadata }),
})

const usual = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']

interface Definition {
  readonly group?: string
  readonly scope?: Kind['scope']
  readonly names?: { readonly kind?: string; readonly plural?: string }
  readonly versions?: readonly { readonly name?: string }[]
}

/** The kinds that definitions among the objects bring. */
function definedIn(written: readonly Written[]): readonly ServedKind[] {
  const definitions = written.filter(({ manifest }) => manifest.kind === 'CustomResourceDefinition')
  return definitions.flatMap(({ manifest: { spec } }) => {
    if (!isFields(spec)) return []
    const { group = '', scope = 'Namespaced', names = {}, versions = [] } = spec as Definition // it need not be valid
    const { kind = '', plural = '' } = names
    return versions.map(({ name = '' }) => ({ apiVersion: `${group}/${name}`, kind, plural, scope, verbs: usual }))
  })
}

/** A namespaced object without a namespace is in that of the command, a cluster-scoped one in none. */
const inPlace = (manifest: Manifest, { scope }: ServedKind, namespace: string): Manifest =>
  withField(
    manifest,
    ['metadata', 'namespace'],
    scope === 'Cluster' ? undefined : (manifest.metadata.namespace ?? namespace),
  )

/** Finds the kinds of the objects, in the control plane or among the objects. Undefined: nobody serves it. */
export async function place({ discovery, namespace }: Control, written: readonly Written[]): Promise<readonly Known[]> {
  const defined = new Map(definedIn(written).map((kind) => [kindText(kind), kind]))
  return Promise.all(
    written.map(async ({ manifest, from }) => {
      const kind = (await discovery.find(manifest.apiVersion, manifest.kind)) ?? defined.get(kindText(manifest))
      return kind ? { manifest: inPlace(manifest, kind, namespace), from, kind } : { manifest, from, kind }
    }),
  )
}
