import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clusterKind } from '@flotilla/sdk'
import { kept, keptAt, shown, storedClusterKind } from './stored.ts'

const metadata = (apiVersion: string) => ({ name: 'paris', managedFields: [{ manager: 'm', apiVersion }] })
const cluster = { apiVersion: clusterKind.apiVersion, kind: 'Cluster', metadata: metadata(clusterKind.apiVersion) }
const storedCluster = {
  apiVersion: storedClusterKind.apiVersion,
  kind: 'StoredCluster',
  metadata: metadata(storedClusterKind.apiVersion),
}
const partial = (apiVersion: string) => ({
  apiVersion: 'meta.k8s.io/v1',
  kind: 'PartialObjectMetadata',
  metadata: metadata(apiVersion),
})

test('an object is the other one in both directions', () => {
  assert.deepEqual(kept(cluster), storedCluster)
  assert.deepEqual(shown(storedCluster), cluster)
  assert.deepEqual(shown(kept({ ...cluster, spec: { syncMode: 'Push' } })), { ...cluster, spec: { syncMode: 'Push' } })
})

test('so it is in lists, tables and what is only metadata', () => {
  const list = {
    apiVersion: storedClusterKind.apiVersion,
    kind: 'StoredClusterList',
    metadata: { resourceVersion: '7' },
  }
  assert.deepEqual(shown({ ...list, items: [storedCluster] }), {
    apiVersion: clusterKind.apiVersion,
    kind: 'ClusterList',
    metadata: { resourceVersion: '7' },
    items: [cluster],
  })
  const table = (object: unknown) => ({ apiVersion: 'meta.k8s.io/v1', kind: 'Table', rows: [{ cells: ['a'], object }] })
  assert.deepEqual(shown(table(partial(storedClusterKind.apiVersion))), table(partial(clusterKind.apiVersion)))
  assert.deepEqual(shown(table(null)), table(null))
  const items = (apiVersion: string) => ({ kind: 'PartialObjectMetadataList', items: [partial(apiVersion)] })
  assert.deepEqual(shown(items(storedClusterKind.apiVersion)), items(clusterKind.apiVersion))
})

test('a refusal is about the one that was asked for', () => {
  const refusal = (message: string, details: object) => ({ kind: 'Status', code: 404, message, details })
  assert.deepEqual(
    shown(
      refusal('storedclusters.storage.flotilla.dev "x" not found, StoredCluster', {
        name: 'x',
        group: 'storage.flotilla.dev',
        kind: 'storedclusters',
      }),
    ),
    refusal('clusters.cluster.karmada.io "x" not found, Cluster', {
      name: 'x',
      group: 'cluster.karmada.io',
      kind: 'clusters',
    }),
  )
})

test('patches and options go on as they are, in the version of what they are about', () => {
  for (const body of [[{ op: 'add', path: '/spec' }], { spec: { a: 1 } }, null, 'text', 1])
    assert.deepEqual(kept(body), body)
  const options = (apiVersion: string) => ({ apiVersion, kind: 'DeleteOptions', gracePeriodSeconds: 0 })
  assert.deepEqual(kept(options(clusterKind.apiVersion)), options(storedClusterKind.apiVersion))
})

test('other kinds are left alone', () => {
  const other = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'storedclusters' } }
  assert.deepEqual(shown(other), other)
})

test('a path leads to what is kept, when it is about clusters', () => {
  const root = '/apis/storage.flotilla.dev/v1alpha1/storedclusters'
  assert.equal(keptAt('/apis/cluster.karmada.io/v1alpha1/clusters'), root)
  assert.equal(keptAt('/apis/cluster.karmada.io/v1alpha1/clusters/paris/status'), `${root}/paris/status`)
  for (const path of ['/apis/cluster.karmada.io/v1alpha1', '/apis/cluster.karmada.io/v1alpha1/clusterships', '/api/v1'])
    assert.equal(keptAt(path), undefined)
})
