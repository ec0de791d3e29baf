import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Manifest, StringMap } from '@flotilla/sdk'
import type { Container, Pod, PodStatus } from '../api/pod.ts'
import { ago, deployment, pod, replicaSet } from '../testing/objects.ts'
import { meterOf } from './meter.ts'
import { nodeMetrics, podMetrics } from './metrics.ts'

const main = (requests: StringMap = { cpu: '200m', memory: '64Mi' }, limits: StringMap = {}): Container => ({
  name: 'main',
  resources: { requests, limits },
})

const startedAt = ago(60)
const running = (name: string) =>
  ({ name, image: '', imageID: '', ready: true, started: true, restartCount: 0, state: { running: { startedAt } }, lastState: {} }) // biome-ignore format: one status

const started = (...names: readonly string[]): PodStatus => ({
  phase: 'Running',
  containerStatuses: names.map(running),
})

const set = replicaSet(
  'web-1',
  {},
  {
    metadata: {
      name: 'web-1',
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'uid-web', controller: true }],
      annotations: { 'simulator.flotilla.dev/cpu': '1%' },
    },
  },
)
const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1', uid: 'uid-web-1', controller: true }

const written = (annotations: StringMap, to: Manifest = deployment()): Manifest => ({
  ...to,
  metadata: { ...to.metadata, annotations },
})

const podOf = (name: string, annotations: StringMap = {}, containers: readonly Container[] = [main()]): Pod =>
  pod(name, { containers }, { status: started(...containers.map(({ name }) => name)), metadata: { name, annotations, ownerReferences: [owner] } }) // biome-ignore format: one pod

const cpu = 'simulator.flotilla.dev/cpu'
const memory = 'simulator.flotilla.dev/memory'
const total = 'simulator.flotilla.dev/total-cpu'

const cases: readonly (readonly [what: string, own: Pod, of: StringMap, used: readonly string[]])[] = [
  ['half of what it asks for', podOf('a'), {}, ['main 100m 32768Ki']],
  ['a share that its Deployment says, whatever was said before', podOf('a'), { [cpu]: '75%' }, ['main 150m 32768Ki']],
  ['what it says itself', podOf('a', { [cpu]: '30m', [memory]: '1Mi' }), { [cpu]: '75%' }, ['main 30m 1024Ki']],
  ['more than it asks for', podOf('a', { [cpu]: '150%' }), {}, ['main 300m 32768Ki']],
  ['no more than its limit', podOf('a', { [cpu]: '3' }, [main({ cpu: '1' }, { cpu: '2' })]), {}, ['main 2 16384Ki']],
  ['its part of what all use together', podOf('a'), { [total]: '1' }, ['main 500m 32768Ki']],
  ['a little where nothing is asked for', podOf('a', {}, [main({})]), {}, ['main 10m 16384Ki']],
  [
    'an amount in parts that are alike',
    podOf('a', { [cpu]: '100m' }, [main({}), { name: 'side' }]),
    {},
    ['main 50m 16384Ki', 'side 50m 16384Ki'],
  ],
  ['as if nothing was said where it cannot be read', podOf('a', { [cpu]: 'much' }), {}, ['main 100m 32768Ki']],
  [
    'as if nothing was said where it is too much',
    podOf('a', { [cpu]: '9999P', [memory]: '9999999%' }),
    {},
    ['main 100m 32768Ki'],
  ],
  ['nothing where nothing runs', pod('a', { containers: [main()] }), {}, []],
]
for (const [what, own, of, used] of cases)
  test(`a pod uses ${what}`, () => {
    const meter = meterOf([own, podOf('b'), pod('other')], [written({ [cpu]: '1%', ...of }), set])
    const meterOfUsual = meterOf([own, podOf('b'), pod('other')], [written(of), written({}, set)])
    const found = podMetrics(own, (Object.keys(of).length > 0 ? meter : meterOfUsual)(own), new Date())
    const containers = found.containers as readonly { name: string; usage: StringMap }[]
    assert.deepEqual(
      containers.map(({ name, usage }) => `${name} ${usage.cpu} ${usage.memory}`),
      used,
    )
  })

test('who owns himself has an end', () => {
  const own = { ...set, metadata: { ...set.metadata, ownerReferences: [owner] } }
  assert.deepEqual(meterOf([podOf('a')], [own])(podOf('a'))[0]?.usage.cpu, 2)
})

test('a node uses what its pods use', () => {
  const pods = [podOf('a'), podOf('b')]
  const meter = meterOf(pods, [])
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', labels: { zone: 'a' } } }
  const now = new Date('2026-01-01T00:00:00Z')
  assert.deepEqual(nodeMetrics(node, pods.map(meter), now), {
    kind: 'NodeMetrics',
    apiVersion: 'metrics.k8s.io/v1beta1',
    metadata: { name: 'n', labels: { zone: 'a' }, creationTimestamp: '2026-01-01T00:00:00Z' },
    timestamp: '2026-01-01T00:00:00Z',
    window: '15s',
    usage: { cpu: '200m', memory: '65536Ki' },
  })
})
