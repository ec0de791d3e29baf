import { clusterSpecSchema, clusterStatusSchema } from '../../api/cluster.ts'
import type { Manifest, ObjectMeta, OwnerReference } from '../../manifest.ts'
import type { ReviewedCluster } from '../../scheduling-review.ts'
import {
  anything,
  flag,
  int64,
  list,
  object,
  required,
  type Schema,
  stringMap,
  text,
  texts,
  time,
} from '../../schema.ts'

/** The fields of a type that have a name. */
export type Named<T> = { [K in keyof T as string extends K ? never : K]: T[K] }

export const ownerReferenceSchema = object<OwnerReference>('An object this one belongs to.', {
  apiVersion: required(text('Version of the owner.')),
  kind: required(text('Kind of the owner.')),
  name: required(text('Name of the owner.')),
  uid: required(text('UID of the owner.')),
  controller: flag('Whether the owner looks after it.'),
  blockOwnerDeletion: flag('Whether the owner waits for it to go.'),
})

export const objectMetaSchema = object<ObjectMeta>('Name, labels and whatever else every object has.', {
  name: required(text('Name of the object.')),
  namespace: text('Its namespace, unless its kind has none.'),
  generateName: text('What its name was made from.'),
  uid: text('One object in all of time.'),
  resourceVersion: text('Changes whenever the object does.'),
  generation: int64('Counts changes of what is wanted.'),
  creationTimestamp: time('When it was created.'),
  deletionTimestamp: time('Since when it is going away.'),
  deletionGracePeriodSeconds: int64('How long it may take to go.'),
  labels: stringMap('What it can be selected by.'),
  annotations: stringMap('Anything else that is said of it.'),
  finalizers: texts('Who has to let it go.'),
  ownerReferences: list('What it belongs to.', ownerReferenceSchema),
  managedFields: list('Who wrote which of its fields.', anything('As the server has it.')),
})

/** What every object has, beside what its kind says. */
const envelope = {
  apiVersion: required(text('Version of its kind, such as apps/v1.')),
  kind: required(text('Its kind, such as Deployment.')),
  metadata: required(objectMetaSchema),
}

/** Any object: of what it has beside its envelope, only its kind knows. */
export const manifestSchema: Schema = {
  ...object<Named<Manifest>>('Any Kubernetes object.', envelope),
  'x-kubernetes-preserve-unknown-fields': true,
}

/** An object of a kind whose fields are known. */
export const known = <T extends Manifest>(
  description: string,
  fields: Omit<Parameters<typeof object<Named<T>>>[1], keyof typeof envelope>,
): Schema => object<Named<T>>(description, { ...envelope, ...fields } as Parameters<typeof object<Named<T>>>[1])

const { syncMode, provider, region, zone, zones, taints, resourceModels } = clusterSpecSchema.properties ?? {}
const { kubernetesVersion, conditions, nodeSummary, resourceSummary } = clusterStatusSchema.properties ?? {}

const part = (
  whole: Schema,
  description: string,
  properties: Readonly<Record<string, Schema | undefined>>,
): Schema => ({
  description,
  type: 'object',
  required: (whole.required ?? []).filter((name) => properties[name]),
  properties: properties as Readonly<Record<string, Schema>>, // they were taken from the whole
})

const { name, uid, labels, annotations } = objectMetaSchema.properties ?? {}

/** A cluster as strangers see it: see `viewOf`. */
export const clusterSchema = object<ReviewedCluster>('A member cluster: what it is like, not how it is reached.', {
  apiVersion: envelope.apiVersion,
  kind: envelope.kind,
  metadata: required(part(objectMetaSchema, 'Its name, and what is said of it.', { name, uid, labels, annotations })),
  spec: required(
    part(clusterSpecSchema, 'What it is like.', { syncMode, provider, region, zone, zones, taints, resourceModels }),
  ),
  status: required(
    part(clusterStatusSchema, 'What was last seen of it.', {
      kubernetesVersion,
      conditions,
      nodeSummary,
      resourceSummary,
    }),
  ),
})
