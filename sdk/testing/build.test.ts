import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Manifest } from '../src/manifest.ts'
import {
  binding,
  cluster,
  clusterBinding,
  clusterOverridePolicy,
  clusterPolicy,
  clusters,
  deployment,
  feasible,
  manifest,
  overridePolicy,
  policy,
  statusItem,
  work,
} from './build.ts'

const address = ({ kind, metadata: { namespace, name } }: Manifest) => [kind, namespace, name]

const built: readonly (readonly [object: Manifest, kind: string, namespace: string | undefined, name: string])[] = [
  [manifest('v1', 'Secret'), 'Secret', undefined, 'secret'],
  [deployment(), 'Deployment', 'default', 'web'],
  [deployment({ name: 'a', namespace: 'b' }), 'Deployment', 'b', 'a'],
  [cluster(), 'Cluster', undefined, 'member1'],
  [policy(), 'PropagationPolicy', 'default', 'policy'],
  [clusterPolicy(), 'ClusterPropagationPolicy', undefined, 'policy'],
  [overridePolicy(), 'OverridePolicy', 'default', 'override'],
  [clusterOverridePolicy(), 'ClusterOverridePolicy', undefined, 'override'],
  [binding(), 'ResourceBinding', 'default', 'web-deployment'],
  [clusterBinding(), 'ClusterResourceBinding', undefined, 'viewer-clusterrole'],
  [work({ manifest: deployment({ name: 'nginx' }) }), 'Work', 'karmada-es-member1', 'nginx-687f7fb96f'],
  [work({ cluster: 'm2', manifest: deployment({ name: 'nginx' }) }), 'Work', 'karmada-es-m2', 'nginx-687f7fb96f'],
]
for (const [object, ...wanted] of built)
  test(`a ${wanted[0]} is ${wanted[1] ?? 'cluster-scoped'} ${wanted[2]}, and frozen`, () => {
    assert.deepEqual(address(object), wanted)
    assert.ok(Object.isFrozen(object.metadata))
  })

test('words of metadata go into metadata, the others into the object', () => {
  const { metadata, data } = manifest('v1', 'ConfigMap', { labels: { a: 'b' }, data: { c: 'd' } })
  assert.deepEqual(metadata, { name: 'configmap', labels: { a: 'b' } })
  assert.deepEqual(data, { c: 'd' })
})

test('fields of a spec stand beside the name', () => {
  assert.deepEqual(policy({ labels: { a: 'b' }, priority: 2 }).spec, {
    resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment' }],
    priority: 2,
  })
  assert.deepEqual(cluster({ region: 'r' }).spec, { syncMode: 'Push', region: 'r' })
  assert.deepEqual(overridePolicy({ overrideRules: [] }).spec, { overrideRules: [] })
})

test('targets of a binding are written as a map', () =>
  assert.deepEqual(binding({ clusters: { a: 2, b: undefined }, replicas: 2 }).spec, {
    resource: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'web' },
    clusters: [{ name: 'a', replicas: 2 }, { name: 'b' }],
    replicas: 2,
  }))

test('a cluster is ready unless it is not', () => {
  const ready = (object = cluster()) => object.status?.conditions?.map(({ type, status }) => [type, status])
  assert.deepEqual(ready(), [['Ready', 'True']])
  assert.deepEqual(ready(cluster({ ready: false })), [['Ready', 'False']])
  assert.deepEqual(ready(cluster({ status: { conditions: [] } })), [])
})

test('the container of a Deployment asks for what it is told', () =>
  assert.deepEqual(deployment({ image: 'x:1', requests: { cpu: '1' }, podSpec: { hostNetwork: true } }).spec, {
    replicas: 1,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'x:1', resources: { requests: { cpu: '1' } } }], hostNetwork: true },
    },
  }))

test('small parts say what such parts usually say', () => {
  assert.deepEqual(statusItem('a', { ready: 1 }, { health: 'Unhealthy' }), {
    clusterName: 'a',
    applied: true,
    health: 'Unhealthy',
    status: { ready: 1 },
  })
  assert.deepEqual(feasible('a', { estimate: 3 }), {
    cluster: cluster({ name: 'a' }),
    score: 0,
    assigned: 0,
    overflow: 0,
    estimate: 3,
  })
  assert.deepEqual(clusters('a', 'b').map(address), [
    ['Cluster', undefined, 'a'],
    ['Cluster', undefined, 'b'],
  ])
})
