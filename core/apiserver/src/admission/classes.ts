import type { Manifest } from '@flotilla/sdk'
import { readKeys } from '../registry/json-path.ts'
import { refusal } from '../status.ts'
import type { Objects } from '../store/objects.ts'
import type { Step } from './by-resource.ts'

const priorities = 'priorityclasses.scheduling.k8s.io'
const storages = 'storageclasses.storage.k8s.io'
const ingresses = 'ingressclasses.networking.k8s.io'

/** Priorities every cluster has, whether there are objects of them or not. */
const system: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
}

const specOf = ({ spec }: Manifest): Readonly<Record<string, unknown>> => spec as Readonly<Record<string, unknown>> // by the schemas of the kinds that come here

const withSpec = (object: Manifest, fields: Readonly<Record<string, unknown>>): Manifest => ({
  ...object,
  spec: { ...specOf(object), ...fields },
})

const defaultPriority = (objects: Objects): Manifest | undefined =>
  objects
    .list(priorities)
    .filter(({ globalDefault }) => globalDefault === true)
    .reduce<Manifest | undefined>(
      (least, each) => (least && Number(least.value) <= Number(each.value) ? least : each),
      undefined,
    )

interface Priority {
  readonly name?: string
  readonly value: number
  readonly preemptionPolicy: unknown
}

const priorityOf = (found: Manifest): Priority => ({
  name: found.metadata.name,
  value: Number(found.value),
  preemptionPolicy: found.preemptionPolicy ?? 'PreemptLowerPriority',
})

const priorityFor = (objects: Objects, name: string | undefined): Priority | undefined => {
  if (name === undefined) {
    const found = defaultPriority(objects)
    return found ? priorityOf(found) : { value: 0, preemptionPolicy: 'PreemptLowerPriority' }
  }
  const found = objects.get({ resource: priorities, namespace: '', name })
  if (found) return priorityOf(found)
  const value = Object.hasOwn(system, name) ? system[name] : undefined
  return value === undefined ? undefined : { name, value, preemptionPolicy: 'PreemptLowerPriority' }
}

/** A new Pod gets the number its class stands for. */
export const priority =
  (objects: Objects): Step =>
  ({ operation, resource, name, manifest }) => {
    if (operation !== 'CREATE') return manifest
    const { priorityClassName, priority: given } = specOf(manifest)
    const called = typeof priorityClassName === 'string' && priorityClassName ? priorityClassName : undefined
    const found = priorityFor(objects, called)
    if (!found) throw refusal.forbidden(resource, name, `no PriorityClass with name ${called} was found`)
    if (given !== undefined && given !== found.value) {
      const why = `the integer value of priority (${String(given)}) must not be provided in pod spec; priority admission controller computed ${found.value} from the given PriorityClass name`
      throw refusal.forbidden(resource, name, why)
    }
    return withSpec(manifest, {
      priority: found.value,
      preemptionPolicy: specOf(manifest).preemptionPolicy ?? found.preemptionPolicy,
      ...(found.name && { priorityClassName: found.name }),
    })
  }

/** Of PriorityClasses one may be for those who name none. */
export const onePriority =
  (objects: Objects): Step =>
  ({ operation, resource, name, manifest }) => {
    const other = manifest.globalDefault === true && operation !== 'DELETE' ? defaultPriority(objects) : undefined
    if (!other || other.metadata.name === name) return manifest
    const why = `PriorityClass ${other.metadata.name} is already marked as default. Only one default can exist`
    throw refusal.forbidden(resource, name, why)
  }

const isDefault = (annotation: string) => (found: Manifest) => found.metadata.annotations?.[annotation] === 'true'

/** The class that is marked as the one for those who name none: of several the newest. */
const defaultClass = (objects: Objects, resource: string, annotation: string): string | undefined => {
  const newest = (a: Manifest, b: Manifest) =>
    (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? '') ||
    (a.metadata.name < b.metadata.name ? -1 : 1)
  const [first] = objects.list(resource).filter(isDefault(annotation)).toSorted(newest)
  return first?.metadata.name
}

const storageAnnotations = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
]

/** A new claim that names no class gets the one that is marked. */
export const storageClass =
  (objects: Objects): Step =>
  ({ operation, manifest }) => {
    const named =
      specOf(manifest).storageClassName ?? manifest.metadata.annotations?.['volume.beta.kubernetes.io/storage-class']
    if (operation !== 'CREATE' || named !== undefined) return manifest
    const [found] = storageAnnotations.flatMap((annotation) => defaultClass(objects, storages, annotation) ?? [])
    return found ? withSpec(manifest, { storageClassName: found }) : manifest
  }

/** The same for a new Ingress. */
export const ingressClass =
  (objects: Objects): Step =>
  ({ operation, manifest }) => {
    const named = specOf(manifest).ingressClassName ?? manifest.metadata.annotations?.['kubernetes.io/ingress.class']
    if (operation !== 'CREATE' || named !== undefined) return manifest
    const found = defaultClass(objects, ingresses, 'ingressclass.kubernetes.io/is-default-class')
    return found && readKeys(manifest, ['spec']) ? withSpec(manifest, { ingressClassName: found }) : manifest
  }
