import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import {
  type Binding,
  type Cluster,
  clusterKind,
  findCondition,
  label,
  type Manifest,
  on,
  type Placement,
  schedule as points,
  resourceBindingKind,
} from '@flotilla/sdk'
import { binding, cluster, clusters } from '@flotilla/sdk/testing'
import { type TestMachine, testMachine } from '../../extension/machine.test-support.ts'
import { scheduleControllers } from './controller.ts'

let machine: TestMachine
afterEach(() => machine.end())

const web = (): Binding =>
  machine.objects.get(resourceBindingKind, { namespace: 'default', name: 'web-deployment' }) as Binding
const b = (): Cluster => machine.objects.get(clusterKind, { name: 'b' }) as Cluster
const put = (object: Manifest, fields: Partial<Manifest>): void => {
  const generation = (object.metadata.generation ?? 0) + ('spec' in fields ? 1 : 0)
  machine.objects.put({ ...object, ...fields, metadata: { ...object.metadata, ...fields.metadata, generation } })
}
const respec = (spec: Partial<Binding['spec']>): void => put(web(), { spec: { ...web().spec, ...spec } })

const divided: Placement = { replicaScheduling: { replicaSchedulingType: 'Divided' } }

/** Starts with a binding that is well placed in two clusters, and counts how often it is decided on from then on. */
async function settled(placement: Placement) {
  let decisions = 0
  const counting = on(points.filter, () => {
    decisions++
    return undefined
  })
  const even = on(points.assign, ({ binding: { spec }, clusters }) => ({
    targets: clusters.map(({ cluster }, place) => {
      const { replicas = 0 } = spec
      const share = Math.floor(replicas / clusters.length) + (place < replicas % clusters.length ? 1 : 0)
      return { name: cluster.metadata.name, replicas: placement === divided ? share : replicas }
    }),
  }))
  const labels = { [label.propagationPolicyId]: 'id' }
  machine = testMachine({
    objects: [binding({ labels, generation: 1, placement, replicas: 4 }), ...clusters('a', 'b')],
    extensions: [counting, even],
  })
  machine.run(scheduleControllers(machine))
  await machine.until(() => findCondition(web().status?.conditions, 'Scheduled')?.status === 'True')
  await machine.until(() => machine.isIdle(500))
  decisions = 0
  return async (change: () => void): Promise<boolean> => {
    change()
    await machine.quiet()
    await machine.until(() => machine.isIdle(500))
    return decisions > 0
  }
}

const taints = [{ key: 'cordoned', effect: 'NoSchedule' }] as const
const time = '2026-02-01T00:00:00Z'

/** What happens · whether a workload that is divided is decided on again · whether one that is duplicated is. */
const cases: Record<string, readonly [() => void, boolean, boolean]> = {
  'its placement tolerates more': [
    () => respec({ placement: { ...web().spec.placement, clusterTolerations: [{ operator: 'Exists' }] } }),
    true,
    true,
  ],
  'its affinity is another': [
    () => respec({ placement: { ...web().spec.placement, clusterAffinity: { clusterNames: ['a'] } } }),
    true,
    true,
  ],
  'it has more replicas': [() => respec({ replicas: 6 }), true, true],
  'it has fewer replicas': [() => respec({ replicas: 1 }), true, true],
  'it is to be scheduled afresh': [() => respec({ rescheduleTriggeredAt: time }), true, true],
  'something else of its spec changes': [() => respec({ conflictResolution: 'Overwrite' }), false, true],
  'its status changes': [() => put(web(), { status: { ...web().status, aggregatedStatus: [] } }), false, false],
  'it gets a label': [
    () => put(web(), { metadata: { ...web().metadata, labels: { ...web().metadata.labels, tier: 'gold' } } }),
    false,
    false,
  ],
  'its policy goes': [() => put(web(), { metadata: { ...web().metadata, labels: {} } }), false, false],
  'it is suspended, whatever else changes': [
    () => respec({ suspension: { scheduling: true }, replicas: 9 }),
    false,
    false,
  ],
  'it is another scheduler’s from now on': [() => respec({ schedulerName: 'mine', replicas: 9 }), false, false],
  'it is deleted': [() => put(web(), { metadata: { ...web().metadata, deletionTimestamp: time } }), false, false],
  'a cluster comes': [() => machine.objects.put(cluster({ name: 'c' })), false, true],
  'a cluster it is in is going': [
    () => put(b(), { metadata: { ...b().metadata, deletionTimestamp: time } }),
    true,
    true,
  ],
  'a cluster it is in is gone': [() => machine.objects.remove(b()), true, true],
  'a cluster it is in has another label': [
    () => put(b(), { metadata: { ...b().metadata, labels: { tier: 'edge' } } }),
    false,
    true,
  ],
  'a cluster it is in is cordoned': [() => put(b(), { spec: { ...b().spec, taints } }), false, true],
  'a cluster it is in serves other APIs': [
    () => put(b(), { status: { ...b().status, apiEnablements: [{ groupVersion: 'example.io/v1' }] } }),
    false,
    true,
  ],
  'a cluster it is in is not ready': [() => machine.objects.put(cluster({ name: 'b', ready: false })), false, false],
  'a cluster it is in has other room': [
    () => put(b(), { status: { ...b().status, resourceSummary: { allocatable: { cpu: '9' } } } }),
    false,
    false,
  ],
}

for (const [name, [change, isDivided, isDuplicated]] of Object.entries(cases))
  describe(`when ${name}`, () => {
    const says = (again: boolean) => (again ? 'decided on again' : 'left alone')
    test(`a workload that is divided is ${says(isDivided)}`, async () =>
      assert.equal(await (await settled(divided))(change), isDivided))
    test(`a workload that is everywhere is ${says(isDuplicated)}`, async () =>
      assert.equal(await (await settled({}))(change), isDuplicated))
  })

test('what was missed while it was suspended is made good', async () => {
  const change = await settled(divided)
  assert.equal(await change(() => respec({ suspension: { scheduling: true }, replicas: 9 })), false)
  assert.equal(await change(() => respec({ suspension: { scheduling: false } })), true)
  assert.deepEqual(web().spec.clusters, [
    { name: 'a', replicas: 5 },
    { name: 'b', replicas: 4 },
  ])
})
