import {
  deepEqual,
  type Manifest,
  type ObjectMeta,
  type OwnerReference,
  type StatusCause,
  type StringMap,
} from '@flotilla/sdk'
import { cause } from '../schema/causes.ts'
import { labelValue, type NameRule, qualifiedName } from './names.ts'

const annotationsLimit = 256 * 1024

const keysOf = (field: string, map: StringMap, rule: NameRule): StatusCause[] =>
  Object.keys(map).flatMap((key) => rule(key).map((wrong) => cause.invalid(field, key, wrong)))

const labelsOf = (labels: StringMap): StatusCause[] => [
  ...keysOf('metadata.labels', labels, qualifiedName),
  ...Object.values(labels).flatMap((value) =>
    labelValue(value).map((wrong) => cause.invalid('metadata.labels', value, wrong)),
  ),
]

const sizeOf = (annotations: StringMap): number => {
  let size = 0
  for (const key in annotations) size += Buffer.byteLength(key) + Buffer.byteLength(String(annotations[key]))
  return size
}

const annotationsOf = (annotations: StringMap): StatusCause[] => [
  ...keysOf('metadata.annotations', annotations, (key) => qualifiedName(key.toLowerCase())),
  ...(sizeOf(annotations) > annotationsLimit ? [cause.tooLong('metadata.annotations', annotationsLimit)] : []),
]

const ownersField = 'metadata.ownerReferences'
const ownerFields = ['kind', 'name', 'uid'] as const

const ownerOf = (owner: OwnerReference): StatusCause[] => {
  const { apiVersion, kind } = owner
  const said = (field: string, detail: string) => cause.invalid(`${ownersField}.${field}`, '', detail)
  return [
    ...(apiVersion ? [] : [said('apiVersion', 'version must not be empty')]),
    ...ownerFields.flatMap((field) => (owner[field] ? [] : [said(field, 'must not be empty')])),
    ...(apiVersion === 'v1' && kind === 'Event'
      ? [cause.invalid(ownersField, owner, '/v1, Kind=Event is disallowed from being an owner')]
      : []),
  ]
}

const ownersOf = (owners: readonly OwnerReference[]): StatusCause[] => {
  const wrong = owners.flatMap(ownerOf)
  const controllers = owners.filter(({ controller }) => controller)
  if (controllers.length < 2) return wrong
  const names = controllers.map(({ kind, name }) => `${kind}/${name}`)
  const detail = `Only one reference can have Controller set to true. Found "true" in references for ${names[0]} and ${names[1]}`
  return [...wrong, cause.invalid(ownersField, owners, detail)]
}

const finalizersOf = (finalizers: readonly string[]): StatusCause[] =>
  finalizers.flatMap((name) => qualifiedName(name).map((wrong) => cause.invalid('metadata.finalizers', name, wrong)))

const standardFinalizers: ReadonlySet<string> = new Set(['foregroundDeletion', 'kubernetes', 'orphan'])

/** Built-in kinds take no finalizers that are nobody's: `example.com/mine` is somebody's. */
export const validateFinalizers = ({ metadata: { finalizers = [] } }: Manifest): readonly StatusCause[] =>
  finalizers.flatMap((name, i) =>
    name.includes('/') || standardFinalizers.has(name)
      ? []
      : [
          cause.invalid(
            `metadata.finalizers[${i}]`,
            name,
            'name is neither a standard finalizer name nor is it fully qualified',
          ),
        ],
  )

const nameOf = ({ name, generateName }: ObjectMeta, rule: NameRule): StatusCause[] => {
  if (!name) return [cause.required('metadata.name', 'name or generateName is required')]
  const wrongBase = generateName ? rule(generateName.replace(/[-.]$/, 'a')) : []
  return [
    ...wrongBase.map((wrong) => cause.invalid('metadata.generateName', generateName, wrong)),
    ...rule(name).map((wrong) => cause.invalid('metadata.name', name, wrong)),
  ]
}

/** What is wrong with the metadata of any object. Types were looked at before. */
export const validateMetadata = ({ metadata }: Manifest, rule: NameRule): readonly StatusCause[] => {
  const { labels, annotations, ownerReferences, finalizers } = metadata
  return [
    ...nameOf(metadata, rule),
    ...(labels ? labelsOf(labels) : []),
    ...(annotations ? annotationsOf(annotations) : []),
    ...(ownerReferences ? ownersOf(ownerReferences) : []),
    ...(finalizers ? finalizersOf(finalizers) : []),
  ]
}

const immutableFields = ['name', 'namespace', 'uid', 'creationTimestamp'] as const

/** What an update may not do to metadata. */
export const validateMetadataUpdate = (after: Manifest, before: Manifest): readonly StatusCause[] => {
  const wrong = immutableFields
    .filter((field) => after.metadata[field] !== before.metadata[field])
    .map((field) => cause.immutable(`metadata.${field}`, after.metadata[field]))
  if (!before.metadata.deletionTimestamp) return wrong
  const known = new Set(before.metadata.finalizers)
  const added = (after.metadata.finalizers ?? []).filter((name) => !known.has(name))
  if (added.length === 0) return wrong
  const listed = added.map((name) => `"${name}"`).join(', ')
  const detail = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${listed}}`
  return [...wrong, cause.forbidden('metadata.finalizers', detail)]
}

/** A new object with some of its metadata changed; a field set to undefined goes away. */
export const withMetadata = (
  object: Manifest,
  changed: Partial<{ [F in keyof ObjectMeta]: ObjectMeta[F] | undefined }>,
): Manifest => {
  const metadata: Record<string, unknown> = { ...object.metadata }
  for (const [field, value] of Object.entries(changed)) {
    if (value === undefined) delete metadata[field]
    else metadata[field] = value
  }
  return { ...object, metadata: metadata as unknown as ObjectMeta } // only fields of ObjectMeta were set
}

const bare = ({ managedFields, resourceVersion, ...metadata }: ObjectMeta): object => metadata

/** Whether anything but the bookkeeping of writes differs. */
export const sameContent = (a: Manifest, b: Manifest): boolean => {
  if (a === b) return true
  const { metadata: ofA, ...restOfA } = a
  const { metadata: ofB, ...restOfB } = b
  return deepEqual(restOfA, restOfB) && deepEqual(bare(ofA), bare(ofB))
}
