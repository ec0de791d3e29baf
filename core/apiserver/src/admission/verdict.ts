import type { Budget, Limits, Variables } from '@flotilla/cel'
import { type Manifest, matchesLabels } from '@flotilla/sdk'
import type { Registry, Served } from '../registry/registry.ts'
import type { Objects } from '../store/objects.ts'
import { compiled, meets, requestNames, valuesOf, wrongWith } from './conditions.ts'
import type { AnyBinding, AnyPolicy, Binding, Policy, Validation } from './policy.ts'
import { namespaceOf } from './scope.ts'
import { isNamespace, type Write } from './write.ts'

/** What of a policy does not hold. */
export interface Objection {
  readonly message: string
  readonly reason?: string
  /** It could not be found out, by an expression or for want of parameters: that is for the failure policy to judge. */
  readonly failed?: 'expression' | 'binding'
  /** Which of its validations it is. */
  readonly index?: number
}

/** What the expressions of policies may name. */
export const policyNames = [...requestNames, 'params', 'namespaceObject', 'variables'] as const

/** An error as Kubernetes says it. */
export const said = (error: unknown): string =>
  wrongWith(error)
    .replace(/^line \d+, column \d+: /, '')
    .replace(/^field not found: /, 'no such key: ')

/** The variables of a policy, each of which gets its value when it is first asked for. */
export const variablesOf = (
  { spec }: Pick<AnyPolicy, 'spec'>,
  values: Variables,
  budget: Budget,
  bounds?: Limits,
): object => {
  const variables = {}
  for (const { name, expression } of spec.variables ?? []) {
    let held: unknown
    const get = (): unknown => {
      try {
        held ??= compiled(expression, policyNames, bounds).hold({ ...values, variables }, budget)
        return held
      } catch (error) {
        throw new Error(`composited variable "${name}" fails to evaluate: ${said(error)}`, { cause: error })
      }
    }
    Object.defineProperty(variables, name, { enumerable: true, get })
  }
  return variables
}

const messageOf = ({ expression, message, messageExpression }: Validation, values: Variables, budget: Budget) => {
  try {
    const text = messageExpression && compiled(messageExpression, policyNames).evaluate(values, budget)
    if (typeof text === 'string' && text.trim() !== '' && !text.includes('\n')) return text.trim()
  } catch {
    // the message that is there in any case says it
  }
  return message || `failed expression: ${expression.trim()}`
}

function* objectionsOf(policy: Policy, values: Variables, budget: Budget): Iterable<Objection> {
  for (const [index, validation] of (policy.spec.validations ?? []).entries()) {
    const { expression, reason } = validation
    try {
      if (compiled(expression, policyNames).evaluate(values, budget) === true) continue
    } catch (error) {
      yield { message: `expression '${expression}' resulted in error: ${said(error)}`, failed: 'expression', index }
      continue
    }
    yield { message: messageOf(validation, values, budget), ...(reason && { reason }), index }
  }
}

/** No parameters, as they are not asked for. */
const without: readonly (Manifest | null)[] = [null]

const selected = (objects: Objects, params: Served, { spec }: AnyBinding, write: Write): readonly Manifest[] => {
  const { name, namespace = write.namespace, selector } = spec.paramRef ?? {}
  if (params.namespaced && namespace === undefined)
    throw new Error('cannot use namespaced paramRef in policy binding that matches cluster-scoped resources')
  const place = params.namespaced ? namespace : ''
  if (name) {
    const found = objects.get({ resource: params.id, namespace: place ?? '', name })
    return found ? [found] : []
  }
  return objects.list(params.id, place).filter(({ metadata }) => matchesLabels(selector, metadata.labels))
}

/** What a binding gives a policy to measure by. Throws when that is not there, but has to be. */
export const paramsOf = (
  { objects, registry }: Surroundings,
  policy: AnyPolicy,
  binding: AnyBinding,
  write: Write,
): readonly (Manifest | null)[] => {
  const { paramKind } = policy.spec
  const { paramRef } = binding.spec
  if (!paramKind || !paramRef) return without
  const params = registry.ofKind(paramKind.apiVersion, paramKind.kind)
  if (!params)
    throw new Error(
      `failed to find resource referenced by paramKind: '${paramKind.apiVersion}, Kind=${paramKind.kind}'`,
    )
  const found = selected(objects, params, binding, write)
  if (found.length === 0 && paramRef.parameterNotFoundAction === 'Deny')
    throw new Error('no params found for policy binding with `Deny` parameterNotFoundAction')
  return found
}

export interface Surroundings {
  readonly objects: Objects
  readonly registry: Registry
}

/** Which condition has no answer, and why. */
export const unmet = ({ spec: { matchConditions = [] } }: AnyPolicy, error: unknown): string => {
  const [, name] = /^error evaluating (.*?): /.exec(error instanceof Error ? error.message : '') ?? []
  const { expression } = matchConditions.find((each) => each.name === name) ?? { expression: '' }
  return `expression '${expression}' resulted in error: ${said(error instanceof Error ? error.cause : error)}`
}

/** What a policy has to say in the audit log. Throws where that has no value. */
const annotate = ({ annotate }: Write, { metadata, spec }: Policy, values: Variables, budget: Budget): void => {
  for (const { key, valueExpression } of spec.auditAnnotations ?? []) {
    const text = compiled(valueExpression, policyNames).evaluate(values, budget)
    if (typeof text === 'string' && text !== '') annotate(`${metadata.name}/${key}`, text)
  }
}

function* withParams(
  write: Write,
  policy: Policy,
  base: Variables,
  params: Manifest | null,
  budget: Budget,
): Iterable<Objection> {
  const values = { ...base, params }
  const whole = { ...values, variables: variablesOf(policy, values, budget) }
  try {
    if (!meets(policy.spec.matchConditions ?? [], whole, policyNames)) return
  } catch (error) {
    return yield { message: unmet(policy, error), failed: 'expression' }
  }
  try {
    annotate(write, policy, whole, budget)
  } catch (error) {
    yield { message: said(error), failed: 'expression' }
  }
  yield* objectionsOf(policy, whole, budget)
}

/** What a policy, as a binding has it, has against a write. */
export function* objectionsTo(
  write: Write,
  served: Served,
  policy: Policy,
  binding: Binding,
  surroundings: Surroundings,
  budget: Budget,
): Iterable<Objection> {
  const namespaceObject = isNamespace(write) ? null : (namespaceOf(surroundings.objects, write) ?? null)
  const base = { ...valuesOf(write, served), namespaceObject }
  try {
    for (const params of paramsOf(surroundings, policy, binding, write))
      yield* withParams(write, policy, base, params, budget)
  } catch (error) {
    yield { message: `failed to configure binding: ${said(error)}`, failed: 'binding' }
  }
}
