import {
  each,
  edit,
  Field,
  type Placement,
  type PropagationSpec,
  type ResourceSelector,
  type SpreadConstraint,
  serviceImportKind,
} from '@flotilla/sdk'

const inNamespace =
  (namespace: string | undefined) =>
  (selector: ResourceSelector): ResourceSelector =>
    namespace ? edit(selector, 'namespace', (own) => own || namespace) : selector

const spreadDefaults = (constraint: SpreadConstraint): SpreadConstraint => {
  const byCluster = constraint.spreadByLabel
    ? constraint
    : edit(constraint, 'spreadByField', (field) => field || 'cluster')
  return edit(byCluster, 'minGroups', (min) => min || 1)
}

const placementDefaults = (placement: Placement | undefined): Placement | undefined => {
  const spread = edit(placement, 'spreadConstraints', (list) => each(list, spreadDefaults))
  return edit(spread, 'replicaScheduling', (scheduling) =>
    (scheduling?.replicaSchedulingType ?? 'Divided') === 'Divided'
      ? edit(scheduling, 'replicaDivisionPreference', (preference) => preference || 'Weighted')
      : scheduling,
  )
}

/** As long as an application that moves gracefully is waited for. */
const graceSeconds = 600

const failoverDefaults = (failover: PropagationSpec['failover']): PropagationSpec['failover'] =>
  edit(failover, 'application', (application) =>
    (application?.purgeMode ?? 'Gracefully') === 'Gracefully'
      ? edit(application, 'gracePeriodSeconds', (seconds) => seconds ?? graceSeconds)
      : application,
  )

const isOfImports = ({ apiVersion, kind }: ResourceSelector): boolean =>
  apiVersion === serviceImportKind.apiVersion && kind === serviceImportKind.kind

/** A ServiceImport is of no use without the Service and the endpoints it stands for. */
const dependencyDefaults = (spec: PropagationSpec): PropagationSpec =>
  new Field('', spec)
    .at('resourceSelectors')
    .items()
    .some(({ value }) => isOfImports(value))
    ? edit(spec, 'propagateDeps', () => true)
    : spec

/** A spec with what it leaves open written down. Selectors of a namespaced policy are about its namespace. */
export const completeSpec = (spec: PropagationSpec, namespace: string | undefined): PropagationSpec => {
  const selecting = edit(spec, 'resourceSelectors', (list) => each(list, inNamespace(namespace)) ?? list)
  const placed = edit(selecting, 'placement', placementDefaults)
  return dependencyDefaults(edit(placed, 'failover', failoverDefaults))
}
