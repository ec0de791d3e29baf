import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import type { Kind, Manifest } from '@flotilla/sdk'
import { disruptionBudgetKind } from './api/disruption.ts'
import { nodeKind } from './api/node.ts'
import { type Pod, podKind } from './api/pod.ts'
import { cronJobKind, deploymentKind, jobKind } from './api/workloads.ts'
import { downAnnotation } from './node/health.ts'
import { isReady } from './pod/condition.ts'
import { type Cluster, eventually, eventuallyAll, newCluster } from './testing/cluster.ts'

let cluster: Cluster
beforeEach(async () => {
  cluster = await newCluster()
})
afterEach(async () => {
  await cluster.close()
})

const labels = { app: 'web' }
const metadata = (name: string) => ({ namespace: 'default', name })
const deployment = (image = 'web:1', replicas = 3) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: metadata('web'),
  spec: {
    replicas,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'main', image }] } },
  },
})

test('pods of a node that is down move, and may come back to it', async () => {
  const stop = cluster.start({ nodes: 2 })
  await cluster.client.create(deploymentKind, deployment())
  await eventuallyAll(cluster, podKind, 3, isReady)
  const name = 'member1-node-1'
  const down = (value: 'true' | null) =>
    cluster.client.patch(
      nodeKind,
      { name },
      { type: 'merge', body: { metadata: { annotations: { [downAnnotation]: value } } } },
    )
  await down('true')
  await eventuallyAll(cluster, podKind, 3, (pod) => isReady(pod) && pod.spec.nodeName !== name)
  const ready = async () =>
    (await cluster.client.get(nodeKind, { name }))?.status?.conditions?.find(({ type }) => type === 'Ready')?.status
  assert.equal(await ready(), 'Unknown')
  await down(null)
  await eventually(async () => (await ready()) === 'True', 'the node is back')
  await cluster.client.patch(deploymentKind, metadata('web'), { type: 'merge', body: { spec: { replicas: 6 } } })
  const pods = await eventuallyAll(cluster, podKind, 6, isReady)
  assert.ok(pods.some(({ spec }) => spec.nodeName === name))
  await stop()
  assert.deepEqual(cluster.complaints, [])
})

test('pods that bear it stay on a node that is down, are not ready, and are so again when it is back', async () => {
  const stop = cluster.start({ nodes: 1 })
  const name = 'member1-node-1'
  const down = (value: 'true' | null) =>
    cluster.client.patch(
      nodeKind,
      { name },
      { type: 'merge', body: { metadata: { annotations: { [downAnnotation]: value } } } },
    )
  const { spec, ...web } = deployment()
  const bearing = { ...spec.template.spec, tolerations: [{ operator: 'Exists' }] as const }
  await cluster.client.create(deploymentKind, {
    ...web,
    spec: { ...spec, template: { ...spec.template, spec: bearing } },
  })
  const before = await eventuallyAll(cluster, podKind, 3, isReady)
  await down('true')
  await eventuallyAll(cluster, podKind, 3, (pod) => !isReady(pod))
  await eventuallyAll(cluster, deploymentKind, 1, ({ status }) => status?.unavailableReplicas === 3)
  await down(null)
  const after = await eventuallyAll(cluster, podKind, 3, isReady)
  assert.deepEqual(
    after.map(({ metadata }) => metadata.uid),
    before.map(({ metadata }) => metadata.uid),
  )
  await eventuallyAll(cluster, deploymentKind, 1, ({ status }) => status?.availableReplicas === 3)
  await stop()
  assert.deepEqual(cluster.complaints, [])
})

const leaseKind: Kind<Manifest & { readonly spec: { readonly holderIdentity: string } }> = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  plural: 'leases',
  scope: 'Namespaced',
}

test('nodes have leases where they are wanted, which go with them', async () => {
  const stop = cluster.start({ nodes: 2, nodeLeases: true })
  const leases = async (count: number) =>
    eventually(async () => {
      const { items } = await cluster.client.list(leaseKind, { namespace: 'kube-node-lease' })
      return items.length === count && items
    }, `${count} leases`)
  const [first] = await leases(2)
  assert.equal(first?.spec.holderIdentity, 'member1-node-1')
  await cluster.client.delete(nodeKind, { name: 'member1-node-1' })
  await leases(1)
  await stop()
  assert.deepEqual(cluster.complaints, [])
})

test('a pod that is told to end ends, on a node that is up', async () => {
  const stop = cluster.start({ nodes: 1 })
  const pod = { apiVersion: 'v1', kind: 'Pod', spec: { containers: [{ name: 'main', image: 'web' }] } }
  const tolerations = [{ operator: 'Exists' }] as const
  for (const name of ['a', 'b'])
    await cluster.client.create(podKind, { ...pod, metadata: metadata(name), spec: { ...pod.spec, tolerations } })
  await eventuallyAll(cluster, podKind, 2, isReady)
  await cluster.client.delete(podKind, metadata('a'))
  await eventuallyAll(cluster, podKind, 1)
  const name = 'member1-node-1'
  const down = (value: 'true' | null) =>
    cluster.client.patch(
      nodeKind,
      { name },
      { type: 'merge', body: { metadata: { annotations: { [downAnnotation]: value } } } },
    )
  await down('true')
  await eventually(
    async () => ((await cluster.client.get(nodeKind, { name }))?.spec?.taints?.length ?? 0) > 0,
    'the node is down',
  )
  await cluster.client.delete(podKind, metadata('b'))
  await eventuallyAll(cluster, podKind, 1, (pod) => pod.metadata.deletionTimestamp !== undefined)
  await down(null)
  await eventuallyAll(cluster, podKind, 0)
  await stop()
  assert.deepEqual(cluster.complaints, [])
})

test('an image that is nowhere is waited for, without a write after the first', async () => {
  const stop = cluster.start()
  await cluster.client.create(deploymentKind, deployment('web:missing', 1))
  const isPulling = ({ status }: Pod) => JSON.stringify(status ?? {}).includes('ImagePullBackOff')
  const [pod] = await eventuallyAll(cluster, podKind, 1, isPulling)
  assert.equal(pod?.status?.phase, 'Pending')
  await eventuallyAll(cluster, deploymentKind, 1, ({ status }) => status?.unavailableReplicas === 1)
  const version = async () =>
    (await cluster.client.get(podKind, metadata(pod?.metadata.name ?? '')))?.metadata.resourceVersion
  const before = await version()
  await cluster.client.patch(deploymentKind, metadata('web'), { type: 'merge', body: { spec: { replicas: 2 } } })
  await eventuallyAll(cluster, podKind, 2, isPulling)
  assert.equal(await version(), before)
  await stop()
  assert.deepEqual(cluster.complaints, [])
})

test('a budget knows how many of its pods may go', async () => {
  const stop = cluster.start()
  await cluster.client.create(disruptionBudgetKind, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: metadata('web'),
    spec: { minAvailable: 2, selector: { matchLabels: labels } },
  })
  const allows = (count: number) =>
    eventuallyAll(cluster, disruptionBudgetKind, 1, ({ status }) => status?.disruptionsAllowed === count)
  await allows(0)
  await cluster.client.create(deploymentKind, deployment())
  const [budget] = await allows(1)
  const { expectedPods, currentHealthy, desiredHealthy } = budget?.status ?? {}
  assert.deepEqual([expectedPods, currentHealthy, desiredHealthy], [3, 3, 2])
  await stop()
  assert.deepEqual(cluster.complaints, [])
})

test('a CronJob starts its Job when it is due, once, and says so', async () => {
  let now = new Date('2026-03-01T09:59:59.950Z')
  const begun = performance.now()
  const stop = cluster.start({ now: () => new Date(now.getTime() + performance.now() - begun) })
  await cluster.client.create(cronJobKind, {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: metadata('sum'),
    spec: {
      schedule: '0 * * * *',
      jobTemplate: {
        spec: { template: { spec: { containers: [{ name: 'main', image: 'sum:1' }], restartPolicy: 'Never' } } },
      },
    },
  })
  now = new Date('2199-03-01T10:00:00Z') // long after it was created
  await cluster.client.patch(cronJobKind, metadata('sum'), { type: 'merge', body: { metadata: { labels } } })
  const [job] = await eventuallyAll(cluster, jobKind, 1, ({ status }) => status?.completionTime !== undefined)
  assert.match(job?.metadata.name ?? '', /^sum-\d+$/)
  const [cronJob] = await eventuallyAll(
    cluster,
    cronJobKind,
    1,
    ({ status }) => status?.lastSuccessfulTime !== undefined,
  )
  assert.equal(cronJob?.status?.active, undefined)
  assert.equal(cronJob?.status?.lastScheduleTime, '2199-03-01T10:00:00Z')
  await stop()
  assert.deepEqual(cluster.complaints, [])
})
