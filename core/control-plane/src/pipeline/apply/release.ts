import { annotation, label, type Manifest, type StringMap, withoutKeys } from '@flotilla/sdk'

const labels: ReadonlySet<string> = new Set([
  label.propagationPolicyId,
  label.clusterPropagationPolicyId,
  label.bindingId,
  label.clusterBindingId,
  label.workId,
  label.managed,
])

const annotations: ReadonlySet<string> = new Set([
  annotation.propagationPolicyNamespace,
  annotation.propagationPolicyName,
  annotation.clusterPropagationPolicyName,
  annotation.bindingNamespace,
  annotation.bindingName,
  annotation.clusterBindingName,
  annotation.workNamespace,
  annotation.workName,
  annotation.conflictResolution,
  annotation.templateUid,
  annotation.templateGeneration,
  annotation.managedLabels,
  annotation.managedAnnotations,
])

const without = (map: StringMap | undefined, keys: ReadonlySet<string>): StringMap =>
  withoutKeys(map, (key) => keys.has(key)) ?? {}

/** A member's object with nothing left that says it is Flotilla's: it is the member's from now on. */
export const release = (observed: Manifest): Manifest => ({
  ...observed,
  metadata: {
    ...observed.metadata,
    labels: without(observed.metadata.labels, labels),
    annotations: without(observed.metadata.annotations, annotations),
  },
})
