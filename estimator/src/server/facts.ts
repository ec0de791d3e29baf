import {
  type Condition,
  findCondition,
  type Kind,
  type Manifest,
  type ObjectMeta,
  type ResourceList,
  type StringMap,
  type Taint,
} from '@flotilla/sdk'
import type { Ground } from '../simulation/affinity.ts'
import { type Amounts, add, amountsOf } from '../simulation/amounts.ts'
import type { QuotaScope, QuotaState } from '../simulation/quota.ts'

type Identity = Pick<ObjectMeta, 'name' | 'namespace' | 'uid' | 'resourceVersion'>

/** What is kept of a node. */
export interface NodeFacts extends Ground {
  readonly metadata: Identity
  readonly allocatable: Amounts
}

/** What is kept of a pod. */
export interface PodFacts {
  readonly metadata: Identity
  /** Where it takes room, and how much; nothing while it waits for a node, or once it is over. */
  readonly node?: string
  readonly requests: Amounts
  /** Since when no node is found for it, in milliseconds, and the UID of who wants it. */
  readonly stuck?: { readonly since: number; readonly owner: string }
}

/** What is kept of a ResourceQuota. */
export interface QuotaFacts extends QuotaState {
  readonly metadata: Identity
}

export const nodeFactsKind: Kind<NodeFacts> = { apiVersion: 'v1', kind: 'Node', plural: 'nodes', scope: 'Cluster' }
export const podFactsKind: Kind<PodFacts> = { apiVersion: 'v1', kind: 'Pod', plural: 'pods', scope: 'Namespaced' }
export const quotaFactsKind: Kind<QuotaFacts> = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  scope: 'Namespaced',
}

const identityOf = ({ name, namespace, uid, resourceVersion }: ObjectMeta): Identity => ({
  name,
  ...(namespace && { namespace }),
  ...(uid && { uid }),
  ...(resourceVersion && { resourceVersion }),
})

interface Node extends Manifest {
  readonly spec?: { readonly unschedulable?: boolean; readonly taints?: readonly Taint[] }
  readonly status?: { readonly allocatable?: ResourceList }
}

export function nodeFacts(object: unknown): NodeFacts {
  const { metadata, spec = {}, status } = object as Node // what the server keeps under this kind
  const labels: StringMap = metadata.labels ?? {}
  return {
    metadata: identityOf(metadata),
    name: metadata.name,
    labels,
    taints: spec.taints ?? [],
    isCordoned: spec.unschedulable === true,
    allocatable: amountsOf(status?.allocatable),
  }
}

interface Container {
  readonly restartPolicy?: string
  readonly resources?: { readonly requests?: ResourceList }
}

interface Pod extends Manifest {
  readonly spec?: {
    readonly nodeName?: string
    readonly containers?: readonly Container[]
    readonly initContainers?: readonly Container[]
    readonly overhead?: ResourceList
    readonly resources?: { readonly requests?: ResourceList }
  }
  readonly status?: { readonly phase?: string; readonly conditions?: readonly Condition[] }
}

function raise(peak: Map<string, bigint>, amounts: Amounts): void {
  for (const [name, amount] of amounts) if (amount > (peak.get(name) ?? 0n)) peak.set(name, amount)
}

/**
 * What a pod asks for: its containers and sidecars together, or the greediest of those that run before them, beside the
 * sidecars already there; what is said of the pod as a whole in place of that; and its overhead.
 */
export function requestsOf({
  containers = [],
  initContainers = [],
  overhead,
  resources,
}: NonNullable<Pod['spec']>): Amounts {
  const sidecars = new Map<string, bigint>()
  const peak = new Map<string, bigint>()
  for (const { restartPolicy, resources } of initContainers) {
    const running = restartPolicy === 'Always' ? sidecars : new Map(sidecars)
    add(running, amountsOf(resources?.requests))
    raise(peak, running)
  }
  const together = new Map(sidecars)
  for (const { resources } of containers) add(together, amountsOf(resources?.requests))
  raise(peak, together)
  for (const [name, amount] of amountsOf(resources?.requests)) peak.set(name, amount)
  add(peak, amountsOf(overhead))
  return peak.set('pods', 1000n)
}

const nothing: Amounts = new Map()

/** Pods of one template ask for the same: that is held once, as long as there are not too many templates. */
const shapes = new Map<string, Amounts>()
const mostShapes = 10_000

function shared(amounts: Amounts): Amounts {
  const text = [...amounts].join()
  const known = shapes.get(text) ?? amounts
  if (shapes.size >= mostShapes) shapes.clear()
  shapes.set(text, known)
  return known
}

function stuckOf({ metadata, status }: Pod): PodFacts['stuck'] {
  const { status: isScheduled, reason, lastTransitionTime } = findCondition(status?.conditions, 'PodScheduled') ?? {}
  const owner = metadata.ownerReferences?.find(({ controller }) => controller)?.uid
  if (isScheduled !== 'False' || reason !== 'Unschedulable' || !owner) return undefined
  return { since: Date.parse(lastTransitionTime ?? '') || 0, owner }
}

export function podFacts(object: unknown): PodFacts {
  const pod = object as Pod // what the server keeps under this kind
  const { metadata, spec = {}, status } = pod
  const isOver = status?.phase === 'Succeeded' || status?.phase === 'Failed'
  const node = isOver ? undefined : spec.nodeName
  const stuck = isOver || node ? undefined : stuckOf(pod)
  return {
    metadata: identityOf(metadata),
    ...(node && { node }),
    requests: node ? shared(requestsOf(spec)) : nothing,
    ...(stuck && { stuck }),
  }
}

interface Quota extends Manifest {
  readonly spec?: {
    readonly scopes?: readonly string[]
    readonly scopeSelector?: { readonly matchExpressions?: readonly QuotaScope[] }
  }
  readonly status?: { readonly hard?: ResourceList; readonly used?: ResourceList }
}

export function quotaFacts(object: unknown): QuotaFacts {
  const { metadata, spec = {}, status = {} } = object as Quota // what the server keeps under this kind
  const named = (spec.scopes ?? []).map((scopeName): QuotaScope => ({ scopeName, operator: 'Exists' }))
  return {
    metadata: identityOf(metadata),
    namespace: metadata.namespace ?? '',
    scopes: [...named, ...(spec.scopeSelector?.matchExpressions ?? [])],
    hard: amountsOf(status.hard),
    used: amountsOf(status.used),
  }
}
