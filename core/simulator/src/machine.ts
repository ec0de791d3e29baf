import type { Runtime } from '@flotilla/kube'
import type { AddressPool } from './address-pool.ts'
import type { Node } from './api/node.ts'
import type { Cached } from './cached.ts'
import type { Capacity } from './node/capacity.ts'
import type { Bind } from './pod/bind.ts'
import type { Pods } from './pod/pods.ts'

/** What the controllers of a simulated cluster stand on. */
export interface Machine extends Runtime {
  /** The cluster's name. */
  readonly cluster: string
  readonly nodes: Cached<Node>
  readonly pods: Pods
  readonly capacity: Capacity
  readonly bind: Bind
  /** Those of pods. */
  readonly addresses: AddressPool
  /** How long a pod takes to start, in milliseconds. */
  readonly latency: number
  /** How often autoscalers look, in milliseconds. */
  readonly autoscalingPeriod: number
}
