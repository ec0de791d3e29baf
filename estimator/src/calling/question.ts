import { type Binding, hasReplicas, type schedule } from '@flotilla/sdk'
import type { MethodDefinition } from '@grpc/grpc-js'
import { sentAssumed, sentComponent, sentRequirements } from '../wire/requirements.ts'
import { service } from '../wire/service.ts'

/** What a binding makes one want to know of each cluster. */
export interface Question {
  /** The same for whoever wants to know the same. */
  readonly text: string
  /** For the log of who is asked. */
  readonly object: string
  /** The number a cluster answers, once asked by something like a line. */
  put(cluster: string, assumed: readonly schedule.AssumedWorkload[], ask: Asking): Promise<number>
}

export type Asking = <Request, Response>(
  method: MethodDefinition<Request, Response>,
  request: Request,
  object: string,
) => Promise<Response>

const objectOf = ({ spec: { resource } }: Binding): string =>
  `kind=${resource.kind}, name=${resource.namespace ? `${resource.namespace}/` : ''}${resource.name}`

function aboutReplicas(binding: Binding): Question {
  const { replicaRequirements = {}, resource } = binding.spec
  const needs = { namespace: resource.namespace ?? '', ...replicaRequirements }
  const sent = sentRequirements(needs)
  const object = objectOf(binding)
  return {
    text: JSON.stringify(needs),
    object,
    async put(cluster, assumed, ask) {
      const request = { cluster, replicaRequirements: sent, assumedWorkloads: assumed.map(sentAssumed) }
      return (await ask(service.MaxAvailableReplicas, request, object)).maxReplicas ?? 0
    },
  }
}

function aboutSets(binding: Binding): Question {
  const { components = [], resource } = binding.spec
  const namespace = resource.namespace ?? ''
  const sent = components.map(sentComponent)
  const object = objectOf(binding)
  return {
    text: JSON.stringify([components, namespace]),
    object,
    async put(cluster, assumed, ask) {
      const request = { cluster, components: sent, namespace, assumedWorkloads: assumed.map(sentAssumed) }
      return (await ask(service.MaxAvailableComponentSets, request, object)).maxSets ?? 0
    },
  }
}

/** How many replicas of a Deployment have found no node for so many seconds. */
export function aboutStuck(binding: Binding, seconds: number): Question {
  const { apiVersion, kind, namespace = '', name } = binding.spec.resource
  const resource = { apiVersion, kind, namespace, name }
  const object = objectOf(binding)
  return {
    text: JSON.stringify(['stuck', resource, seconds]),
    object,
    async put(cluster, _, ask) {
      const request = { cluster, resource, unschedulableThreshold: Math.round(seconds * 1e9) }
      return (await ask(service.GetUnschedulableReplicas, request, object)).unschedulableReplicas ?? 0
    },
  }
}

/** Undefined when a binding needs no room. */
export function questionOf(binding: Binding): Question | undefined {
  if (hasReplicas(binding.spec)) return aboutReplicas(binding)
  return (binding.spec.components?.length ?? 0) > 0 ? aboutSets(binding) : undefined
}
