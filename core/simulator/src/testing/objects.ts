import { deepFreeze, timestamp } from '@flotilla/sdk'
import type { Node } from '../api/node.ts'
import type { Pod, PodSpec, PodStatus } from '../api/pod.ts'
import type { DaemonSet, Deployment, Job, ReplicaSet, StatefulSet } from '../api/workloads.ts'

export const now = new Date('2026-11-22T10:00:00Z')

/** So many seconds before now. */
export const ago = (seconds: number): string => timestamp(new Date(now.getTime() - seconds * 1000))

const labels = { app: 'web' }
export const template = (image = 'web:1', spec: Partial<PodSpec> = {}) => ({
  metadata: { labels },
  spec: { containers: [{ name: 'main', image }], ...spec },
})
const selector = { matchLabels: labels }

const metadata = (name: string, more: object = {}) => ({
  namespace: 'default',
  name,
  uid: `uid-${name}`,
  generation: 1,
  ...more,
})

export const deployment = (spec: Partial<Deployment['spec']> = {}, status?: Deployment['status']): Deployment =>
  deepFreeze({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata('web'),
    spec: { replicas: 4, selector, template: template(), progressDeadlineSeconds: 600, ...spec },
    ...(status && { status }),
  })

export const replicaSet = (
  name: string,
  spec: Partial<ReplicaSet['spec']> = {},
  more: Partial<ReplicaSet> = {},
): ReplicaSet =>
  deepFreeze({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    spec: { replicas: 1, selector, template: template(), ...spec },
    ...more,
    metadata: metadata(name, more.metadata),
  })

export const statefulSet = (spec: Partial<StatefulSet['spec']> = {}, status?: StatefulSet['status']): StatefulSet =>
  deepFreeze({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: metadata('db'),
    spec: { replicas: 3, selector, template: template(), ...spec },
    ...(status && { status }),
  })

export const daemonSet = (spec: Partial<DaemonSet['spec']> = {}): DaemonSet =>
  deepFreeze({
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: metadata('agent'),
    spec: { selector, template: template(), ...spec },
  })

export const job = (spec: Partial<Job['spec']> = {}, status?: Job['status']): Job =>
  deepFreeze({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadata('sum'),
    spec: { template: template(), ...spec },
    ...(status && { status }),
  })

export const pod = (name: string, spec: Partial<PodSpec> = {}, more: Partial<Pod> = {}): Pod =>
  deepFreeze({
    apiVersion: 'v1',
    kind: 'Pod',
    spec: { containers: [{ name: 'main', image: 'web:1' }], ...spec },
    ...more,
    metadata: metadata(name, { labels, ...more.metadata }),
  })

export const readySince = (time: string): PodStatus => ({
  phase: 'Running',
  podIP: '10.0.0.1',
  conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: time }],
})

export const ready: PodStatus = readySince(ago(60))
export const broken: PodStatus = {
  phase: 'Running',
  conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: ago(60) }],
}

export const node = (name: string, more: Partial<Node> = {}): Node =>
  deepFreeze({
    apiVersion: 'v1',
    kind: 'Node',
    status: { allocatable: { cpu: '2', memory: '4Gi', pods: '3' } },
    ...more,
    metadata: { name, ...more.metadata },
  })
