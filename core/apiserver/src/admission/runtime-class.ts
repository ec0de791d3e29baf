import { compareQuantities, type Manifest, type StringMap, type Toleration } from '@flotilla/sdk'
import type { PodSpec } from '../builtin/pod-spec.ts'
import { refusal } from '../status.ts'
import type { Objects } from '../store/objects.ts'
import type { AdmissionRequest } from './admission.ts'
import type { Step } from './by-resource.ts'

const resource = 'runtimeclasses.node.k8s.io'

interface RuntimeClass extends Manifest {
  readonly overhead?: { readonly podFixed?: PodSpec['overhead'] & object }
  readonly scheduling?: { readonly nodeSelector?: StringMap; readonly tolerations?: readonly Toleration[] }
}

type Spec = PodSpec & { readonly runtimeClassName?: string }

const refuse = ({ resource, name }: AdmissionRequest, why: string) => refusal.forbidden(resource, name, why)

const sameAmounts = (a: PodSpec['overhead'] & object, b: PodSpec['overhead'] & object): boolean =>
  Object.keys(a).length === Object.keys(b).length &&
  Object.entries(a).every(([name, amount]) => {
    const other = b[name]
    return other !== undefined && compareQuantities(String(amount), String(other)) === 0
  })

/** What a container costs beside what runs in it, as its class says. */
const overheadOf = (request: AdmissionRequest, spec: Spec, found: RuntimeClass | undefined): Partial<Spec> => {
  const fixed = found?.overhead?.podFixed
  if (!fixed) {
    if (spec.overhead === undefined) return {}
    throw refuse(request, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead')
  }
  if (spec.overhead && !sameAmounts(spec.overhead, fixed))
    throw refuse(request, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")
  return { overhead: fixed }
}

/** Where it may run, as its class says. */
const placesOf = (request: AdmissionRequest, spec: Spec, { scheduling }: RuntimeClass): Partial<Spec> => {
  const { nodeSelector, tolerations = [] } = scheduling ?? {}
  for (const [key, value] of Object.entries(nodeSelector ?? {})) {
    const own = spec.nodeSelector?.[key]
    if (own === undefined || own === value) continue
    const names = 'runtimeClass.scheduling.nodeSelector'
    throw refuse(request, `conflict: ${names}[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`)
  }
  return {
    ...(nodeSelector && { nodeSelector: { ...spec.nodeSelector, ...nodeSelector } }),
    ...(tolerations.length > 0 && { tolerations: [...(spec.tolerations ?? []), ...tolerations] }),
  }
}

/** A new Pod gets what the way its containers are run brings along. */
export const runtimeClass =
  (objects: Objects): Step =>
  (request) => {
    const { operation, manifest } = request
    const spec = manifest.spec as Spec // by its schema
    if (operation !== 'CREATE' || (spec.runtimeClassName === undefined && spec.overhead === undefined)) return manifest
    const name = spec.runtimeClassName
    const found = name ? (objects.newest({ resource, namespace: '', name }) as RuntimeClass | undefined) : undefined // by its schema
    if (name && !found) throw refuse(request, `pod rejected: RuntimeClass "${name}" not found`)
    const more = { ...overheadOf(request, spec, found), ...(found && placesOf(request, spec, found)) }
    return Object.keys(more).length > 0 ? { ...manifest, spec: { ...spec, ...more } } : manifest
  }
