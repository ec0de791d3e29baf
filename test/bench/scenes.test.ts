import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { stages } from '@flotilla/core'
import { preset } from '@flotilla/preset'
import { type Cluster, deepFreeze, Registry, schedule } from '@flotilla/sdk'
import { fakeHost } from '@flotilla/sdk/testing'
import { bindingAt, clusterAt, type Scene, several } from './scenes.ts'

const registry = new Registry()
for (const { name, extensions } of preset)
  if (/^(cluster|taint|api|spread|select|assign|general)-/.test(name))
    for (const extension of extensions?.(fakeHost()) ?? []) registry.add(extension)

type Placed = stages.ScheduleInput['binding']

const decide = (binding: Placed, snapshot: stages.Snapshot) =>
  stages.schedule(registry.ask, { binding, snapshot, fresh: false })

/** Some go anywhere, some are somewhere already: there what is shared has exceptions. */
const bindings = (scene: Scene): readonly Placed[] =>
  several(60, (index) => {
    const binding = bindingAt(scene, index)
    const clusters = index % 3 === 0 ? [`cluster-${index}`, 'cluster-19'].map((name) => ({ name, replicas: 1 })) : []
    return deepFreeze({ ...binding, spec: { ...binding.spec, clusters } }) as Placed // every scene places its bindings
  })

describe('a decision that shares its work with others is the one it would be alone', () => {
  const clusters = several(70, clusterAt).map(deepFreeze)
  for (const scene of ['static', 'dynamic', 'mixed', 'singular'] as const)
    test(scene, async () => {
      const shared = stages.snapshotOf(clusters)
      for (const binding of bindings(scene))
        assert.deepEqual(await decide(binding, shared), await decide(binding, stages.snapshotOf(clusters)))
    })
})

test('what is shared ends with the snapshot', async () => {
  const [binding] = bindings('mixed').slice(1)
  assert.ok(binding)
  const names = async (clusters: readonly Cluster[]) =>
    (await decide(binding, stages.snapshotOf(clusters))).targets?.map(({ name }) => name)
  const [a, b, c] = several(3, clusterAt)
  assert.ok(a && b && c)
  const into = (cluster: Cluster): Cluster => ({
    ...cluster,
    metadata: { ...cluster.metadata, labels: { tier: 't1' } },
  })
  assert.deepEqual(await names([a, b, c]), ['cluster-1'])
  assert.deepEqual(await names([into(a), b, c]), ['cluster-0', 'cluster-1'])
})

test('a list of clusters is gone through once for many bindings', async () => {
  const asked: object[] = []
  const counting = new Registry()
  counting.add({
    point: schedule.score,
    handler: ({ clusters }: schedule.Candidates) => void asked.push(clusters),
  })
  const ask = (point: { readonly id: string }) => (point.id === schedule.score.id ? counting.ask : registry.ask)
  const snapshot = stages.snapshotOf(several(70, clusterAt))
  for (const binding of bindings('static').filter((_, index) => index % 3 > 0))
    await stages.schedule((point, arg) => ask(point)(point, arg), { binding, snapshot, fresh: false })
  assert.equal(asked.length, 40)
  assert.equal(new Set(asked).size, 1) // the one list that taints leave
})
