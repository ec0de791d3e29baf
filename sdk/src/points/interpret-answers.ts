import { isFields } from '../fields.ts'
import { parseQuantity } from '../quantity.ts'
import type { Aggregation, Retention, Revision } from './interpret.ts'
import { firstWrong, isReplicas, mostReplicas, shown, wrongJson, wrongManifest } from './wrong.ts'

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

const isTextOrMissing = (value: unknown): boolean => value === undefined || typeof value === 'string'

const isFieldsOrMissing = (value: unknown): boolean => value === undefined || isFields(value)

function isQuantity(value: unknown): boolean {
  if (typeof value !== 'string' && typeof value !== 'number') return false
  try {
    parseQuantity(value)
    return true
  } catch {
    return false
  }
}

/** What is wrong with what one replica needs; nothing has to be said of it. */
function wrongRequirements(requirements: unknown): string | undefined {
  if (requirements === undefined) return undefined
  if (!isFields(requirements)) return `the requirements of a replica are an object, not ${shown(requirements)}`
  const { nodeClaim, resourceRequest = {}, namespace, priorityClassName } = requirements
  if (!isFieldsOrMissing(nodeClaim)) return `nodeClaim is an object, not ${shown(nodeClaim)}`
  if (!isTextOrMissing(namespace)) return `namespace is a text, not ${shown(namespace)}`
  if (!isTextOrMissing(priorityClassName)) return `priorityClassName is a text, not ${shown(priorityClassName)}`
  if (!isFields(resourceRequest)) return `resourceRequest is an object, not ${shown(resourceRequest)}`
  const [odd] = Object.entries(resourceRequest).filter(([, amount]) => !isQuantity(amount))
  return odd ? `resourceRequest.${odd[0]} is ${shown(odd[1])}, which is not a quantity` : wrongJson(nodeClaim)
}

const wrongCount = (replicas: unknown): string | undefined =>
  isReplicas(replicas) ? undefined : `${shown(replicas)} replicas are not a whole number from 0 to ${mostReplicas}`

/** An answer to `interpret.replicas` that cannot be. */
export function wrongNeeds(answer: unknown): string | undefined {
  if (!isFields(answer)) return `${shown(answer)} is not an object with replicas`
  return wrongCount(answer.replicas) ?? wrongRequirements(answer.requirements)
}

function wrongComponent(component: unknown): string | undefined {
  if (!isFields(component) || !isText(component.name)) return 'a component is an object with a name'
  return wrongCount(component.replicas) ?? wrongRequirements(component.replicaRequirements)
}

/** An answer to `interpret.components` that cannot be. */
export function wrongComponents(answer: unknown): string | undefined {
  if (!Array.isArray(answer)) return `${shown(answer)} is not a list of components`
  const seen = new Set<unknown>()
  return firstWrong(answer, (component: unknown) => {
    const problem = wrongComponent(component)
    if (problem || !isFields(component)) return problem
    if (seen.has(component.name)) return `another component is called ${shown(component.name)}, too`
    seen.add(component.name)
    return undefined
  })
}

function wrongDependency(dependency: unknown): string | undefined {
  if (!isFields(dependency)) return `${shown(dependency)} is not an object`
  const { apiVersion, kind, namespace, name, labelSelector } = dependency
  if (!isText(apiVersion) || !isText(kind)) return 'a dependency has an apiVersion and a kind'
  if (!isTextOrMissing(namespace)) return `namespace is a text, not ${shown(namespace)}`
  if (!isTextOrMissing(name)) return `name is a text, not ${shown(name)}`
  if (!isFieldsOrMissing(labelSelector)) return `labelSelector is an object, not ${shown(labelSelector)}`
  return name || labelSelector ? wrongJson(labelSelector) : 'a dependency has a name or a labelSelector'
}

/** An answer to `interpret.dependencies` that cannot be. */
export const wrongDependencies = (answer: unknown): string | undefined =>
  Array.isArray(answer) ? firstWrong(answer, wrongDependency) : `${shown(answer)} is not a list of dependencies`

/** An answer to `interpret.reviseReplicas` that cannot be. */
export const wrongRevision = (answer: unknown, { manifest }: Revision) => wrongManifest(answer, manifest)

/** An answer to `interpret.retain` that cannot be. */
export const wrongRetention = (answer: unknown, { desired }: Retention) => wrongManifest(answer, desired)

/** An answer to `interpret.status` that cannot be. */
export const wrongReflection = (answer: unknown): string | undefined =>
  isFields(answer) ? wrongJson(answer.status, 'status') : `${shown(answer)} is not an object with a status`

const healths: readonly unknown[] = ['Healthy', 'Unhealthy', 'Unknown']

/** An answer to `interpret.health` that cannot be. */
export const wrongHealth = (answer: unknown): string | undefined =>
  healths.includes(answer) ? undefined : `${shown(answer)} is none of ${healths.join(', ')}`

/** An answer to `interpret.aggregate` that cannot be. */
export const wrongAggregate = (answer: unknown, { template }: Aggregation) => wrongManifest(answer, template)
