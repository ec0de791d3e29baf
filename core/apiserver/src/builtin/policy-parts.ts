import { unknown } from '@flotilla/cel'
import type { LabelSelector } from '@flotilla/sdk'
import type { PolicyBasis, PolicyWords, Variable } from '../admission/policy.ts'
import type { Rule } from '../admission/rules.ts'
import { cause } from '../schema/causes.ts'
import { type Causes, required, selector, when } from './checks.ts'
import { type Names, ofRequest, typed } from './expressions.ts'

export interface MatchResources {
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

export const resources = (field: string, found: MatchResources): Causes => [
  ...selector(`${field}.namespaceSelector`, found.namespaceSelector),
  ...selector(`${field}.objectSelector`, found.objectSelector),
  ...rules(`${field}.resourceRules`, found.resourceRules),
  ...rules(`${field}.excludeResourceRules`, found.excludeResourceRules),
]

export const constraints = ({ matchConstraints: found }: Partial<PolicyBasis>): Causes => {
  if (!found) return [cause.required('spec.matchConstraints')]
  return [
    ...resources('spec.matchConstraints', found),
    ...when(!found.resourceRules?.length, () => cause.required('spec.matchConstraints.resourceRules')),
  ]
}

/** What the expressions of a policy may name. `declared`: the variables that are there by then. */
export const namesOf = ({ paramKind }: Partial<PolicyBasis>, declared: readonly Variable[]): Names => {
  const there = new Set(declared.map(({ name }) => name))
  return {
    ...ofRequest,
    namespaceObject: unknown,
    ...(paramKind && { params: unknown }),
    variables: { type: 'map' as const, field: (name: string) => (there.has(name) ? unknown : undefined) },
  }
}

const identifier = /^[A-Za-z_]\w*$/

export const variables = (spec: Partial<PolicyBasis>): Causes =>
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
const failurePolicies = ['Fail', 'Ignore']

export const failurePolicy = ({ failurePolicy: found }: Partial<PolicyBasis>): Causes =>
  when(found !== undefined && !failurePolicies.includes(found), () =>
    cause.notSupported('spec.failurePolicy', found, failurePolicies),
  )

export const paramKind = ({ paramKind: found }: Partial<PolicyBasis>): Causes =>
  found
    ? [...required('spec.paramKind.apiVersion', found.apiVersion), ...required('spec.paramKind.kind', found.kind)]
    : []

export const paramRef = ({ paramRef: found }: Partial<Pick<PolicyWords, 'paramRef'>>): Causes => {
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
