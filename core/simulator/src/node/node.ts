import { type Condition, type ResourceList, timestamp } from '@flotilla/sdk'
import type { Node, NodeStatus } from '../api/node.ts'
import { numberOf } from '../names.ts'

export interface NodeOptions {
  /** The cluster's; nodes are named after it. */
  readonly cluster: string
  readonly capacity: ResourceList
  /** `v1.34.1`. */
  readonly kubernetesVersion: string
}

const zones = ['a', 'b', 'c'] as const

/** The n-th node of a cluster, from 1. Nodes are spread over three zones of a region named like the cluster. */
export function nodeOf({ cluster, capacity, kubernetesVersion }: NodeOptions, number: number, now: Date): Node {
  const name = `${cluster}-node-${number}`
  const labels = {
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    'node.kubernetes.io/instance-type': 'simulated',
    'topology.kubernetes.io/region': cluster,
    'topology.kubernetes.io/zone': `${cluster}-${zones[(number - 1) % zones.length]}`,
  }
  const address = `172.${16 + numberOf(cluster, 16)}.${Math.floor(number / 254)}.${(number % 254) + 1}`
  const status: NodeStatus = {
    capacity,
    allocatable: capacity,
    conditions: conditions(timestamp(now)),
    addresses: [
      { type: 'InternalIP', address },
      { type: 'Hostname', address: name },
    ],
    nodeInfo: nodeInfo(name, kubernetesVersion),
  }
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    spec: {},
    status,
  }
}

function conditions(time: string): readonly Condition[] {
  const condition = (type: string, status: Condition['status'], reason: string, message: string) => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: time,
    lastTransitionTime: time,
  })
  return [
    condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
    condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
  ]
}

const nodeInfo = (name: string, version: string) => ({
  architecture: 'amd64',
  bootID: name,
  containerRuntimeVersion: 'simulated://1.0.0',
  kernelVersion: '6.0.0-simulated',
  kubeProxyVersion: version,
  kubeletVersion: version,
  machineID: name,
  operatingSystem: 'linux',
  osImage: 'Flotilla simulator',
  systemUUID: name,
})
