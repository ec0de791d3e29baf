import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inProcessTransport } from '@flotilla/apiserver'
import { createClient, createRuntime } from '@flotilla/kube'
import type { Log } from '@flotilla/sdk'
import { type ReplicaSet, replicaSetKind } from './api/workloads.ts'
import { Cached } from './cached.ts'
import { newCluster } from './testing/cluster.ts'
import { template } from './testing/objects.ts'

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {}, with: () => quiet }
const uncounted = {
  counter: () => ({ add() {} }),
  gauge: () => ({ set() {}, forget() {} }),
  histogram: () => ({ observe() {} }),
}

const set: ReplicaSet = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { namespace: 'default', name: 'web' },
  spec: { replicas: 0, selector: { matchLabels: { app: 'web' } }, template: template() },
}

test('whoever writes reads what was written', async () => {
  const { server, writes, close } = await newCluster()
  const end = new AbortController()
  const client = createClient(inProcessTransport(server, { name: 'test', groups: ['system:masters'] }))
  const runtime = createRuntime({ client, name: 'test', log: quiet, metrics: uncounted, signal: end.signal })
  const sets = new Cached(runtime, replicaSetKind)
  const found = () => sets.store.get(set.metadata)
  await sets.store.synced

  const created = await sets.create(set)
  assert.equal(found()?.metadata.uid, created.metadata.uid)
  await sets.patch(created, { spec: { replicas: 2 } })
  assert.equal(found()?.spec.replicas, 2)
  await sets.setStatus(created, { replicas: 1 })
  assert.deepEqual(found()?.status, { replicas: 1 })

  const before = await writes()
  await sets.setStatus(found() ?? created, { replicas: 1 })
  assert.equal(await writes(), before, 'a status that says the same is not written')

  await sets.delete(created)
  assert.equal(found(), undefined)
  await sets.patch(created, { spec: { replicas: 3 } })
  await sets.setStatus(created, { replicas: 3 })
  await sets.delete(created)
  assert.equal(found(), undefined, 'what is gone needs no change')

  const again = await sets.create(set)
  await assert.rejects(sets.delete(created), { code: 409 }, 'another one of the name is not meant')
  assert.equal(found()?.metadata.uid, again.metadata.uid)
  end.abort()
  await sets.create({ ...set, metadata: { ...set.metadata, name: 'late' } }) // nobody waits for a cache that has ended
  await close()
})
