import {
  checks,
  clusterName,
  definePlugin,
  type FederatedResourceQuota,
  type FederatedResourceQuotaSpec,
  Field,
  type Format,
  federatedResourceQuotaKind,
  named,
  type Problems,
  unique,
  type Write,
  written,
} from '@flotilla/sdk'
import { amountOf, amountProblems } from './amounts.ts'
import { capsOf, clusterCapsAnnotation } from './assignments.ts'

/** Works and member quotas carry the name in a label. */
const shortName: Format = (name) => (name.length > 63 ? 'must be no more than 63 characters' : undefined)

/** What clusters are given of each resource, together. */
function assignedOf(spec: Field<FederatedResourceQuotaSpec>): ReadonlyMap<string, bigint> {
  const sums = new Map<string, bigint>()
  const lists = spec
    .at('staticAssignments')
    .items()
    .map((assignment) => assignment.at('hard'))
  for (const [resource, quantity] of lists.flatMap((list) => list.entries())) {
    sums.set(resource.value, (sums.get(resource.value) ?? 0n) + (amountOf(quantity.value) ?? 0n))
  }
  return sums
}

/** Clusters cannot be given more than there is, nor anything that has no overall limit. */
function* sumProblems(spec: Field<FederatedResourceQuotaSpec>): Problems {
  const limits = new Map(
    spec
      .at('overall')
      .entries()
      .map(([resource, quantity]) => [resource.value, quantity]),
  )
  for (const [resource, assigned] of assignedOf(spec)) {
    const limit = limits.get(resource)
    const amount = amountOf(limit?.value)
    if (!limit)
      yield new Field(`${spec.path}.overall[${resource}]`, undefined).required('static assignments give it to clusters')
    else if (amount !== undefined && amount < assigned)
      yield limit.invalid('must be at least what static assignments give to clusters together')
  }
}

function* statusProblems({ manifest }: Write<FederatedResourceQuota>): Problems {
  const status = new Field('', manifest).at('status')
  yield* amountProblems(status.at('overall'))
  yield* amountProblems(status.at('overallUsed'))
  for (const cluster of status.at('aggregatedStatus').items()) {
    yield* amountProblems(cluster.at('hard'))
    yield* amountProblems(cluster.at('used'))
  }
}

/** What the annotations of ours say that cannot be understood. */
function* annotationProblems({ manifest }: Write<FederatedResourceQuota>): Problems {
  const annotations = new Field('', manifest).at('metadata').at('annotations')
  const [, said] = annotations.entries().find(([name]) => name.value === clusterCapsAnnotation) ?? []
  if (!said) return
  const caps = capsOf(manifest)
  if (!caps) yield said.invalid('must be a JSON list of {labelSelector, hard}')
  for (const [i, { hard }] of (caps ?? []).entries()) yield* amountProblems(new Field(`${said.path}[${i}].hard`, hard))
}

/** What a quota says that could not be kept. */
export function* quotaProblems(write: Write<FederatedResourceQuota>): Problems {
  const quota = new Field('', write.manifest)
  const spec = quota.at('spec')
  const assignments = spec.at('staticAssignments').items()
  yield* written(quota.at('metadata').at('name'), shortName)
  yield* amountProblems(spec.at('overall'))
  for (const assignment of assignments) {
    yield* named(assignment.at('clusterName'), clusterName)
    yield* amountProblems(assignment.at('hard'))
  }
  yield* unique(assignments.map((assignment) => assignment.at('clusterName')))
  yield* sumProblems(spec)
  yield* annotationProblems(write)
  yield* statusProblems(write)
}

export const quotaAdmission = definePlugin({
  name: 'federated-resource-quota-admission',
  extensions: () => [checks([federatedResourceQuotaKind], quotaProblems)],
})
