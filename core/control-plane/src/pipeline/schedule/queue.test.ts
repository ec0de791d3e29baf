import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import {
  type Binding,
  type Cluster,
  clusterKind,
  findCondition,
  type Hope,
  keyOf,
  keyText,
  label,
  type Manifest,
  type Metrics,
  on,
  schedule as points,
  resourceBindingKind,
} from '@flotilla/sdk'
import { type BindingWords, binding, cluster, clusters } from '@flotilla/sdk/testing'
import { type MachineOptions, type TestMachine, testMachine } from '../../extension/machine.test-support.ts'
import { scheduleControllers } from './controller.ts'

const labels = { [label.propagationPolicyId]: 'id' }
const ours = (words: BindingWords = {}) => binding({ labels, generation: 1, placement: {}, ...words })

let machine: TestMachine
const start = (options: MachineOptions, metrics?: Metrics): void => {
  machine = testMachine(options)
  machine.run(scheduleControllers(metrics ? { ...machine, metrics } : machine))
}
afterEach(() => machine.end())

/** Nothing is being done, and nothing comes back soon. */
const idle = (): Promise<void> => machine.until(() => machine.isIdle(500))
const named = (name: string): Binding =>
  machine.objects.get(resourceBindingKind, { namespace: 'default', name }) as Binding
const said = (name: string) => findCondition(named(name).status?.conditions, 'Scheduled')
const member = (name: string): Cluster => machine.objects.get(clusterKind, { name }) as Cluster
const put = (object: Manifest, fields: Partial<Manifest>): void => {
  const generation = (object.metadata.generation ?? 0) + 1
  machine.objects.put({ ...object, ...fields, metadata: { ...object.metadata, ...fields.metadata, generation } })
}

/** Refuses every cluster for what is said, and counts how often each binding was tried. */
function refusing(hopes: Readonly<Record<string, Hope>>) {
  const tries = new Map<string, number>()
  const extension = on(points.filter, ({ binding: { metadata }, clusters }) => {
    tries.set(metadata.name, (tries.get(metadata.name) ?? 0) + 1)
    const refusal = { reason: 'no', resolvable: false, ...hopes[metadata.name] }
    return Object.fromEntries(clusters.map((each) => [each.metadata.name, refusal]))
  })
  return { tries, extension }
}

describe('what could not be placed is tried again', () => {
  const hopes: Readonly<Record<string, Hope>> = {
    labels: { resolvedBy: ['labels'] },
    taints: { resolvedBy: ['taints', 'conditions'] },
    spec: { resolvedBy: ['spec'] },
    apis: { resolvedBy: ['apis'] },
    anything: {},
    nothing: { resolvedBy: [] },
  }
  const taints = [{ key: 'gpu', effect: 'NoSchedule' }] as const
  const ready = { type: 'Ready', status: 'False', reason: 'Down', message: '', lastTransitionTime: '' } as const
  const cases: Record<string, readonly [(a: Cluster) => Partial<Cluster>, readonly string[]]> = {
    'for labels': [({ metadata }) => ({ metadata: { ...metadata, labels: { tier: 'gold' } } }), ['anything', 'labels']],
    'for taints': [({ spec }) => ({ spec: { ...spec, taints } }), ['anything', 'taints']],
    'for a region': [({ spec }) => ({ spec: { ...spec, region: 'north' } }), ['anything', 'spec']],
    'for APIs': [({ status }) => ({ status: { ...status, apiEnablements: [] } }), ['anything', 'apis']],
    'for conditions': [({ status }) => ({ status: { ...status, conditions: [ready] } }), ['anything', 'taints']],
    'for nothing else': [({ status }) => ({ status: { ...status, nodeSummary: { readyNum: 3 } } }), []],
  }
  for (const [name, [change, woken]] of Object.entries(cases))
    test(`${name}: ${woken.join(', ') || 'nobody'}`, async () => {
      const { tries, extension } = refusing(hopes)
      start({
        objects: [...Object.keys(hopes).map((name) => ours({ name })), cluster({ name: 'a' })],
        extensions: [extension],
      })
      await machine.until(() => Object.keys(hopes).every((name) => said(name)?.reason === 'NoClusterFit'))
      await idle()
      tries.clear()
      put(member('a'), change(member('a')))
      await machine.quiet()
      assert.deepEqual([...tries.keys()].sort(), woken)
    })
  test('for a cluster that comes: everybody; for one that goes: nobody', async () => {
    const { tries, extension } = refusing(hopes)
    start({
      objects: [...Object.keys(hopes).map((name) => ours({ name })), ...clusters('a', 'b')],
      extensions: [extension],
    })
    await machine.until(() => Object.keys(hopes).every((name) => said(name)?.reason === 'NoClusterFit'))
    await idle()
    tries.clear()
    put(member('b'), { metadata: { ...member('b').metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } })
    await machine.quiet()
    assert.deepEqual([...tries.keys()], [])
    machine.objects.put(cluster({ name: 'c' }))
    await machine.quiet()
    assert.deepEqual([...tries.keys()].sort(), Object.keys(hopes).sort())
  })
  test('for a change of a cluster it may go to, not of another', async () => {
    const { tries, extension } = refusing({})
    const placement = { clusterAffinity: { clusterNames: ['a'] } }
    start({ objects: [ours({ name: 'near', placement }), ...clusters('a', 'b')], extensions: [extension] })
    await machine.until(() => said('near') !== undefined)
    await idle()
    tries.clear()
    put(member('b'), { spec: { ...member('b').spec, region: 'north' } })
    await machine.quiet()
    assert.equal(tries.size, 0)
    put(member('a'), { spec: { ...member('a').spec, region: 'north' } })
    await machine.until(() => tries.get('near') === 1)
  })
  test('for a companion that leaves, not for a stranger', async ({ mock }) => {
    mock.timers.enable({ apis: ['setTimeout'] })
    const group = (antiAffinityGroup: string) => ({ workloadAffinityGroups: { antiAffinityGroup } })
    const { tries, extension } = refusing({ web: { resolvedBy: ['bindings'] } })
    const others = ['app=web', 'app=db'].map((name) =>
      binding({ ...group(name), name: name.replace('=', '-'), clusters: { a: 1 } }),
    )
    start({
      objects: [ours({ name: 'web', ...group('app=web') }), ...others, cluster({ name: 'a' })],
      extensions: [extension],
    })
    await machine.until(() => said('web') !== undefined)
    await idle()
    tries.clear()
    const leave = async (name: string) => {
      machine.objects.remove(named(name))
      await machine.quiet()
      mock.timers.tick(100)
      await machine.quiet()
    }
    await leave('app-db')
    assert.equal(tries.size, 0)
    await leave('app-web')
    assert.equal(tries.get('web'), 1)
  })
  test('for what changed while it was thought about', async () => {
    let isTold = false
    const slow = on(points.filter, ({ clusters }) => {
      const isTainted = clusters.some(({ spec }) => spec.taints?.length)
      if (!isTold) put(member('a'), { spec: { ...member('a').spec, taints: [] } })
      isTold = true
      const refusal = { reason: 'tainted', resolvable: false, resolvedBy: ['taints'] as const }
      return isTainted ? Object.fromEntries(clusters.map((each) => [each.metadata.name, refusal])) : undefined
    })
    start({ objects: [ours({ name: 'web' }), cluster({ name: 'a', taints })], extensions: [slow] })
    await machine.until(() => said('web')?.status === 'True')
  })
})

describe('of many bindings that wait', () => {
  const many = Array.from({ length: 100 }, (_, number) => ours({ name: `b${number}` }))

  test('the one of the highest priority goes first, though it came last', async () => {
    const order: string[] = []
    let open = () => {}
    const gate = new Promise<void>((resolve) => (open = resolve))
    const watching = on(points.filter, async ({ binding: { metadata } }) => {
      order.push(metadata.name)
      await gate
      return undefined
    })
    start({ objects: [...many, cluster({ name: 'a' })], extensions: [watching] })
    await machine.until(() => order.length === 32)
    machine.objects.put(ours({ name: 'soon', schedulePriority: { priority: 5 } }))
    machine.objects.put(ours({ name: 'late', schedulePriority: { priority: -5 } }))
    machine.objects.put(ours({ name: 'first', schedulePriority: { priority: 2_000_000_000 } }))
    await machine.quiet()
    open()
    await machine.until(() => order.length === 103)
    assert.deepEqual(order.slice(32, 34), ['first', 'soon'])
    assert.equal(order.at(-1), 'late')
    assert.equal(new Set(order).size, order.length)
  })
  test('none is decided on twice at once', async () => {
    const busy = new Set<string>()
    let decisions = 0
    const watching = on(points.filter, async ({ binding }) => {
      const text = keyText(keyOf(binding))
      assert.ok(!busy.has(text), `${text} is decided on already`)
      busy.add(text)
      decisions++
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
      busy.delete(text)
      return undefined
    })
    start({ objects: [ours({ name: 'web' }), cluster({ name: 'a' })], extensions: [watching] })
    for (let round = 1; round <= 50; round++) {
      put(named('web'), { spec: { ...named('web').spec, replicas: round } })
      await new Promise((resolve) => setImmediate(resolve))
    }
    await machine.until(() => said('web')?.status === 'True')
    await machine.quiet()
    assert.ok(decisions > 1)
    assert.deepEqual(machine.complaints, [])
  })
  test('those that a plugin stumbles over, or ponders for ever, keep nobody waiting', async () => {
    let end = () => {}
    const never = new Promise<undefined>((resolve) => (end = () => resolve(undefined)))
    const hanging = on(points.filter, ({ binding: { metadata } }) => {
      if (metadata.name === 'b0') return never
      if (metadata.name === 'b1') throw new Error('out of ink')
      return undefined
    })
    start({ objects: [...many, cluster({ name: 'a' })], extensions: [hanging] })
    await machine.until(() => many.slice(2).every(({ metadata: { name } }) => said(name)?.status === 'True'))
    assert.deepEqual([said('b0'), said('b1')?.message], [undefined, 'out of ink'])
    end()
  })
  test('one nobody can read keeps nobody from following the clusters', async () => {
    const broken = ours({ name: 'broken', placement: { clusterAffinity: { clusterNames: 7 as unknown as string[] } } })
    start({ objects: [broken, ours({ name: 'web' }), cluster({ name: 'a' })] })
    await machine.until(() => said('web')?.status === 'True')
    machine.objects.put(cluster({ name: 'b' }))
    await machine.until(() => named('web').spec.clusters?.length === 2)
  })
})

test('how many bindings wait where is counted, and why they came', async ({ mock }) => {
  mock.timers.enable({ apis: ['setTimeout'] })
  const gauges = new Map<string, number>()
  const counts = new Map<string, number>()
  const metrics: Metrics = {
    counter: ({ name }) => ({
      add: ({ event } = {}) => {
        if (name === 'karmada_scheduler_queue_incoming_bindings_total' && event)
          counts.set(event, (counts.get(event) ?? 0) + 1)
      },
    }),
    gauge: ({ name }) => ({
      set: (value, { queue = '' } = {}) => {
        if (name === 'scheduler_pending_bindings') gauges.set(queue, value)
      },
      forget: () => undefined,
    }),
    histogram: () => ({ observe: () => undefined }),
  }
  let isBroken = true
  const plugin = on(points.filter, ({ binding: { metadata }, clusters }) => {
    if (metadata.name === 'broken' && isBroken) throw new Error('out of ink')
    const refusal = { reason: 'no', resolvable: false, resolvedBy: ['labels'] as const }
    return metadata.name === 'nowhere'
      ? Object.fromEntries(clusters.map((each) => [each.metadata.name, refusal]))
      : undefined
  })
  const objects = ['broken', 'nowhere', 'fine'].map((name) => ours({ name }))
  start({ objects: [...objects, cluster({ name: 'a' })], extensions: [plugin] }, metrics)
  await machine.until(() => ['broken', 'nowhere', 'fine'].every((name) => said(name)))
  await machine.quiet()
  assert.deepEqual(Object.fromEntries(gauges), { active: 0, backoff: 1, unschedulable: 1 })
  assert.equal(counts.get('BindingAdd'), 3)
  assert.ok(counts.get('ScheduleAttemptFailure'))
  isBroken = false
  put(member('a'), { metadata: { ...member('a').metadata, labels: { tier: 'gold' } } })
  await machine.until(() => said('broken')?.status === 'True')
  await machine.quiet()
  assert.deepEqual(Object.fromEntries(gauges), { active: 0, backoff: 0, unschedulable: 1 })
  assert.ok((counts.get('ClusterChanged') ?? 0) >= 2)
  counts.clear()
  put(named('fine'), { spec: { ...named('fine').spec, placement: { clusterTolerations: [] } } })
  put(named('nowhere'), { spec: { ...named('nowhere').spec, replicas: 7 } })
  await machine.quiet()
  assert.equal(counts.get('PolicyChanged'), 1)
  assert.ok(counts.get('BindingUpdate'))
})
