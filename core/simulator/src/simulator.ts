import { type ApiServer, inProcessTransport } from '@flotilla/apiserver'
import { createClient, createRuntime } from '@flotilla/kube'
import type { Client, Controller, Log, Metrics, ResourceList } from '@flotilla/sdk'
import { AddressPool } from './address-pool.ts'
import { nodeKind } from './api/node.ts'
import { podKind } from './api/pod.ts'
import { autoscalerController } from './autoscaler/controller.ts'
import { Cached } from './cached.ts'
import { cronJobController } from './cron-job/controller.ts'
import { daemonSetController } from './daemon-set/controller.ts'
import { deploymentController } from './deployment/controller.ts'
import { disruptionController } from './disruption/controller.ts'
import { jobController } from './job/controller.ts'
import type { Machine } from './machine.ts'
import { numberOf } from './names.ts'
import { Capacity } from './node/capacity.ts'
import { type ClusterSize, nodeController, nodeHealthController, registerNodes } from './node/controller.ts'
import { evictionController } from './node/eviction.ts'
import { leaseController } from './node/lease.ts'
import { type Bind, bindBySubresource } from './pod/bind.ts'
import { bornRunning } from './pod/birth.ts'
import { kubeletController } from './pod/kubelet.ts'
import { Pods } from './pod/pods.ts'
import { schedulerController } from './pod/scheduler.ts'
import { terminationController } from './pod/termination.ts'
import { replicaSetController } from './replica-set/controller.ts'
import { serviceController } from './service/controller.ts'
import { statefulSetController } from './stateful-set/controller.ts'
import { simulatorUser } from './user.ts'
import { claimController, volumeController } from './volume/controller.ts'

interface ClusterOptions {
  /** The cluster's; nodes, addresses and zones are named after it. */
  readonly name: string
  /** By default 3. */
  readonly nodes?: number
  /** Of each node; by default 8 CPUs, 32Gi and 110 pods. */
  readonly nodeCapacity?: ResourceList
  /** What the nodes say they run; by default `v1.33.0`. */
  readonly kubernetesVersion?: string
  /** How long a pod takes to start, in milliseconds; by default 0. */
  readonly latency?: number
  /** How often HorizontalPodAutoscalers look, in milliseconds; by default 15 s. */
  readonly autoscalingPeriod?: number
  readonly log: Log
  /** By default nobody counts. */
  readonly metrics?: Metrics
  readonly now?: () => Date
}

export interface SimulatorOptions extends ClusterOptions {
  /** Whether nodes say every ten seconds that they are there, as kubelets do; by default they do not, and nothing is written in a cluster where nothing happens. */
  readonly nodeLeases?: boolean
  /** The cluster's API server. Closing it is its owner's business. */
  readonly server: ApiServer
}

export interface MachinesOptions extends ClusterOptions {
  /** The API of a cluster that has controllers already, as one who may do everything. */
  readonly client: Client
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

const controllersOf = (machine: Machine): readonly Controller[] => [
  deploymentController(machine),
  replicaSetController(machine),
  statefulSetController(machine),
  daemonSetController(machine),
  jobController(machine),
  cronJobController(machine),
  disruptionController(machine),
  autoscalerController(machine),
  serviceController(machine),
  claimController(machine),
  volumeController(machine),
  schedulerController(machine),
  kubeletController(machine),
  nodeController(machine),
  nodeHealthController(machine),
  evictionController(machine),
]

/** What a machine is made of beside what it is told. */
interface Parts {
  readonly client: Client
  readonly bind?: Bind
  /** Whether pods that start at once are made started. */
  readonly isBornRunning: boolean
}

function machineOf(options: ClusterOptions, { client, isBornRunning, ...parts }: Parts, signal: AbortSignal): Machine {
  const { name, latency = 0, autoscalingPeriod = 15_000, log, metrics = uncounted, now = () => new Date() } = options
  const runtime = createRuntime({ client, name: 'simulator', log, metrics, signal, now })
  const nodes = new Cached(runtime, nodeKind)
  const capacity = new Capacity(nodes.store, runtime.store(podKind))
  const addresses = new AddressPool(`10.${128 + numberOf(name, 64)}`)
  addresses.follow(runtime.store(podKind), ({ status }) => status?.podIP)
  const birth = isBornRunning ? bornRunning({ nodes: nodes.store, addresses, now }) : undefined
  const pods = new Pods(runtime, capacity, birth)
  const { bind = (pod, nodeName) => pods.patch(pod, { spec: { nodeName } }) } = parts
  return { ...runtime, cluster: name, nodes, capacity, bind, addresses, latency, autoscalingPeriod, pods }
}

const sizeOf = ({ nodes = 3, nodeCapacity = defaultCapacity, kubernetesVersion = 'v1.33.0' }: ClusterOptions) =>
  ({ count: nodes, capacity: nodeCapacity, kubernetesVersion }) satisfies ClusterSize

async function runAll(machine: Machine, controllers: readonly Controller[], size: ClusterSize): Promise<void> {
  await registerNodes(machine, size)
  await Promise.all(controllers.map((controller) => controller.run(machine.signal)))
}

/** A member cluster over an embedded API server: what users write becomes pods that run, as far as anyone can tell. */
export function createSimulator(options: SimulatorOptions): Simulator {
  const { server, latency = 0, nodeLeases = false } = options
  return {
    async run(signal) {
      const client = createClient(inProcessTransport(server, simulatorUser), { fieldManager: 'simulator' })
      const machine = machineOf(options, { client, isBornRunning: latency === 0 }, signal)
      const controllers = [...controllersOf(machine), ...(nodeLeases ? [leaseController(machine)] : [])]
      await runAll(machine, controllers, sizeOf(options))
    },
  }
}

/**
 * The machines of a cluster whose API server and controllers are real, as far as these can tell: nodes that say they are there, a
 * scheduler, and kubelets that start pods and let them go.
 */
export function createMachines(options: MachinesOptions): Simulator {
  const { client } = options
  return {
    async run(signal) {
      const machine = machineOf(options, { client, bind: bindBySubresource(client), isBornRunning: false }, signal)
      const parts = [leaseController, schedulerController, kubeletController, terminationController]
      await runAll(
        machine,
        parts.map((part) => part(machine)),
        sizeOf(options),
      )
    },
  }
}
