import type { Manifest, ObjectMeta } from '@flotilla/sdk'
import type { ObjectList } from '../verbs/list.ts'

/** An object without what its kind is about. */
export interface Partial {
  readonly kind: 'PartialObjectMetadata'
  readonly apiVersion: string
  readonly metadata: ObjectMeta
}

/** Only the metadata of an object. `version` is that of `meta.k8s.io`. */
export const partialOf = ({ metadata }: Manifest, version: string): Partial => ({
  kind: 'PartialObjectMetadata',
  apiVersion: `meta.k8s.io/${version}`,
  metadata,
})

/** Only the metadata of a list's objects. */
export const partialListOf = ({ metadata, items }: ObjectList, version: string) => ({
  kind: 'PartialObjectMetadataList',
  apiVersion: `meta.k8s.io/${version}`,
  metadata,
  items: items.map((object) => partialOf(object, version)),
})
