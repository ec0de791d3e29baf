import { type ApiServer, inProcessTransport } from '@flotilla/apiserver'
import { createClient, createRuntime } from '@flotilla/kube'
import type { Controller, Log, Metrics, ResourceList } from '@flotilla/sdk'
import { AddressPool } from './address-pool.ts'
import { nodeKind } from './api/node.ts'
import { podKind } from './api/pod.ts'
import { Cached } from './cached.ts'
import { cronJobController } from './cron-job/controller.ts'
import { daemonSetController } from './daemon-set/controller.ts'
import { deploymentController } from './deployment/controller.ts'
import { disruptionController } from './disruption/controller.ts'
import { jobController } from './job/controller.ts'
import type { Machine } from './machine.ts'
import { numberOf } from './names.ts'
import { serviceAccountController } from './namespace/controller.ts'
import { Capacity } from './node/capacity.ts'
import { type ClusterSize, nodeController, nodeHealthController, registerNodes } from './node/controller.ts'
import { evictionController } from './node/eviction.ts'
import { bornRunning } from './pod/birth.ts'
import { kubeletController } from './pod/kubelet.ts'
import { Pods } from './pod/pods.ts'
import { schedulerController } from './pod/scheduler.ts'
import { quotaController } from './quota/controller.ts'
import { replicaSetController } from './replica-set/controller.ts'
import { serviceController } from './service/controller.ts'
import { statefulSetController } from './stateful-set/controller.ts'
import { volumeController } from './volume/controller.ts'

export interface SimulatorOptions {
  /** The cluster's; nodes, addresses and zones are named after it. */
  readonly name: string
  /** The cluster's API server. Closing it is its owner's business. */
  readonly server: ApiServer
  /** By default 3. */
  readonly nodes?: number
  /** Of each node; by default 8 CPUs, 32Gi and 110 pods. */
  readonly nodeCapacity?: ResourceList
  /** What the nodes say they run; by default `v1.33.0`. */
  readonly kubernetesVersion?: string
  /** How long a pod takes to start, in milliseconds; by default 0. */
  readonly latency?: number
  readonly log: Log
  /** By default nobody counts. */
  readonly metrics?: Metrics
  readonly now?: () => Date
}

/** A cluster's nodes and controllers, without machines. */
export interface Simulator {
  /** Runs until the signal; resolves when everything has stopped. May run again on the same server. */
  run(signal: AbortSignal): Promise<void>
}

const defaultCapacity: ResourceList = { cpu: '8', memory: '32Gi', pods: '110' }

const uncounted: Metrics = {
  counter: () => ({ add: () => undefined }),
  gauge: () => ({ set: () => undefined, forget: () => undefined }),
  histogram: () => ({ observe: () => undefined }),
}

/** Who writes: a part of the cluster, which may do everything. */
export const simulatorUser = { name: 'system:simulator', groups: ['system:masters'] }

const controllersOf = (machine: Machine): readonly Controller[] => [
  serviceAccountController(machine),
  deploymentController(machine),
  replicaSetController(machine),
  statefulSetController(machine),
  daemonSetController(machine),
  jobController(machine),
  cronJobController(machine),
  disruptionController(machine),
  serviceController(machine),
  volumeController(machine),
  quotaController(machine),
  schedulerController(machine),
  kubeletController(machine),
  nodeController(machine),
  nodeHealthController(machine),
  evictionController(machine),
]

function machineOf(options: SimulatorOptions, signal: AbortSignal): Machine {
  const { name, server, latency = 0, log, metrics = uncounted, now = () => new Date() } = options
  const client = createClient(inProcessTransport(server, simulatorUser), { fieldManager: 'simulator' })
  const runtime = createRuntime({ client, name: 'simulator', log, metrics, signal, now })
  const nodes = new Cached(runtime, nodeKind)
  const capacity = new Capacity(nodes.store, runtime.store(podKind))
  const addresses = new AddressPool(`10.${128 + numberOf(name, 64)}`)
  addresses.follow(runtime.store(podKind), ({ status }) => status?.podIP)
  const birth = latency > 0 ? undefined : bornRunning({ nodes: nodes.store, addresses, now })
  return { ...runtime, cluster: name, nodes, capacity, addresses, latency, pods: new Pods(runtime, capacity, birth) }
}

/** A member cluster over an embedded API server: what users write becomes pods that run, as far as anyone can tell. */
export function createSimulator(options: SimulatorOptions): Simulator {
  const { nodes = 3, nodeCapacity = defaultCapacity, kubernetesVersion = 'v1.33.0' } = options
  const size: ClusterSize = { count: nodes, capacity: nodeCapacity, kubernetesVersion }
  return {
    async run(signal) {
      const machine = machineOf(options, signal)
      await registerNodes(machine, size)
      await Promise.all(controllersOf(machine).map((controller) => controller.run(signal)))
    },
  }
}
