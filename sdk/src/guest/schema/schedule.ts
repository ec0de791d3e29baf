import { type Binding, bindingSpecSchema, bindingStatusSchema, targetClusterSchema } from '../../api/binding.ts'
import { placementSchema } from '../../api/placement.ts'
import type { Assignment, Refusal, Selection } from '../../points/schedule.ts'
import { resolvers } from '../../resolvers.ts'
import type { CandidatesRequest, FeasibilityRequest, ReviewedFeasible } from '../../scheduling-review.ts'
import { flag, int32, integer, list, mapOf, object, required, type Schema, text, texts, word } from '../../schema.ts'
import { clusterSchema, known } from './manifest.ts'

export const bindingSchema = known<Binding>('The decision about one template.', {
  spec: required(bindingSpecSchema),
  status: bindingStatusSchema,
})

const placement = placementSchema('Where it may go.')

const anyNumber = (description: string): Schema => ({ description, type: 'number' })

export const candidatesSchema = object<CandidatesRequest>('A binding, and the clusters in question.', {
  point: required(word('Which question it is.', ['filter', 'score', 'estimate'])),
  binding: required(bindingSchema),
  placement: required(placement),
  affinityName: text('Name of the term of clusterAffinities that is being tried, where there are some.'),
  clusters: required(list('The clusters. One that is not in the answer is one without an opinion.', clusterSchema)),
})

const resolvedBy = list(
  'What has the binding tried again; none: nothing but an edit or a new cluster. By default any change of a cluster.',
  word('What could change.', resolvers),
)

const reason = (description: string): Schema => text(description, { minLength: 1, maxLength: 1024 })

export const refusalSchema = object<Refusal>('Why a cluster cannot take a binding.', {
  reason: required(reason('Why, in words its operator can act on.')),
  resolvable: required(flag('Whether the answer may change without a change anyone can see.')),
  resolvedBy,
})

export const feasibleSchema = object<ReviewedFeasible>('A cluster that passed every filter.', {
  cluster: required(clusterSchema),
  score: required(anyNumber('The sum of its scores.')),
  estimate: int32('Replicas it could take beyond those it has; unset: nobody could say.'),
  assigned: required(int32('Replicas of this binding it has now.')),
  overflow: required(integer("0: the term's own affinity; i + 1: its i-th overflow affinity.")),
})

export const feasibilitySchema = object<FeasibilityRequest>('A binding, and the clusters that passed.', {
  point: required(word('Which question it is.', ['select', 'assign'])),
  binding: required(bindingSchema),
  placement: required(placement),
  clusters: required(list('Clusters that passed, the best first.', feasibleSchema)),
  fresh: required(flag('Whether a full reschedule was asked for: what is assigned now does not bind.')),
})

/** One of two answers; languages that cannot say so have all fields, each optional. */
const either = (description: string, one: Schema, other: Schema): Schema => ({
  description,
  type: 'object',
  properties: { ...one.properties, ...other.properties },
  anyOf: [one, other],
})

export const selectionSchema = either(
  'The clusters to use, or why there are too few.',
  object<{ readonly clusters: readonly string[] }>('The clusters.', {
    clusters: required(texts('Names of the clusters to use.')),
  }),
  object<Extract<Selection, { readonly unfit: unknown }>>('Why not.', {
    unfit: required(reason('Why there are too few, in words a user can act on.')),
    resolvedBy,
  }),
)

const weightSchema = object<{ readonly name: string; readonly weight: number }>('A cluster and its weight.', {
  name: required(text('Name of the cluster.')),
  weight: required(anyNumber('Its weight.')),
})

export const assignmentSchema = either(
  'Who gets how many, or why it does not work out.',
  object<Extract<Assignment, { readonly targets: unknown }>>('Who gets how many.', {
    targets: required(list('The clusters, and their shares.', targetClusterSchema)),
    weights: list('What replicas were given in proportion to, for who asks why.', weightSchema),
  }),
  object<Extract<Assignment, { readonly unschedulable: unknown }>>('Why not.', {
    unschedulable: required(reason('Why it does not work out, in words a user can act on.')),
    resolvedBy,
  }),
)

export const refusalsSchema = mapOf('Why, for each cluster that cannot take the binding.', refusalSchema)

export const scoresSchema = mapOf('A score for each cluster; the more, the better.', {
  ...anyNumber('From 0 to 100.'),
  minimum: 0,
  maximum: 100,
})

export const estimatesSchema = mapOf(
  'How many more replicas each cluster could take.',
  int32('So many.', { minimum: 0 }),
)
