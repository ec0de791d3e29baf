import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { nodeKind } from './api/node.ts'
import { type Pod, podKind } from './api/pod.ts'
import { type EndpointSlice, endpointSliceKind, serviceKind } from './api/service.ts'
import { claimKind } from './api/volume.ts'
import {
  type Deployment,
  daemonSetKind,
  deploymentKind,
  jobKind,
  replicaSetKind,
  statefulSetKind,
  type WorkloadCondition,
} from './api/workloads.ts'
import { findCondition, isReady } from './pod/condition.ts'
import { type Cluster, eventually, eventuallyAll, newCluster } from './testing/cluster.ts'

let cluster: Cluster
beforeEach(async () => {
  cluster = await newCluster()
})
afterEach(async () => {
  await cluster.close()
})

const labels = { app: 'web' }
const podSpec = (image = 'web:1') => ({
  containers: [
    {
      name: 'main',
      image,
      ports: [{ name: 'http', containerPort: 8080 }],
      resources: { requests: { cpu: '100m', memory: '64Mi' } },
    },
  ],
})
const metadata = (name: string) => ({ namespace: 'default', name })
const template = (image?: string, more: object = {}) => ({ metadata: { labels }, spec: { ...podSpec(image), ...more } })
const selector = { matchLabels: labels }

const deployment = (spec: object = {}): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: metadata('web'),
  spec: { replicas: 3, selector, template: template(), ...spec },
})

const says = (conditions: readonly WorkloadCondition[] = []) =>
  conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`).sort()

const isRolledOut = ({ spec: { replicas }, status, metadata: { generation } }: Deployment): boolean =>
  status?.observedGeneration === generation &&
  (status?.availableReplicas ?? 0) === replicas &&
  (status?.updatedReplicas ?? 0) === replicas &&
  (status?.replicas ?? 0) === replicas

const rolledOut = async (): Promise<Deployment> => {
  const [found] = await eventuallyAll(cluster, deploymentKind, 1, isRolledOut)
  assert.ok(found)
  return found
}

const patch = (spec: object) => cluster.client.patch(deploymentKind, metadata('web'), { type: 'merge', body: { spec } })

test('a cluster has ready nodes', async () => {
  const stop = cluster.start({
    nodes: 2,
    nodeCapacity: { cpu: '1', memory: '1Gi', pods: '10' },
    kubernetesVersion: 'v1.30.1',
  })
  const nodes = await eventually(async () => {
    const { items } = await cluster.client.list(nodeKind)
    return items.length === 2 && items.every(({ status }) => status?.nodeInfo) && items
  }, 'two nodes')
  const [node] = nodes
  assert.deepEqual(node?.status?.allocatable, { cpu: '1', memory: '1Gi', pods: '10' })
  assert.equal(node?.status?.conditions?.find(({ type }) => type === 'Ready')?.status, 'True')
  assert.equal(node?.metadata.labels?.['kubernetes.io/hostname'], 'member1-node-1')
  assert.equal(node?.metadata.labels?.['topology.kubernetes.io/zone'], 'member1-a')
  await stop()
  assert.deepEqual(cluster.complaints, [])
})

test('a Deployment becomes pods that run, with few writes', async () => {
  const stop = cluster.start()
  const { status: { conditions, ...counters } = {}, metadata } = await (async () => {
    await cluster.client.create(deploymentKind, deployment())
    return rolledOut()
  })()
  assert.deepEqual(counters, {
    observedGeneration: 1,
    replicas: 3,
    updatedReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
  })
  assert.deepEqual(says(conditions), [
    'Available=True MinimumReplicasAvailable',
    'Progressing=True NewReplicaSetAvailable',
  ])
  assert.equal(metadata.annotations?.['deployment.kubernetes.io/revision'], '1')

  const [set] = await eventuallyAll(cluster, replicaSetKind, 1)
  assert.deepEqual(set?.status, {
    observedGeneration: 1,
    replicas: 3,
    fullyLabeledReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
  })
  const pods = await eventuallyAll(cluster, podKind, 3, isReady)
  assert.equal(new Set(pods.map(({ status }) => status?.podIP)).size, 3)
  assert.equal(new Set(pods.map(({ spec }) => spec.nodeName)).size, 3, 'spread over the nodes')
  assert.ok(pods.every((pod) => pod.metadata.name.startsWith(`${set?.metadata.name}-`)))
  await stop()
  assert.deepEqual(cluster.complaints, [])
})

test('nothing is written twice, and a restart writes nothing', async () => {
  const stop = cluster.start()
  await eventually(async () => {
    const { items } = await cluster.client.list(nodeKind)
    return items.length === 3 && items.every(({ status }) => status?.nodeInfo)
  }, 'nodes')
  const before = await cluster.writes()
  await cluster.client.create(deploymentKind, deployment())
  await rolledOut()
  // The Deployment, its status and its event; the ReplicaSet and its status; three pods.
  assert.equal((await cluster.writes()) - before, 3 + 2 + 3)
  await stop()
  const again = cluster.start()
  await eventuallyAll(cluster, podKind, 3, isReady)
  await again()
  assert.equal((await cluster.writes()) - before, 3 + 2 + 3)
  assert.deepEqual(cluster.complaints, [])
})

test('a Deployment follows the number of replicas, up and down', async () => {
  const stop = cluster.start()
  await cluster.client.create(deploymentKind, deployment())
  await rolledOut()
  for (const replicas of [5, 1, 0, 2]) {
    await patch({ replicas })
    await rolledOut()
    await eventuallyAll(cluster, podKind, replicas, isReady)
  }
  assert.equal((await cluster.client.list(replicaSetKind)).items.length, 1)
  await stop()
  assert.deepEqual(cluster.complaints, [])
})

for (const type of ['RollingUpdate', 'Recreate'])
  test(`a new template is rolled out by ${type}, and an old one comes back`, async () => {
    const stop = cluster.start()
    await cluster.client.create(deploymentKind, deployment({ strategy: { type } }))
    await rolledOut()
    await patch({ template: template('web:2') })
    await eventuallyAll(cluster, podKind, 3, ({ spec }) => spec.containers[0]?.image === 'web:2')
    const second = await rolledOut()
    assert.equal(second.metadata.annotations?.['deployment.kubernetes.io/revision'], '2')
    await patch({ template: template('web:1') })
    await eventuallyAll(cluster, podKind, 3, ({ spec }) => spec.containers[0]?.image === 'web:1')
    const third = await rolledOut()
    assert.equal(third.metadata.annotations?.['deployment.kubernetes.io/revision'], '3')
    assert.equal((await cluster.client.list(replicaSetKind)).items.length, 2)
    await stop()
    assert.deepEqual(cluster.complaints, [])
  })

test('an image that does not work ends in a crash loop, and the Deployment says so', async () => {
  const stop = cluster.start()
  await cluster.client.create(deploymentKind, deployment({ template: template('web:crash') }))
  const pods = await eventuallyAll(cluster, podKind, 3, ({ status }) => status?.phase === 'Running')
  assert.match(JSON.stringify(pods[0]?.status), /CrashLoopBackOff/)
  const [found] = await eventuallyAll(cluster, deploymentKind, 1, ({ status }) => status?.observedGeneration === 1)
  assert.deepEqual(says(found?.status?.conditions), [
    'Available=False MinimumReplicasUnavailable',
    'Progressing=True ReplicaSetUpdated',
  ])
  assert.equal(found?.status?.unavailableReplicas, 3)
  await patch({ template: template('web:2') })
  await rolledOut()
  await stop()
  assert.deepEqual(cluster.complaints, [])
})

test('pods wait for room, and run when there is some', async () => {
  const stop = cluster.start({ nodes: 1, nodeCapacity: { cpu: '250m', memory: '1Gi', pods: '10' } })
  await cluster.client.create(deploymentKind, deployment())
  const isWaiting = (pod: Pod) => findCondition(pod, 'PodScheduled')?.status === 'False'
  const settled = await eventuallyAll(cluster, podKind, 3, (pod) => isReady(pod) || isWaiting(pod))
  const [waiting, ...others] = settled.filter(isWaiting)
  assert.deepEqual(others, [])
  assert.equal(findCondition(waiting as Pod, 'PodScheduled')?.message, '0/1 nodes are available: 1 Insufficient cpu.')
  await eventuallyAll(
    cluster,
    deploymentKind,
    1,
    ({ status }) => status?.availableReplicas === 2 && status.unavailableReplicas === 1,
  )
  await cluster.client.create(podKind, { apiVersion: 'v1', kind: 'Pod', metadata: metadata('own'), spec: podSpec() })
  await patch({ replicas: 1 })
  await eventuallyAll(cluster, podKind, 2, isReady)
  await stop()
  assert.deepEqual(cluster.complaints, [])
})

test('a pod takes its time to start when it is told to', async () => {
  const stop = cluster.start({ latency: 30 })
  await cluster.client.create(podKind, { apiVersion: 'v1', kind: 'Pod', metadata: metadata('own'), spec: podSpec() })
  const phases = new Set<string | undefined>()
  await eventually(async () => {
    const pod = await cluster.client.get(podKind, metadata('own'))
    if (pod?.status?.containerStatuses) phases.add(pod.status.phase)
    return pod !== undefined && isReady(pod)
  }, 'the pod is ready')
  assert.deepEqual([...phases], ['Pending', 'Running'])
  await stop()
})

test('pods that are deleted are made again, also those of a node that is gone', async () => {
  const stop = cluster.start()
  await cluster.client.create(deploymentKind, deployment())
  await rolledOut()
  const [first] = await eventuallyAll(cluster, podKind, 3, isReady)
  assert.ok(first)
  await cluster.client.delete(podKind, { namespace: 'default', name: first.metadata.name })
  await eventuallyAll(cluster, podKind, 3, (pod) => isReady(pod) && pod.metadata.uid !== first.metadata.uid)
  await cluster.client.delete(nodeKind, { name: 'member1-node-1' })
  await eventuallyAll(cluster, podKind, 3, (pod) => isReady(pod) && pod.spec.nodeName !== 'member1-node-1')
  await stop()
  assert.deepEqual(cluster.complaints, [])
})

test('a StatefulSet has numbered pods with claims of their own', async () => {
  const stop = cluster.start()
  const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
  await cluster.client.create(statefulSetKind, {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: metadata('db'),
    spec: {
      replicas: 3,
      serviceName: 'db',
      selector,
      template: template(),
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claim }],
    },
  })
  const pods = await eventuallyAll(cluster, podKind, 3, isReady)
  assert.deepEqual(
    pods.map(({ metadata }) => metadata.name),
    ['db-0', 'db-1', 'db-2'],
  )
  const claims = await eventuallyAll(cluster, claimKind, 3, ({ status }) => status?.phase === 'Bound')
  assert.deepEqual(
    claims.map(({ metadata }) => metadata.name),
    ['data-db-0', 'data-db-1', 'data-db-2'],
  )
  const [set] = await eventuallyAll(cluster, statefulSetKind, 1, ({ status }) => status?.availableReplicas === 3)
  assert.equal(set?.status?.currentRevision, set?.status?.updateRevision)
  await cluster.client.patch(statefulSetKind, metadata('db'), {
    type: 'merge',
    body: { spec: { template: template('web:2') } },
  })
  await eventuallyAll(
    cluster,
    statefulSetKind,
    1,
    ({ status }) => status?.observedGeneration === 2 && status.updatedReplicas === 3,
  )
  await eventuallyAll(cluster, podKind, 3, (pod) => isReady(pod) && pod.spec.containers[0]?.image === 'web:2')
  await stop()
  assert.deepEqual(cluster.complaints, [])
})

test('a DaemonSet has a pod on every node', async () => {
  const stop = cluster.start()
  await cluster.client.create(daemonSetKind, {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: metadata('agent'),
    spec: { selector, template: template() },
  })
  const [set] = await eventuallyAll(cluster, daemonSetKind, 1, ({ status }) => status?.numberAvailable === 3)
  assert.deepEqual(set?.status, {
    currentNumberScheduled: 3,
    desiredNumberScheduled: 3,
    numberAvailable: 3,
    numberMisscheduled: 0,
    numberReady: 3,
    observedGeneration: 1,
    updatedNumberScheduled: 3,
  })
  await cluster.client.patch(daemonSetKind, metadata('agent'), {
    type: 'merge',
    body: { spec: { template: template('web:2') } },
  })
  await eventuallyAll(cluster, podKind, 3, (pod) => isReady(pod) && pod.spec.containers[0]?.image === 'web:2')
  await stop()
  assert.deepEqual(cluster.complaints, [])
})

const jobOf = (image: string, spec: object) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: metadata('sum'),
  spec: { template: { spec: { ...podSpec(image), restartPolicy: 'Never' } }, ...spec },
})

test('a Job runs until enough pods have succeeded', async () => {
  const stop = cluster.start()
  await cluster.client.create(jobKind, jobOf('web', { completions: 5, parallelism: 2 }) as never) // as a user writes it
  const [job] = await eventuallyAll(cluster, jobKind, 1, ({ status }) => status?.completionTime !== undefined)
  assert.equal(job?.status?.succeeded, 5)
  assert.equal(job?.status?.active, undefined)
  assert.deepEqual(says(job?.status?.conditions), [
    'Complete=True CompletionsReached',
    'SuccessCriteriaMet=True CompletionsReached',
  ])
  await eventuallyAll(cluster, podKind, 5, ({ status }) => status?.phase === 'Succeeded')
  await stop()
  assert.deepEqual(cluster.complaints, [])
})

test('a Job whose pods fail ends as failed', async () => {
  const stop = cluster.start()
  await cluster.client.create(jobKind, jobOf('fail', { backoffLimit: 2 }) as never) // as a user writes it
  const [job] = await eventuallyAll(cluster, jobKind, 1, ({ status }) => status?.conditions !== undefined)
  assert.equal(job?.status?.failed, 3)
  assert.deepEqual(says(job?.status?.conditions), [
    'Failed=True BackoffLimitExceeded',
    'FailureTarget=True BackoffLimitExceeded',
  ])
  await stop()
  assert.deepEqual(cluster.complaints, [])
})

test('a Service has an address, and slices of the pods behind it', async () => {
  const stop = cluster.start()
  await cluster.client.create(serviceKind, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata('web'),
    spec: { type: 'LoadBalancer', selector: labels, ports: [{ port: 80, targetPort: 'http' }] },
  })
  const addresses = ({ endpoints }: EndpointSlice) => endpoints.filter(({ conditions }) => conditions.ready).length
  await eventuallyAll(cluster, endpointSliceKind, 1, (slice) => addresses(slice) === 0)
  await cluster.client.create(deploymentKind, deployment())
  const [slice] = await eventuallyAll(cluster, endpointSliceKind, 1, (slice) => addresses(slice) === 3)
  assert.deepEqual(
    slice?.ports.map(({ port, protocol }) => ({ port, protocol })),
    [{ port: 8080, protocol: 'TCP' }],
  )
  const [service] = await eventuallyAll(
    cluster,
    serviceKind,
    1,
    ({ status }) => status?.loadBalancer?.ingress?.length === 1,
  )
  assert.match(service?.spec.clusterIP ?? '', /^10\.\d+\.\d+\.\d+$/)
  assert.deepEqual(service?.spec.clusterIPs, [service?.spec.clusterIP])
  assert.ok((service?.spec.ports?.[0]?.nodePort ?? 0) >= 30_000)
  await patch({ replicas: 1 })
  await eventuallyAll(cluster, endpointSliceKind, 1, (slice) => addresses(slice) === 1)
  await stop()
  assert.deepEqual(cluster.complaints, [])
})

test('what a stopped simulator left undone is done by the next', async () => {
  for (let stops = 0; stops < 5; stops++) {
    const stop = cluster.start()
    if (stops === 0) await cluster.client.create(deploymentKind, deployment({ replicas: 20 }))
    await eventually(
      async () => (await cluster.client.list(podKind)).items.length >= Math.min(20, stops * 5),
      'some pods',
    )
    await stop()
  }
  const stop = cluster.start()
  await rolledOut()
  await eventuallyAll(cluster, podKind, 20, isReady)
  await stop()
})

test('with a Deployment go its ReplicaSets and pods', async () => {
  const stop = cluster.start()
  await cluster.client.create(deploymentKind, deployment())
  await rolledOut()
  await cluster.client.delete(deploymentKind, metadata('web'))
  await eventuallyAll(cluster, podKind, 0)
  await eventuallyAll(cluster, replicaSetKind, 0)
  await stop()
  assert.deepEqual(cluster.complaints, [])
})
