import { inferred, type Shape, unknown } from '@flotilla/cel'
import { type LabelSelector, type Manifest, reasonOf, type StatusCause } from '@flotilla/sdk'
import { limits } from '../admission/conditions.ts'
import type { AuditAnnotation, PolicySpec, PolicyWords, Validation, Variable } from '../admission/policy.ts'
import type { Rule } from '../admission/rules.ts'
import { qualifiedName } from '../object/names.ts'
import type { Resource } from '../resource.ts'
import { cause } from '../schema/causes.ts'
import { type Causes, required, selector, when } from './checks.ts'
import { column, count, type Group, kind, text } from './kind.ts'

const registration: Group = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  schemas: 'io.k8s.api.admissionregistration.v1',
}

type Policy = Manifest & { readonly spec?: Partial<PolicySpec> }

interface MatchResources {
  readonly resourceRules?: readonly Rule[]
  readonly excludeResourceRules?: readonly Rule[]
  readonly namespaceSelector?: LabelSelector
  readonly objectSelector?: LabelSelector
  readonly matchPolicy?: string
}

const parts = ['operations', 'apiGroups', 'apiVersions', 'resources'] as const

const rules = (field: string, found: readonly Rule[] = []): Causes =>
  found.flatMap((rule, i) =>
    parts.flatMap((part) => when(!rule[part]?.length, () => cause.required(`${field}[${i}].${part}`))),
  )

const resources = (field: string, found: MatchResources): Causes => [
  ...selector(`${field}.namespaceSelector`, found.namespaceSelector),
  ...selector(`${field}.objectSelector`, found.objectSelector),
  ...rules(`${field}.resourceRules`, found.resourceRules),
  ...rules(`${field}.excludeResourceRules`, found.excludeResourceRules),
]

const constraints = ({ matchConstraints: found }: Partial<PolicySpec>): Causes => {
  if (!found) return [cause.required('spec.matchConstraints')]
  return [
    ...resources('spec.matchConstraints', found),
    ...when(!found.resourceRules?.length, () => cause.required('spec.matchConstraints.resourceRules')),
  ]
}

/** What an expression may be: `dyn` is known when it is evaluated. */
const typed = (field: string, words: string, names: Readonly<Record<string, Shape>>, allowed: readonly string[]) => {
  try {
    const { type } = inferred(words, names, limits)
    if (type === 'unknown' || allowed.includes(type)) return []
    const expected = allowed.length === 1 ? allowed[0] : `one of [${allowed.join(' ')}]`
    return [cause.invalid(field, words, `must evaluate to ${expected} but got ${type}`)]
  } catch (error) {
    return [cause.invalid(field, words, `compilation failed: ERROR: ${reasonOf(error)}`)]
  }
}

const request = Object.fromEntries(['object', 'oldObject', 'request'].map((name) => [name, unknown] as const))

/** What the expressions of a policy may name. `declared`: the variables that are there by then. */
const namesOf = ({ paramKind }: Partial<PolicySpec>, declared: readonly Variable[]) => {
  const there = new Set(declared.map(({ name }) => name))
  return {
    ...request,
    namespaceObject: unknown,
    ...(paramKind && { params: unknown }),
    variables: { type: 'map' as const, field: (name: string) => (there.has(name) ? unknown : undefined) },
  }
}

const identifier = /^[A-Za-z_]\w*$/

const variables = (spec: Partial<PolicySpec>): Causes =>
  (spec.variables ?? []).flatMap(({ name, expression }, i, all) => {
    const field = `spec.variables[${i}]`
    return [
      ...(name === ''
        ? [cause.required(`${field}.name`, 'name is not specified')]
        : when(!identifier.test(name), () => cause.invalid(`${field}.name`, name, 'must be a valid CEL identifier'))),
      ...when(
        all.slice(0, i).some((other) => other.name === name),
        () => cause.duplicate(`${field}.name`, name),
      ),
      ...(expression.trim() === ''
        ? [cause.required(`${field}.expression`, 'expression is not specified')]
        : typed(`${field}.expression`, expression, namesOf(spec, all.slice(0, i)), everything)),
    ]
  })

const everything = ['bool', 'int', 'double', 'string', 'bytes', 'list', 'map', 'timestamp', 'duration']
const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge', 'Unauthorized']

const validation = (field: string, found: Validation, spec: Partial<PolicySpec>): Causes => {
  const names = namesOf(spec, spec.variables ?? [])
  const { expression, messageExpression, message, reason } = found
  return [
    ...(expression.trim() === ''
      ? [cause.required(`${field}.expression`, 'expression is not specified')]
      : typed(`${field}.expression`, expression, names, ['bool'])),
    ...(messageExpression ? typed(`${field}.messageExpression`, messageExpression, names, ['string']) : []),
    ...when(message?.includes('\n') === true, () =>
      cause.invalid(`${field}.message`, message, 'message must not contain line breaks'),
    ),
    ...when(reason !== undefined && !reasons.includes(reason), () =>
      cause.notSupported(`${field}.reason`, reason, reasons.slice(0, 3)),
    ),
  ]
}

const annotation = (field: string, name: string, found: AuditAnnotation, spec: Partial<PolicySpec>): Causes => [
  ...qualifiedName(`${name}/${found.key}`).map((wrong) => cause.invalid(`${field}.key`, `${name}/${found.key}`, wrong)),
  ...(found.valueExpression.trim() === ''
    ? [cause.required(`${field}.valueExpression`, 'valueExpression is not specified')]
    : typed(`${field}.valueExpression`, found.valueExpression, namesOf(spec, spec.variables ?? []), [
        'string',
        'null_type',
      ])),
]

const conditions = (spec: Partial<PolicySpec>): Causes =>
  (spec.matchConditions ?? []).flatMap(({ name, expression }, i) => {
    const field = `spec.matchConditions[${i}]`
    return [
      ...(expression.trim() === ''
        ? [cause.required(`${field}.expression`)]
        : typed(`${field}.expression`, expression, namesOf(spec, []), ['bool'])),
      ...required(`${field}.name`, name),
      ...(name ? qualifiedName(name).map((wrong) => cause.invalid(`${field}.name`, name, wrong)) : []),
    ]
  })

const nothingToDo = ({ validations = [], auditAnnotations = [] }: Partial<PolicySpec>): Causes => {
  if (validations.length > 0 || auditAnnotations.length > 0) return []
  const detail = 'validations or auditAnnotations must contain at least one item'
  return [cause.required('spec.validations', detail), cause.required('spec.auditAnnotations', detail)]
}

const failurePolicies = ['Fail', 'Ignore']

const paramKind = ({ paramKind: found }: Partial<PolicySpec>): Causes =>
  found
    ? [...required('spec.paramKind.apiVersion', found.apiVersion), ...required('spec.paramKind.kind', found.kind)]
    : []

const validatePolicy = ({ metadata, spec = {} }: Policy): readonly StatusCause[] => [
  ...when(spec.failurePolicy !== undefined && !failurePolicies.includes(spec.failurePolicy), () =>
    cause.notSupported('spec.failurePolicy', spec.failurePolicy, failurePolicies),
  ),
  ...paramKind(spec),
  ...constraints(spec),
  ...conditions(spec),
  ...variables(spec),
  ...nothingToDo(spec),
  ...(spec.validations ?? []).flatMap((each, i) => validation(`spec.validations[${i}]`, each, spec)),
  ...(spec.auditAnnotations ?? []).flatMap((each, i) =>
    annotation(`spec.auditAnnotations[${i}]`, metadata.name, each, spec),
  ),
]

const policy = kind<Policy>(registration, 'ValidatingAdmissionPolicy', 'validatingadmissionpolicies', {
  scope: 'Cluster',
  subresources: ['status'],
  columns: [
    column.name,
    count('Validations', ({ spec }) => spec?.validations?.length),
    text('ParamKind', ({ spec }) =>
      spec?.paramKind ? `${spec.paramKind.apiVersion}/${spec.paramKind.kind}` : '<unset>',
    ),
    column.age,
  ],
  validate: validatePolicy,
})

const actions = ['Audit', 'Deny', 'Warn']

type Binding = Manifest & {
  readonly spec?: Partial<PolicyWords> & { readonly matchResources?: MatchResources }
}

const paramRef = ({ paramRef: found }: Partial<PolicyWords>): Causes => {
  if (!found) return []
  const { name, selector: selected, parameterNotFoundAction } = found
  const both = 'name and selector are mutually exclusive'
  return [
    ...(name && selected
      ? [cause.forbidden('spec.paramRef.name', both), cause.forbidden('spec.paramRef.selector', both)]
      : []),
    ...when(!name && !selected, () => cause.required('spec.paramRef', 'one of name or selector must be specified')),
    ...selector('spec.paramRef.selector', selected),
    ...required('spec.paramRef.parameterNotFoundAction', parameterNotFoundAction),
  ]
}

const validationActions = ({ validationActions: found = [] }: Partial<PolicyWords>): Causes => {
  const field = 'spec.validationActions'
  if (found.length === 0) return [cause.required(field, 'at least one validation action is required')]
  return [
    ...found.flatMap((action, i) => [
      ...when(!actions.includes(action), () => cause.notSupported(`${field}[${i}]`, action, actions)),
      ...when(found.indexOf(action) < i, () => cause.duplicate(`${field}[${i}]`, action)),
    ]),
    ...when(found.includes('Deny') && found.includes('Warn'), () =>
      cause.invalid(
        field,
        found,
        'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
      ),
    ),
  ]
}

const binding = kind<Binding>(registration, 'ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings', {
  scope: 'Cluster',
  generation: true,
  columns: [
    column.name,
    text('PolicyName', ({ spec }) => spec?.policyName),
    text('ParamRef', ({ spec }) => {
      const { paramRef: found } = spec ?? {}
      if (!found) return '<unset>'
      return found.name ? `${found.namespace ? `${found.namespace}/` : '*/'}${found.name}` : '*'
    }),
    column.age,
  ],
  validate: ({ spec = {} }) => [
    ...required('spec.policyName', spec.policyName),
    ...paramRef(spec),
    ...(spec.matchResources ? resources('spec.matchResources', spec.matchResources) : []),
    ...validationActions(spec),
  ],
})

export const admissionPolicies: readonly Resource[] = [policy, binding]
