import {
  between,
  type ClusterAffinityTerm,
  dividesByAvailability,
  type Field,
  labelKey,
  named,
  oneOf,
  type Placement,
  type Problems,
  type SpreadConstraint,
  type Toleration,
  unique,
  type WorkloadAffinity,
  written,
} from '@flotilla/sdk'
import { affinityProblems, isEmpty } from './affinity.ts'

type PlacementField = Field<Placement | undefined>

/** More groups than anyone has clusters. */
const mostGroups = 2 ** 31 - 1

/** An overflow needs a first choice, and a division that knows when that is full. */
function* overflowProblems(term: Field<ClusterAffinityTerm>, placement: PlacementField): Problems {
  const overflow = term.at('overflowAffinities')
  const tiers = overflow.items()
  if (tiers.length === 0) return
  for (const tier of tiers) {
    yield* named(tier.at('affinityName'), labelKey)
    yield* affinityProblems(tier)
  }
  yield* unique([term.at('affinityName'), ...tiers.map((tier) => tier.at('affinityName'))])
  if (isEmpty(term)) yield overflow.forbidden('an affinity that names every cluster leaves none to overflow into')
  if (!placement.value || !dividesByAvailability(placement.value)) {
    yield overflow.forbidden(
      'needs replicaScheduling Divided, either Aggregated or Weighted with dynamicWeight: no other fills clusters up',
    )
  }
}

function* affinitiesProblems(placement: PlacementField): Problems {
  const [single, several] = [placement.at('clusterAffinity'), placement.at('clusterAffinities')]
  const terms = several.items()
  if (single.value && terms.length > 0) yield several.forbidden('cannot stand beside clusterAffinity; keep one of them')
  yield* affinityProblems(single)
  for (const term of terms) {
    yield* named(term.at('affinityName'), labelKey)
    yield* affinityProblems(term)
    yield* overflowProblems(term, placement)
  }
  yield* unique(terms.map((term) => term.at('affinityName')))
}

function* tolerationProblems(toleration: Field<Toleration>): Problems {
  const operator = toleration.at('operator')
  yield* written(toleration.at('key'), labelKey)
  yield* oneOf(operator, ['Exists', 'Equal'])
  yield* oneOf(toleration.at('effect'), ['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
  if (!toleration.value.key && operator.value !== 'Exists') {
    yield operator.invalid('must be Exists where no key is named: then every taint is tolerated')
  }
}

function* spreadProblems(constraint: Field<SpreadConstraint>): Problems {
  const [byField, byLabel] = [constraint.at('spreadByField'), constraint.at('spreadByLabel')]
  const [min, max] = [constraint.at('minGroups'), constraint.at('maxGroups')]
  if (byField.value && byLabel.value) yield byLabel.forbidden('cannot stand beside spreadByField; keep one of them')
  yield* oneOf(byField, ['cluster', 'region', 'zone', 'provider'])
  yield* written(byLabel, labelKey)
  yield* between(min, 0, mostGroups)
  yield* between(max, 0, mostGroups)
  const [least, most] = [min.value ?? 0, max.value ?? 0]
  if (most > 0 && most < least) yield max.invalid(`must be 0 or at least minGroups, which is ${least}`)
}

/** Constraints that contradict each other. */
function* spreadsProblems(constraints: PlacementField): Problems {
  const all = constraints.at('spreadConstraints')
  const items = all.items()
  for (const constraint of items) yield* spreadProblems(constraint)
  yield* unique(items.map((each) => each.at('spreadByField')))
  yield* unique(items.map((each) => each.at('spreadByLabel')))
  const byCluster = items.find(({ value }) => value.spreadByField === 'cluster')
  if (!byCluster && items.some(({ value }) => value.spreadByField)) {
    yield all.invalid('needs a constraint with spreadByField "cluster" beside the others')
  }
  const most = byCluster?.value.maxGroups ?? 0
  for (const constraint of items) {
    const groups = constraint.at('minGroups')
    if (most > 0 && constraint !== byCluster && (groups.value ?? 0) > most) {
      yield groups.invalid(`so many groups need as many clusters, and the cluster constraint allows ${most}`)
    }
  }
}

function* schedulingProblems(placement: PlacementField): Problems {
  const scheduling = placement.at('replicaScheduling')
  yield* oneOf(scheduling.at('replicaSchedulingType'), ['Duplicated', 'Divided'])
  yield* oneOf(scheduling.at('replicaDivisionPreference'), ['Aggregated', 'Weighted'])
  const preference = scheduling.at('weightPreference')
  yield* oneOf(preference.at('dynamicWeight'), ['AvailableReplicas'])
  for (const rule of preference.at('staticWeightList').items()) {
    yield* affinityProblems(rule.at('targetCluster'))
    yield* between(rule.at('weight'), 1, Number.MAX_SAFE_INTEGER)
  }
}

function* workloadAffinityProblems(affinity: Field<WorkloadAffinity | undefined>): Problems {
  const [together, apart] = [affinity.at('affinity'), affinity.at('antiAffinity')]
  for (const each of [together, apart]) if (each.value) yield* named(each.at('groupByLabelKey'), labelKey)
  const key = apart.at('groupByLabelKey')
  if (key.value && key.value === together.value?.groupByLabelKey) {
    yield key.invalid('must differ from the key of affinity: a group cannot be both together and apart')
  }
}

/** What a placement says that no scheduler could do. */
export function* placementProblems(placement: PlacementField): Problems {
  yield* affinitiesProblems(placement)
  for (const toleration of placement.at('clusterTolerations').items()) yield* tolerationProblems(toleration)
  yield* spreadsProblems(placement)
  yield* schedulingProblems(placement)
  yield* workloadAffinityProblems(placement.at('workloadAffinity'))
}
