import { dyn, inferred, type Limits, type Shape, unknown } from '@flotilla/cel'
import type { LabelSelector, Manifest } from '@flotilla/sdk'
import { limits } from '../admission/conditions.ts'
import type { PolicyBasis, PolicyWords, Variable } from '../admission/policy.ts'
import type { Rule } from '../admission/rules.ts'
import type { Resource } from '../resource.ts'
import { cause } from '../schema/causes.ts'
import { type Causes, required, selector, when } from './checks.ts'
import { type Names, ofRequest, typed } from './expressions.ts'
import { column, type Group, kind, text } from './kind.ts'

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

export const constraints = ({ matchConstraints: found }: Partial<PolicyBasis>): Causes => {
  if (!found) return [cause.required('spec.matchConstraints')]
  return [
    ...resources('spec.matchConstraints', found),
    ...when(!found.resourceRules?.length, () => cause.required('spec.matchConstraints.resourceRules')),
  ]
}

/** What is known of a variable, by what those before it are. */
const declaredAs = (
  declared: readonly Variable[],
  base: Names,
  bounds: Limits | undefined,
): ReadonlyMap<string, Shape> => {
  const shapes = new Map<string, Shape>()
  for (const { name, expression } of declared) {
    try {
      shapes.set(
        name,
        inferred(expression, { ...base, variables: { type: 'map', field: (key) => shapes.get(key) } }, bounds),
      )
    } catch {
      shapes.set(name, unknown) // what is wrong with it is said where it stands
    }
  }
  return shapes
}

/** What the expressions of a policy may name. `declared`: the variables that are there by then. */
export const namesOf = (
  { paramKind }: Partial<PolicyBasis>,
  declared: readonly Variable[],
  bounds: Limits = limits,
): Names => {
  const base = { ...ofRequest, namespaceObject: unknown, ...(paramKind && { params: dyn }) }
  const shapes = declaredAs(declared, base, bounds)
  return { ...base, variables: { type: 'map', field: (name) => shapes.get(name) } }
}

const identifier = /^[A-Za-z_]\w*$/

export const variables = (spec: Partial<PolicyBasis>, bounds?: Limits): Causes =>
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
        : typed(`${field}.expression`, expression, namesOf(spec, all.slice(0, i), bounds), undefined, bounds)),
    ]
  })

const failurePolicies = ['Fail', 'Ignore']

export const failurePolicy = ({ failurePolicy: found }: Partial<PolicyBasis>): Causes =>
  when(found !== undefined && !failurePolicies.includes(found), () =>
    cause.notSupported('spec.failurePolicy', found, failurePolicies),
  )

export const paramKind = ({ paramKind: found }: Partial<PolicyBasis>): Causes =>
  found
    ? [...required('spec.paramKind.apiVersion', found.apiVersion), ...required('spec.paramKind.kind', found.kind)]
    : []

const paramRef = ({ paramRef: found }: Partial<Pick<PolicyWords, 'paramRef'>>): Causes => {
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

export const registration: Group = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  schemas: 'io.k8s.api.admissionregistration.v1',
}

/** What binds a policy to what it is about, and to what it is told. */
type Binding = Manifest & {
  readonly spec?: Partial<PolicyWords> & { readonly matchResources?: MatchResources }
}

const paramText = ({ spec }: Binding): string => {
  const { paramRef: found } = spec ?? {}
  if (!found) return '<unset>'
  return found.name ? `${found.namespace ? `${found.namespace}/` : '*/'}${found.name}` : '*'
}

/** The bindings of policies of a kind, with what is wrong of them beside what is of all. */
export const bindings = (
  kindName: string,
  plural: string,
  wrong: (spec: Partial<PolicyWords>) => Causes = () => [],
): Resource =>
  kind<Binding>(registration, kindName, plural, {
    scope: 'Cluster',
    categories: ['api-extensions'],
    generation: true,
    columns: [column.name, text('PolicyName', ({ spec }) => spec?.policyName), text('ParamRef', paramText), column.age],
    validate: ({ spec = {} }) => [
      ...required('spec.policyName', spec.policyName),
      ...paramRef(spec),
      ...(spec.matchResources ? resources('spec.matchResources', spec.matchResources) : []),
      ...wrong(spec),
    ],
  })
