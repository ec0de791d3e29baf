import type { Condition, Kind, Manifest, ResourceList, Taint } from '@flotilla/sdk'

export interface NodeStatus {
  readonly capacity?: ResourceList
  readonly allocatable?: ResourceList
  readonly conditions?: readonly (Condition & { readonly lastHeartbeatTime?: string })[]
  readonly addresses?: readonly { readonly type: string; readonly address: string }[]
  readonly nodeInfo?: object
}

export interface Node extends Manifest {
  readonly spec?: { readonly unschedulable?: boolean; readonly taints?: readonly Taint[]; readonly podCIDR?: string }
  readonly status?: NodeStatus
}

export const nodeKind: Kind<Node> = { apiVersion: 'v1', kind: 'Node', plural: 'nodes', scope: 'Cluster' }
