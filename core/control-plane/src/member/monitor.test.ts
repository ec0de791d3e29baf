import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Cluster, clusterKind, findCondition, type Manifest } from '@flotilla/sdk'
import { cluster, manifest } from '@flotilla/sdk/testing'
import { type TestMachine, testMachine } from '../extension/machine.test-support.ts'
import { monitorController } from './monitor.ts'

let machine: TestMachine
const grace = { period: 10, grace: 150, startupGrace: 150 }
const start = (...objects: readonly Manifest[]): void => {
  machine = testMachine({ objects })
  machine.run([monitorController(machine, grace)])
}
afterEach(() => machine.end())

const now = (): Cluster => machine.objects.get(clusterKind, { name: 'member1' }) as Cluster // it is there
const ready = () => findCondition(now().status?.conditions, 'Ready')
const lease = (renewTime: string) => ({
  ...manifest('coordination.k8s.io/v1', 'Lease', { namespace: 'karmada-cluster', name: 'member1' }),
  spec: { renewTime },
})

describe('a cluster in pull mode', () => {
  test('whose agent is silent is unknown, which is said once', async () => {
    start(cluster({ syncMode: 'Pull' }), lease('1'))
    await machine.until(() => ready()?.status === 'Unknown')
    assert.equal(ready()?.reason, 'ClusterStatusUnknown')
    assert.equal(ready()?.message, 'Cluster status controller stopped posting cluster status.')
    assert.ok(now().status?.apiEnablements)
    await sleep(grace.grace * 2)
    assert.deepEqual(
      machine.writes.map(({ what }) => what),
      ['clusters/status member1'],
    )
  })
  test('whose agent gives signs of life is left alone', async () => {
    start(cluster({ syncMode: 'Pull' }), lease('0'))
    for (let beat = 1; beat <= 12; beat++) {
      await sleep(grace.grace / 4)
      machine.objects.put(lease(String(beat)))
    }
    assert.deepEqual(machine.writes, [])
  })
  test('that has never said anything is unknown for another reason', async () => {
    start({ ...cluster({ syncMode: 'Pull' }), status: {} } as Manifest)
    await machine.until(() => ready()?.reason === 'ClusterStatusNeverUpdated')
  })
  test('whose agent comes back may be silent again', async () => {
    start(cluster({ syncMode: 'Pull' }))
    await machine.until(() => ready()?.status === 'Unknown')
    machine.objects.put({ ...now(), status: cluster().status } as Manifest)
    await machine.until(() => ready()?.status === 'Unknown')
    assert.equal(machine.writes.length, 2)
  })
})

test('a cluster in push mode needs no agent', async () => {
  start(cluster())
  await sleep(grace.grace * 2)
  assert.deepEqual(machine.writes, [])
})
