import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { claimKind, type PersistentVolume, type PersistentVolumeClaim, volumeKind } from './api/volume.ts'
import { type Cluster, eventually, eventuallyAll, newCluster } from './testing/cluster.ts'

let cluster: Cluster
beforeEach(async () => {
  cluster = await newCluster()
})
afterEach(async () => {
  await cluster.close()
})

const claim = (name: string, spec: Partial<PersistentVolumeClaim['spec']> = {}): PersistentVolumeClaim => ({
  apiVersion: claimKind.apiVersion,
  kind: claimKind.kind,
  metadata: { namespace: 'default', name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
})

const volume = (name: string) => ({
  apiVersion: volumeKind.apiVersion,
  kind: volumeKind.kind,
  metadata: { name },
  spec: {
    accessModes: ['ReadWriteOnce'],
    capacity: { storage: '5Gi' },
    hostPath: { path: '/data' },
    persistentVolumeReclaimPolicy: 'Retain',
  },
})

const volumes = (count: number, phase = 'Bound') =>
  eventually(async () => {
    const { items } = await cluster.client.list<PersistentVolume>(volumeKind)
    return items.length === count && items.every(({ status }) => status?.phase === phase) && items
  }, `${count} volumes that are ${phase}`)

const areBound = (count: number) => eventuallyAll(cluster, claimKind, count, ({ status }) => status?.phase === 'Bound')

test('a claim gets a volume of its own, which goes with it', async () => {
  const stop = cluster.start()
  for (const name of ['a', 'b', 'c']) await cluster.client.create(claimKind, claim(name))
  await areBound(3)
  await volumes(3)
  await cluster.client.delete(claimKind, { namespace: 'default', name: 'a' })
  await volumes(2)
  await stop()
  assert.deepEqual(cluster.complaints, [])
})

test('a claim may wait for a volume that somebody makes, which is kept when the claim is gone', async () => {
  const stop = cluster.start()
  const own = claim('own', { storageClassName: '' })
  await cluster.client.create(claimKind, own)
  await eventuallyAll(cluster, claimKind, 1, ({ status }) => status?.phase === 'Pending')
  await cluster.client.create(volumeKind, volume('disk'))
  const [bound] = await areBound(1)
  assert.deepEqual([bound?.spec.volumeName, bound?.status?.capacity], ['disk', { storage: '5Gi' }])
  await volumes(1)
  await cluster.client.delete(claimKind, { namespace: 'default', name: 'own' })
  await volumes(1, 'Released')
  await cluster.client.patch(volumeKind, { name: 'disk' }, { type: 'merge', body: { spec: { claimRef: null } } })
  await volumes(1, 'Available')
  for (const name of ['own', 'other']) await cluster.client.create(claimKind, claim(name, { storageClassName: '' }))
  await volumes(1)
  const bindings = await eventually(async () => {
    const { items } = await cluster.client.list(claimKind, { namespace: 'default' })
    const phases = items.map(({ status }) => status?.phase).sort()
    return phases.join() === 'Bound,Pending' && phases
  }, 'one of two has it')
  assert.equal(bindings.length, 2)
  await stop()
  assert.deepEqual(cluster.complaints, [])
})
