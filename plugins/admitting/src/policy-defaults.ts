import {
  each,
  edit,
  Field,
  type Placement,
  type PropagationSpec,
  type ResourceSelector,
  type SpreadConstraint,
  serviceImportKind,
  withField,
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

type Failover = PropagationSpec['failover']
type Application = NonNullable<Failover>['application']

const isGraceful = (application: Application): boolean => (application?.purgeMode ?? 'Gracefully') === 'Gracefully'

/** What was written down for the user goes with the mode that needs it: he does not know of it. */
const withoutGrace = (application: Application, before: Application): Application =>
  before && isGraceful(before) && application?.gracePeriodSeconds === graceSeconds
    ? withField(application, ['gracePeriodSeconds'], undefined)
    : application

const failoverDefaults = (failover: Failover, before: Failover): Failover =>
  edit(failover, 'application', (application) =>
    isGraceful(application)
      ? edit(application, 'gracePeriodSeconds', (seconds) => seconds ?? graceSeconds)
      : withoutGrace(application, before?.application),
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
export const completeSpec = (
  spec: PropagationSpec,
  namespace: string | undefined,
  before?: PropagationSpec,
): PropagationSpec => {
  const selecting = edit(spec, 'resourceSelectors', (list) => each(list, inNamespace(namespace)) ?? list)
  const placed = edit(selecting, 'placement', placementDefaults)
  return dependencyDefaults(edit(placed, 'failover', (failover) => failoverDefaults(failover, before?.failover)))
}
