import { type AggregatedStatusItem, healthSchema, replicaRequirementsSchema } from '../../api/binding.ts'
import { labelSelectorSchema } from '../../api/kubernetes.ts'
import type {
  Aggregation,
  Dependency,
  Needs,
  Reflection,
  Retention,
  Revision,
  Template,
} from '../../points/interpret.ts'
import { anything, described, flag, int32, list, object, required, text } from '../../schema.ts'
import { manifestSchema } from './manifest.ts'

export const templateSchema = object<Template>('An object that a question is about.', {
  manifest: required(manifestSchema),
})

export const needsSchema = object<Needs>('How many replicas a workload wants, and what one needs.', {
  replicas: required(int32('How many replicas it wants.', { minimum: 0 })),
  requirements: replicaRequirementsSchema,
})

export const revisionSchema = object<Revision>('An object, and how many replicas it shall have.', {
  manifest: required(manifestSchema),
  replicas: required(int32('So many.', { minimum: 0 })),
})

export const retentionSchema = object<Retention>('What a member shall hold, and what it holds.', {
  desired: required(described('What Flotilla wants the member to hold.', manifestSchema)),
  observed: required(described('What the member holds.', manifestSchema)),
})

export const reflectionSchema = object<Reflection>('What of an object is worth collecting; without status: nothing.', {
  status: anything('The status to collect.'),
})

export const statusItemSchema = object<AggregatedStatusItem>('What one cluster says of the object.', {
  clusterName: required(text('The cluster.')),
  status: anything('What was collected of the status there.'),
  applied: flag('Whether the cluster has what it should.'),
  appliedMessage: text('Why it has not.'),
  health: healthSchema,
})

export const aggregationSchema = object<Aggregation>('An object, and what clusters say of it.', {
  template: required(described('The object as the user wrote it.', manifestSchema)),
  items: required(list('What each cluster says.', statusItemSchema)),
})

export const dependencySchema = object<Dependency>(
  'An object that a workload cannot run without, by name or by labels.',
  {
    apiVersion: required(text('Its version.')),
    kind: required(text('Its kind.')),
    namespace: text('Its namespace.'),
    name: text('Its name. It wins over labelSelector.'),
    labelSelector: labelSelectorSchema('Its labels.'),
  },
)
