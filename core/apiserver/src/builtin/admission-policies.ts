import type { Manifest, StatusCause } from '@flotilla/sdk'
import type { AuditAnnotation, PolicySpec, PolicyWords, Validation } from '../admission/policy.ts'
import { qualifiedName } from '../object/names.ts'
import type { Resource } from '../resource.ts'
import { cause } from '../schema/causes.ts'
import { type Causes, when } from './checks.ts'
import { conditions, typed } from './expressions.ts'
import { column, count, kind, text } from './kind.ts'
import { bindings, constraints, failurePolicy, namesOf, paramKind, registration, variables } from './policy-parts.ts'

type Policy = Manifest & { readonly spec?: Partial<PolicySpec> }

const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge', 'Unauthorized']

const validation = (field: string, found: Validation, spec: Partial<PolicySpec>): Causes => {
  const names = namesOf(spec, spec.variables ?? [])
  const { authorizer: _, ...ofMessage } = names
  const { expression, messageExpression, message, reason } = found
  return [
    ...(expression.trim() === ''
      ? [cause.required(`${field}.expression`, 'expression is not specified')]
      : typed(`${field}.expression`, expression, names, ['bool'])),
    ...(messageExpression ? typed(`${field}.messageExpression`, messageExpression, ofMessage, ['string']) : []),
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

const nothingToDo = ({ validations = [], auditAnnotations = [] }: Partial<PolicySpec>): Causes => {
  if (validations.length > 0 || auditAnnotations.length > 0) return []
  const detail = 'validations or auditAnnotations must contain at least one item'
  return [cause.required('spec.validations', detail), cause.required('spec.auditAnnotations', detail)]
}

const validatePolicy = ({ metadata, spec = {} }: Policy): readonly StatusCause[] => [
  ...failurePolicy(spec),
  ...paramKind(spec),
  ...constraints(spec),
  ...conditions('spec.matchConditions', spec.matchConditions, namesOf(spec, [])),
  ...variables(spec),
  ...nothingToDo(spec),
  ...(spec.validations ?? []).flatMap((each, i) => validation(`spec.validations[${i}]`, each, spec)),
  ...(spec.auditAnnotations ?? []).flatMap((each, i) =>
    annotation(`spec.auditAnnotations[${i}]`, metadata.name, each, spec),
  ),
]

const policy = kind<Policy>(registration, 'ValidatingAdmissionPolicy', 'validatingadmissionpolicies', {
  scope: 'Cluster',
  categories: ['api-extensions'],
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

const binding = bindings('ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings', validationActions)

export const admissionPolicies: readonly Resource[] = [policy, binding]
