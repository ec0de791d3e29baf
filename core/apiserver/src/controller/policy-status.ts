import { inferred, type Shape, unknown } from '@flotilla/cel'
import { deepEqual, type Log, type Manifest, reasonOf } from '@flotilla/sdk'
import { limits } from '../admission/conditions.ts'
import type { Policy } from '../admission/policy.ts'
import { isAbout } from '../admission/rules.ts'
import { shapeOf } from '../builtin/validation-rules.ts'
import type { Engine } from '../engine.ts'
import type { Served } from '../registry/registry.ts'
import type { Change } from '../store/change.ts'
import { Queue } from './queue.ts'
import type { Requests } from './requests.ts'

const resource = 'validatingadmissionpolicies.admissionregistration.k8s.io'
const collection = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies'

/** They were checked when they were written. */
const asPolicy = (object: Manifest): Policy => object as Policy

/** Of more kinds it is not looked whether they have what a policy asks for, as in Kubernetes. */
const mostKinds = 10

const isNamed = (words: readonly string[] = []): boolean => words.length > 0 && !words.includes('*')

/** The kinds a policy names, by group, version and resource. */
const kindsOf = ({ spec: { matchConstraints } }: Policy, all: readonly Served[]): readonly Served[] => {
  const rules = (matchConstraints.resourceRules ?? []).filter(
    ({ apiGroups, apiVersions, resources }) => isNamed(apiGroups) && isNamed(apiVersions) && isNamed(resources),
  )
  const isMeant = (served: Served) =>
    rules.some((rule) => isAbout({ ...rule, operations: ['*'] }, { operation: 'CREATE', served }))
  return all.filter(isMeant).slice(0, mostKinds)
}

/** What is known of an object of a kind. Of metadata, nothing is: it is the same for all. */
const shapeFor = ({ schema }: Served): Shape => {
  const shape = schema ? shapeOf(schema, true) : unknown
  const { field } = shape
  return field ? { ...shape, field: (name) => (name === 'metadata' ? unknown : field(name)) } : unknown
}

/** The expressions of a policy, by where they are. */
function* expressionsOf({ spec }: Policy): Iterable<readonly [string, string]> {
  for (const [i, { expression }] of (spec.matchConditions ?? []).entries())
    yield [`spec.matchConditions[${i}].expression`, expression]
  for (const [i, { expression }] of (spec.variables ?? []).entries())
    yield [`spec.variables[${i}].expression`, expression]
  for (const [i, { expression, messageExpression }] of (spec.validations ?? []).entries()) {
    yield [`spec.validations[${i}].expression`, expression]
    if (messageExpression) yield [`spec.validations[${i}].messageExpression`, messageExpression]
  }
}

const others = { request: unknown, authorizer: unknown, params: unknown, namespaceObject: unknown, variables: unknown }

const wrongWith = (expression: string, served: Served): string | undefined => {
  const object = shapeFor(served)
  try {
    inferred(expression, { ...others, object, oldObject: object }, limits)
    return undefined
  } catch (error) {
    return `${served.apiVersion}, Kind=${served.kind}: ERROR: ${reasonOf(error)}`
  }
}

/** What a policy asks of kinds that they do not have. */
const warningsFor = (policy: Policy, all: readonly Served[]): readonly object[] => {
  const kinds = kindsOf(policy, all)
  return [...expressionsOf(policy)].flatMap(([fieldRef, expression]) => {
    const wrong = kinds.flatMap((served) => wrongWith(expression, served) ?? [])
    return wrong.length > 0 ? [{ fieldRef, warning: wrong.join('\n') }] : []
  })
}

/** Says in the status of policies which fields they ask for that there are not. */
export class PolicyStatus {
  readonly #engine: Engine
  readonly #requests: Requests
  readonly #queue: Queue
  readonly #stop: () => void

  constructor(engine: Engine, requests: Requests, log: Log) {
    this.#engine = engine
    this.#requests = requests
    this.#queue = new Queue({
      step: (name) => this.#check(name),
      onError: (error, policy) => log.warn('the types in a policy are not checked', { policy, error }),
    })
    for (const { metadata } of engine.objects.list(resource)) this.#queue.add(metadata.name)
    this.#stop = engine.objects.listen((change) => this.#hear(change))
  }

  async close(): Promise<void> {
    this.#stop()
    await this.#queue.close()
  }

  #hear({ resource: changed, type, name, object, before }: Change): void {
    if (changed === resource && type !== 'DELETED' && before?.spec !== object.spec) this.#queue.add(name)
  }

  async #check(name: string): Promise<void> {
    const { objects, registry } = this.#engine
    const found = objects.newest({ resource, namespace: '', name })
    if (!found) return
    const expressionWarnings = warningsFor(asPolicy(found), registry.list())
    const status = {
      observedGeneration: found.metadata.generation,
      typeChecking: expressionWarnings.length > 0 ? { expressionWarnings } : {},
    }
    if (!deepEqual(found.status, status)) await this.#requests.put(`${collection}/${name}/status`, { ...found, status })
  }
}
