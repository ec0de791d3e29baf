import { inferred } from '@flotilla/cel'
import type { Manifest, StatusCause } from '@flotilla/sdk'
import { mutationLimits } from '../admission/conditions.ts'
import type { Mutation, MutationSpec } from '../admission/policy.ts'
import type { Resource } from '../resource.ts'
import { cause } from '../schema/causes.ts'
import { type Causes, when } from './checks.ts'
import { conditions, type Names, typed } from './expressions.ts'
import { column, count, kind, text } from './kind.ts'
import { bindings, constraints, failurePolicy, namesOf, paramKind, registration, variables } from './policy-parts.ts'

type Policy = Manifest & { readonly spec?: Partial<MutationSpec> }

/** A list of something else than operations; undefined when it may be one of them. */
const strangeList = (words: string, names: Names): string | undefined => {
  try {
    const { type, each } = inferred(words, names, mutationLimits)
    if (type !== 'list') return undefined
    const element = each?.type ?? (/^\[\s*\]$/.test(words.trim()) ? 'dyn' : 'unknown')
    return element === 'JSONPatch' || element === 'unknown' ? undefined : `list(${element})`
  } catch {
    return undefined // which is said in any case
  }
}

const operations = (field: string, words: string, names: Names): Causes => {
  const strange = strangeList(words, names)
  if (strange !== undefined) return [cause.invalid(field, words, `must evaluate to list(JSONPatch) but got ${strange}`)]
  return typed(field, words, names, ['list'], mutationLimits).map((found) => ({
    ...found,
    message: found.message.replace('must evaluate to list but', 'must evaluate to list(JSONPatch) but'),
  }))
}

const patchTypes = ['ApplyConfiguration', 'JSONPatch']

const ways = {
  ApplyConfiguration: {
    field: 'applyConfiguration',
    check: (field: string, words: string, names: Names) => typed(field, words, names, ['Object'], mutationLimits),
  },
  JSONPatch: { field: 'jsonPatch', check: operations },
} as const

const mutation = (field: string, found: Mutation, names: Names): Causes => {
  const { patchType } = found
  if (patchType !== 'ApplyConfiguration' && patchType !== 'JSONPatch')
    return [cause.notSupported(`${field}.patchType`, patchType, patchTypes)]
  const { field: own, check } = ways[patchType]
  const { field: other } = ways[patchType === 'JSONPatch' ? 'ApplyConfiguration' : 'JSONPatch']
  const words = found[own]
  return [
    ...(words === undefined
      ? [cause.required(`${field}.${own}`, `must be specified when patchType is ${patchType}`)]
      : words.expression.trim() === ''
        ? [cause.required(`${field}.${own}.expression`)]
        : check(`${field}.${own}.expression`, words.expression, names)),
    ...when(found[other] !== undefined, () =>
      cause.invalid(`${field}.${other}`, `{${other}}`, `must not be specified when patchType is ${patchType}`),
    ),
  ]
}

const reinvocations = ['IfNeeded', 'Never']

const reinvocation = ({ reinvocationPolicy: found }: Partial<MutationSpec>): Causes => {
  const field = 'spec.reinvocationPolicy'
  if (!found) return [cause.required(field)]
  return when(!reinvocations.includes(found), () => cause.notSupported(field, found, reinvocations))
}

const validatePolicy = ({ spec = {} }: Policy): readonly StatusCause[] => {
  const names = namesOf(spec, spec.variables ?? [], mutationLimits)
  const mutations = spec.mutations ?? []
  return [
    ...failurePolicy(spec),
    ...paramKind(spec),
    ...constraints(spec),
    ...conditions('spec.matchConditions', spec.matchConditions, namesOf(spec, [])),
    ...variables(spec, mutationLimits),
    ...when(mutations.length === 0, () => cause.required('spec.mutations', 'mutations must contain at least one item')),
    ...mutations.flatMap((each, i) => mutation(`spec.mutations[${i}]`, each, names)),
    ...reinvocation(spec),
  ]
}

const policy = kind<Policy>(registration, 'MutatingAdmissionPolicy', 'mutatingadmissionpolicies', {
  scope: 'Cluster',
  categories: ['api-extensions'],
  generation: true,
  columns: [
    column.name,
    count('Mutations', ({ spec }) => spec?.mutations?.length),
    text('ParamKind', ({ spec }) =>
      spec?.paramKind ? `${spec.paramKind.apiVersion}/${spec.paramKind.kind}` : '<unset>',
    ),
    column.age,
  ],
  validate: validatePolicy,
})

const binding = bindings('MutatingAdmissionPolicyBinding', 'mutatingadmissionpolicybindings')

/** Policies that change what is written. */
export const mutatingPolicies: readonly Resource[] = [policy, binding]
