import type { Manifest, StringMap } from '@flotilla/sdk'
import type { Pod } from '../builtin/pods.ts'
import { withMetadata } from '../object/metadata.ts'
import type { BodyAnswer } from '../request.ts'
import { cause } from '../schema/causes.ts'
import { refusal, success } from '../status.ts'
import { type Call, timestamp } from '../target.ts'
import { readTold } from './told.ts'
import { replaceWith } from './update.ts'

const kind = { group: '', version: 'v1', kind: 'Binding', schema: 'io.k8s.api.core.v1.Binding' } as const

interface Binding extends Manifest {
  readonly target: { readonly kind?: string; readonly name?: string }
}

const checkTarget = ({ target, metadata: { name } }: Binding): string => {
  const wrong = [
    ...(target.kind && target.kind !== 'Node'
      ? [cause.notSupported('target.kind', target.kind, ['Node', '<empty>'])]
      : []),
    ...(target.name ? [] : [cause.required('target.name')]),
  ]
  if (wrong.length > 0) throw refusal.invalid(kind, name, wrong)
  return target.name ?? ''
}

const bindings = { group: '', plural: 'pods/binding' } as const

/** Throws 409 for a Pod that goes nowhere any more. */
const checkFree = ({ metadata: { name, deletionTimestamp }, spec }: Pod): void => {
  const why = deletionTimestamp
    ? `pod ${name} is being deleted, cannot be assigned to a host`
    : spec.nodeName
      ? `pod ${name} is already assigned to node "${spec.nodeName}"`
      : spec.schedulingGates?.length
        ? `pod ${name} has non-empty .spec.schedulingGates`
        : undefined
  if (why) throw refusal.conflict(bindings, name, why)
}

const scheduled = (pod: Pod, now: Date): Pod['status'] => {
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'PodScheduled')
  const condition = { type: 'PodScheduled', status: 'True', lastTransitionTime: timestamp(now) }
  return { ...pod.status, conditions: [...others, condition] }
}

const assigned = (pod: Pod, node: string, annotations: StringMap | undefined, now: Date): Pod => {
  checkFree(pod)
  const placed = { ...pod, spec: { ...pod.spec, nodeName: node }, status: scheduled(pod, now) }
  return annotations
    ? (withMetadata(placed, { annotations: { ...pod.metadata.annotations, ...annotations } }) as Pod)
    : placed
}

/** POST of a Pod's `binding`, or of a `Binding`: the Pod runs on a node. Throws 404, 409 and 422. */
export const bind = async (call: Call): Promise<BodyAnswer> => {
  const binding = readTold(call, kind) as Binding
  const node = checkTarget(binding)
  const { name, annotations } = binding.metadata
  const served = call.engine.registry.byId('pods')
  if (served === undefined) throw refusal.unknownPath()
  await replaceWith({ ...call, served, name, subresource: 'binding' }, (pod) =>
    assigned(pod as Pod, node, annotations, call.engine.now()),
  )
  return { code: 201, body: { ...success({}), code: 201 } }
}
