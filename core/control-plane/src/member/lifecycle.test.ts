import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { type Cluster, clusterKind, type Manifest, resourceBindingKind, workKind } from '@flotilla/sdk'
import { binding, cluster, manifest, work } from '@flotilla/sdk/testing'
import { type TestMachine, testMachine } from '../extension/machine.test-support.ts'
import { roleKind } from './agents/rights.ts'
import { namespaceKind } from './kinds.ts'
import { clusterControllers } from './lifecycle.ts'

let machine: TestMachine
const start = async (...objects: readonly Manifest[]): Promise<void> => {
  machine = testMachine({ objects })
  machine.run(clusterControllers(machine))
  await machine.quiet()
}
afterEach(() => machine.end())

const space = (): Manifest | undefined => machine.objects.get(namespaceKind, { name: 'karmada-es-member1' })
const now = (): Cluster | undefined => machine.objects.get(clusterKind, { name: 'member1' }) as Cluster | undefined
const namespace = manifest('v1', 'Namespace', { name: 'karmada-es-member1', finalizers: ['kubernetes'] })
const finalizers = ['karmada.io/cluster-controller']

describe('a cluster', () => {
  test('that joins gets a namespace, a finalizer and a taint, with two writes', async () => {
    await start(cluster({ ready: false }))
    assert.deepEqual(space()?.metadata.labels, { 'karmada.io/system': 'true' })
    assert.deepEqual(now()?.metadata.finalizers, finalizers)
    assert.deepEqual(
      now()?.spec.taints?.map(({ key, effect }) => [key, effect]),
      [['cluster.karmada.io/not-ready', 'NoSchedule']],
    )
    assert.equal(machine.writes.length, 2)
    assert.deepEqual(machine.events.map(({ reason }) => reason).sort(), [
      'CreateExecutionSpaceSucceed',
      'TaintClusterSucceed',
    ])
  })
  test('that becomes ready loses its taint', async () => {
    await start(cluster({ ready: false }))
    const before = now()
    assert.ok(before)
    machine.objects.put({ ...before, status: cluster().status })
    await machine.until(() => now()?.spec.taints?.length === 0)
  })
  test('that is as it should be is not written', async () => {
    await start(cluster({ finalizers }), namespace)
    assert.deepEqual(machine.writes, [])
  })
  test('gets its namespace back', async () => {
    await start(cluster({ finalizers }), namespace)
    machine.objects.remove(namespace)
    await machine.until(() => space() !== undefined)
  })
})

describe('a cluster that goes', () => {
  test('waits for its namespace, and for the bindings that name it', async () => {
    await start(cluster({ finalizers }), namespace, binding({ clusters: { member1: 1 } }))
    await machine.client.delete(clusterKind, { name: 'member1' })
    await machine.until(() => space()?.metadata.deletionTimestamp !== undefined)
    machine.objects.remove(namespace)
    await machine.quiet()
    assert.ok(now())
    const bound = machine.objects.get(resourceBindingKind, { namespace: 'default', name: 'web-deployment' })
    assert.ok(bound)
    machine.objects.remove(bound)
    await machine.until(() => now() === undefined)
    assert.equal(machine.events.at(-1)?.reason, 'RemoveExecutionSpaceSucceed')
  })
  test('in pull mode, leaves its agent the rights it needs until the Works are gone', async () => {
    const rights = { namespace: namespace.metadata.name, name: 'flotilla:agent:member1' }
    const held = manifest('rbac.authorization.k8s.io/v1', 'Role', { ...rights, finalizers })
    const brought = work({ finalizers: ['karmada.io/execution-controller'] })
    await start(cluster({ finalizers, syncMode: 'Pull' }), namespace, held, brought)
    const role = () => machine.objects.get(roleKind, rights)
    await machine.client.delete(clusterKind, { name: 'member1' })
    await machine.until(() => space()?.metadata.deletionTimestamp !== undefined)
    await new Promise((resolve) => setTimeout(resolve, 1_500)) // it is looked at every second
    assert.deepEqual(role()?.metadata.finalizers, finalizers)
    machine.objects.remove(brought)
    await machine.until(() => !role()?.metadata.finalizers?.length)
  })
  test('in pull mode, with nobody there any more, leaves its Works without a finalizer', async () => {
    const held = work({ finalizers: ['karmada.io/execution-controller'] })
    await start(cluster({ finalizers, syncMode: 'Pull', ready: false }), namespace, held)
    await machine.client.delete(clusterKind, { name: 'member1' })
    await machine.until(() => machine.objects.get(workKind, held.metadata)?.metadata.finalizers?.length === 0)
  })
})
