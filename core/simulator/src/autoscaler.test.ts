import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { type Exchange, exchanges } from '@flotilla/apiserver'
import type { Kind, Manifest, StringMap } from '@flotilla/sdk'
import { type Autoscaler, autoscalerKind } from './api/autoscaler.ts'
import { podKind } from './api/pod.ts'
import { deploymentKind } from './api/workloads.ts'
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
const key = { namespace: 'default', name: 'web' }
const containers = [{ name: 'main', image: 'web:1', resources: { requests: { cpu: '100m', memory: '64Mi' } } }]
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { ...key, annotations: { 'simulator.flotilla.dev/total-cpu': '400m' } },
  spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
}

const autoscaler = (kind = 'Deployment', apiVersion = 'apps/v1'): Autoscaler => ({
  apiVersion: autoscalerKind.apiVersion,
  kind: autoscalerKind.kind,
  metadata: key,
  spec: {
    scaleTargetRef: { apiVersion, kind, name: 'web' },
    maxReplicas: 10,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
    behavior: { scaleDown: { stabilizationWindowSeconds: 0 } },
  },
})

const annotate = (annotations: StringMap) =>
  cluster.client.patch(deploymentKind, key, { type: 'merge', body: { metadata: { annotations } } })

const says = ({ status }: Autoscaler): string =>
  (status?.conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`).join(', ')

const untilItSays = (words: string, count: number) =>
  eventuallyAll(
    cluster,
    autoscalerKind,
    1,
    (found) => found.status?.currentReplicas === count && says(found).includes(words),
  )

const metrics = (plural: string): Kind<Manifest & { readonly usage?: StringMap }> => ({
  apiVersion: 'metrics.k8s.io/v1beta1',
  kind: 'Metrics',
  plural,
  scope: plural === 'nodes' ? 'Cluster' : 'Namespaced',
})

/** Resolves when the autoscaler has asked ten times how many there are. */
async function tenLooks(): Promise<void> {
  let looks = 0
  const count = (message: unknown) => {
    const { server, request } = message as Exchange // what the channel is for
    if (server === cluster.server.name && request.path.endsWith('/scale')) looks++
  }
  exchanges.subscribe(count)
  await eventually(async () => looks >= 10, 'ten looks')
  exchanges.unsubscribe(count)
}

test('there are as many pods as what all of them use together is enough for, and it rests', async () => {
  const stop = cluster.start({ autoscalingPeriod: 20 })
  await cluster.client.create(deploymentKind, deployment)
  await cluster.client.create(autoscalerKind, autoscaler())
  await eventuallyAll(cluster, podKind, 5, isReady)
  const [at5] = await untilItSays('AbleToScale=True ReadyForNewScale', 5)
  assert.deepEqual(at5?.status?.currentMetrics, [
    { type: 'Resource', resource: { name: 'cpu', current: { averageValue: '80m', averageUtilization: 80 } } },
  ])
  assert.equal(at5?.status?.desiredReplicas, 5)
  const before = await cluster.writes()
  await tenLooks()
  assert.equal(await cluster.writes(), before)
  await annotate({ 'simulator.flotilla.dev/total-cpu': '160m' })
  await eventuallyAll(cluster, podKind, 2, isReady)
  const events = await eventually(async () => {
    const { items } = await cluster.client.list<Manifest & { reason: string; message: string }>(
      { apiVersion: 'v1', kind: 'Event', plural: 'events', scope: 'Namespaced' },
      key.namespace ? { namespace: key.namespace } : {},
    )
    const own = items.filter(({ reason }) => reason === 'SuccessfulRescale').map(({ message }) => message)
    return own.some((message) => message.includes('below')) && own
  }, 'it is said that it shrinks')
  assert.match(
    events.join('\n'),
    /New size: 5; reason: cpu resource utilization \(percentage of request\) above target/,
  )
  assert.match(events.join('\n'), /New size: 2; reason: All metrics below target/)
  await stop()
  assert.deepEqual(cluster.complaints, [])
})

test('what has no scale, and what is not known, is said', async () => {
  const stop = cluster.start({ autoscalingPeriod: 20 })
  await cluster.client.create(autoscalerKind, autoscaler('Widget', 'example.com/v1'))
  const says = (words: string) =>
    eventuallyAll(cluster, autoscalerKind, 1, ({ status }) => JSON.stringify(status ?? {}).includes(words))
  await says('no matches for kind \\"Widget\\" in group \\"example.com\\"')
  await cluster.client.patch(autoscalerKind, key, { type: 'merge', body: { spec: autoscaler().spec } })
  await says('deployments.apps \\"web\\" not found')
  await stop()
  assert.deepEqual(cluster.complaints, [])
})

test('whatever has a scale is scaled', async () => {
  const stop = cluster.start({ autoscalingPeriod: 20 })
  const count = { type: 'integer' } as const
  const text = { type: 'string' } as const
  const schema = {
    type: 'object',
    properties: {
      spec: { type: 'object', properties: { replicas: count } },
      status: { type: 'object', properties: { replicas: count, selector: text } },
    },
  }
  const scale = {
    specReplicasPath: '.spec.replicas',
    statusReplicasPath: '.status.replicas',
    labelSelectorPath: '.status.selector',
  }
  await cluster.client.create(
    { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', plural: 'customresourcedefinitions', scope: 'Cluster' }, // biome-ignore format: one kind
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'fleets.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'fleets', kind: 'Fleet' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, subresources: { scale } }], // biome-ignore format: one version
      },
    } as Manifest,
  )
  const fleets: Kind<Manifest & { readonly spec: { readonly replicas: number } }> = {
    apiVersion: 'example.com/v1',
    kind: 'Fleet',
    plural: 'fleets',
    scope: 'Namespaced',
  }
  const { apiVersion, kind } = fleets
  const status = { replicas: 1, selector: 'app=web' }
  await cluster.client.create(fleets, { apiVersion, kind, metadata: key, spec: { replicas: 1 }, status })
  const annotations = { 'simulator.flotilla.dev/cpu': '400m' }
  await cluster.client.create(podKind, { apiVersion: 'v1', kind: 'Pod', metadata: { ...key, labels, annotations }, spec: { containers } }) // biome-ignore format: one pod
  await eventuallyAll(cluster, podKind, 1, isReady)
  await cluster.client.create(autoscalerKind, autoscaler('Fleet', 'example.com/v1'))
  await eventuallyAll(cluster, fleets, 1, ({ spec }) => spec.replicas > 1)
  await stop()
  assert.deepEqual(cluster.complaints, [])
})

test('two that scale the same do nothing, and say so', async () => {
  const stop = cluster.start({ autoscalingPeriod: 20 })
  await cluster.client.create(deploymentKind, deployment)
  await eventuallyAll(cluster, deploymentKind, 1, ({ status }) => status?.availableReplicas === 1)
  const low = { ...autoscaler().spec, maxReplicas: 1 }
  for (const name of ['a', 'b'])
    await cluster.client.create(autoscalerKind, { ...autoscaler(), metadata: { ...key, name }, spec: low })
  const both = 'pods by selector app=web are controlled by multiple HPAs: [default/a default/b]'
  await eventuallyAll(cluster, autoscalerKind, 2, ({ status }) => JSON.stringify(status ?? {}).includes(both))
  await stop()
  assert.deepEqual(cluster.complaints, [])
})

test('pods and nodes say what they use to who asks for it', async () => {
  const stop = cluster.start({ nodes: 1 })
  await cluster.client.create(deploymentKind, deployment)
  await eventuallyAll(cluster, podKind, 1, isReady)
  const pods = metrics('pods')
  const { items } = await cluster.client.list(pods, { namespace: 'default', labelSelector: 'app=web' })
  const [pod] = items
  assert.deepEqual(pod?.containers, [{ name: 'main', usage: { cpu: '400m', memory: '32768Ki' } }])
  assert.equal((await cluster.client.list(pods, { labelSelector: 'app=other' })).items.length, 0)
  assert.equal((await cluster.client.list(pods, { namespace: 'kube-system' })).items.length, 0)
  assert.ok(await cluster.client.get(pods, { namespace: 'default', name: pod?.metadata.name ?? '' }))
  const other = cluster.client.get(pods, { namespace: 'default', name: 'other' })
  await assert.rejects(other, /podmetrics.metrics.k8s.io "default\/other" not found/)
  const node = await cluster.client.get(metrics('nodes'), { name: 'member1-node-1' })
  assert.deepEqual(node?.usage, { cpu: '400m', memory: '32768Ki' })
  await assert.rejects(cluster.client.delete(pods, { namespace: 'default', name: 'web' }), /does not allow this method/)
  await assert.rejects(cluster.client.list(metrics('widgets')), /could not find the requested resource/)
  await stop()
  assert.deepEqual(cluster.complaints, [])
})
