import type { Component, NodeClaim, ReplicaRequirements, ResourceList, schedule, Toleration } from '@flotilla/sdk'
import type { NodeSelector } from '../simulation/affinity.ts'
import { carried } from './message.ts'
import type {
  AssumedWorkloadMessage,
  ComponentMessage,
  ComponentRequirementsMessage,
  NodeClaimMessage,
  ReplicaRequirementsMessage,
} from './messages.ts'

const quantity = carried<{ readonly string?: string }>('Quantity')
const selector = carried<NodeSelector>('NodeSelector')
const toleration = carried<Toleration | Required<Omit<Toleration, 'tolerationSeconds'>>>('Toleration')

const mapped = <In, Out>(map: Readonly<Record<string, In>>, change: (value: In) => Out): Record<string, Out> =>
  Object.fromEntries(Object.entries(map).map(([name, value]) => [name, change(value)]))

/** Kubernetes writes every text of a requirement, even an empty one. */
const completed = ({ nodeSelectorTerms = [] }: NodeSelector): NodeSelector => {
  const whole = { key: '', operator: '', values: [] }
  return {
    nodeSelectorTerms: nodeSelectorTerms.map(({ matchExpressions = [], matchFields = [] }) => ({
      matchExpressions: matchExpressions.map((each) => ({ ...whole, ...each })),
      matchFields: matchFields.map((each) => ({ ...whole, ...each })),
    })),
  }
}

/** Everything that is bytes goes twice, for those who know it under its old number alone. */
function sentClaim({ nodeSelector, hardNodeAffinity, tolerations }: NodeClaim): NodeClaimMessage {
  const affinity = hardNodeAffinity && selector.encode(completed(hardNodeAffinity as NodeSelector))
  const tolerated = tolerations?.map((each) =>
    toleration.encode({ key: '', operator: '', value: '', effect: '', ...each } as Toleration),
  )
  return {
    ...(nodeSelector && { nodeSelector }),
    ...(affinity && { nodeAffinity: affinity, nodeAffinityBytes: affinity }),
    ...(tolerated && { tolerations: tolerated, tolerationsBytes: tolerated }),
  }
}

const sentList = (list: ResourceList): Record<string, Uint8Array> =>
  mapped(list, (amount) => quantity.encode({ string: String(amount) }))

function sentNeeds({
  nodeClaim,
  priorityClassName,
  resourceRequest,
}: Omit<ReplicaRequirements, 'namespace'>): ComponentRequirementsMessage {
  const request = resourceRequest && sentList(resourceRequest)
  return {
    ...(nodeClaim && { nodeClaim: sentClaim(nodeClaim) }),
    ...(priorityClassName && { priorityClassName }),
    ...(request && { resourceRequest: request, resourceRequestBytes: request }),
  }
}

/** What one replica needs, to be sent. */
export const sentRequirements = ({ namespace, ...needs }: ReplicaRequirements): ReplicaRequirementsMessage => ({
  ...sentNeeds(needs),
  ...(namespace && { namespace }),
})

export const sentComponent = ({ name, replicas, replicaRequirements }: Component): ComponentMessage => ({
  ...(name && { name }),
  ...(replicaRequirements && { replicaRequirements: sentNeeds(replicaRequirements) }),
  ...(replicas && { replicas }),
})

export const sentAssumed = ({ namespace, components }: schedule.AssumedWorkload): AssumedWorkloadMessage => ({
  ...(namespace && { namespace }),
  components: components.map(sentComponent),
})

/** Kubernetes reads an empty text as nothing said. */
const said = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== '')) as T

/** The new field, or where nothing is in it, what an older scheduler said in the old one. */
const either = <T extends { readonly length: number }>(now: T | undefined, before: T | undefined): T | undefined =>
  now && now.length > 0 ? now : before

function readClaim(claim: NodeClaimMessage): NodeClaim {
  const affinity = either(claim.nodeAffinityBytes, claim.nodeAffinity)
  const tolerated = either(claim.tolerationsBytes, claim.tolerations) ?? []
  return {
    nodeSelector: claim.nodeSelector ?? {},
    ...(affinity && affinity.length > 0 && { hardNodeAffinity: selector.decode(affinity) }),
    tolerations: tolerated.map((bytes) => said(toleration.decode(bytes))),
  }
}

const readNeeds = ({
  nodeClaim,
  priorityClassName,
  resourceRequest = {},
  resourceRequestBytes = {},
}: ComponentRequirementsMessage): Omit<ReplicaRequirements, 'namespace'> => ({
  ...(nodeClaim && { nodeClaim: readClaim(nodeClaim) }),
  ...(priorityClassName && { priorityClassName }),
  resourceRequest: mapped(
    { ...resourceRequest, ...resourceRequestBytes },
    (bytes) => quantity.decode(bytes).string || '0',
  ),
})

/** What one replica needs, as it was sent. Throws when the bytes inside are no message of Kubernetes'. */
export const readRequirements = ({ namespace, ...needs }: ReplicaRequirementsMessage): ReplicaRequirements => ({
  ...readNeeds(needs),
  ...(namespace && { namespace }),
})

export const readComponent = ({ name = '', replicas = 0, replicaRequirements }: ComponentMessage): Component => ({
  name,
  replicas,
  ...(replicaRequirements && { replicaRequirements: readNeeds(replicaRequirements) }),
})

export const readAssumed = ({ namespace, components = [] }: AssumedWorkloadMessage): schedule.AssumedWorkload => ({
  ...(namespace && { namespace }),
  components: components.map(readComponent),
})
