import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Cluster, clusterKind, clusterTaintPolicyKind } from '@flotilla/sdk'
import { cluster, examinePlugin, fakeHost, manifest } from '@flotilla/sdk/testing'
import { taintPolicies } from './taint-policies.ts'

examinePlugin(taintPolicies)

const policy = manifest('policy.karmada.io/v1alpha1', 'ClusterTaintPolicy', {
  name: 'down',
  namespace: undefined,
  spec: {
    addOnConditions: [{ conditionType: 'Ready', operator: 'NotIn', statusValues: ['True'] }],
    removeOnConditions: [{ conditionType: 'Ready', operator: 'In', statusValues: ['True'] }],
    taints: [{ key: 'down', effect: 'NoExecute' }],
  },
})

const hostWith = (...clusters: readonly Cluster[]) => {
  const host = fakeHost({ objects: [...clusters, policy] })
  taintPolicies.controllers?.(host)
  const controller = host.controllers.get('cluster-taint-policy')
  assert.ok(controller)
  const taints = async (name: string) => (await host.client.get(clusterKind, { name }))?.spec.taints
  return { host, controller, taints }
}

test('a cluster gets the taints of its conditions, loses them, and events tell', async () => {
  const { host, controller, taints } = hostWith(cluster({ name: 'a', ready: false }), cluster({ name: 'b' }))
  await controller.reconcile('a')
  await controller.reconcile('b')
  assert.deepEqual(await taints('a'), [{ key: 'down', effect: 'NoExecute', timeAdded: '2026-01-01T00:00:00Z' }])
  assert.equal(await taints('b'), undefined)
  const there = await host.client.get(clusterKind, { name: 'a' })
  assert.ok(there)
  await host.client.update(clusterKind, { ...there, status: cluster({ name: 'a' }).status ?? {} })
  await controller.reconcile('a')
  assert.deepEqual(await taints('a'), [])
  assert.deepEqual(
    host.events.map(({ reason, message }) => `${reason}: ${message}`),
    [
      'TaintClusterSucceed: ClusterTaintPolicies changed its taints: they are down:NoExecute',
      'TaintClusterSucceed: ClusterTaintPolicies changed its taints: they are none',
    ],
  )
})

test('a policy is about all clusters, and one that goes about none', () => {
  const { controller } = hostWith(cluster({ name: 'a' }), cluster({ name: 'b' }))
  const keys = controller.keysOf(clusterTaintPolicyKind, { after: policy })
  assert.deepEqual(
    keys.map(({ name }) => name),
    ['a', 'b'],
  )
  assert.deepEqual(controller.keysOf(clusterTaintPolicyKind, { before: policy }), [])
})
