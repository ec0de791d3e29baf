import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import {
  ApiError,
  annotation,
  type Binding,
  type Cluster,
  clusterKind,
  clusterResourceBindingKind,
  deepFreeze,
  findCondition,
  label,
  type Manifest,
  matchesCluster,
  observe,
  on,
  type Placement,
  schedule as points,
  Registry,
  resourceBindingKind,
} from '@flotilla/sdk'
import { type BindingWords, binding, cluster, clusterBinding, clusters, manifest } from '@flotilla/sdk/testing'
import { type MachineOptions, type TestMachine, testMachine } from '../../extension/machine.test-support.ts'
import { Unsaid } from '../../manifest/unsaid.ts'
import { scheduleControllers } from './controller.ts'

const labels = { [label.propagationPolicyId]: 'id' }
const ours = (words: BindingWords = {}) => binding({ labels, generation: 1, placement: {}, ...words })
const named = (...clusterNames: readonly string[]) => ({ clusterAffinity: { clusterNames } })
const byAffinity = on(points.filter, ({ placement, clusters }) => {
  const stray = clusters.filter((each) => !matchesCluster(placement.clusterAffinity, each))
  return Object.fromEntries(stray.map(({ metadata }) => [metadata.name, { reason: 'is elsewhere', resolvable: false }]))
})

let machine: TestMachine
const start = (options: MachineOptions = {}): TestMachine => {
  machine = testMachine({ extensions: [byAffinity], ...options })
  machine.run(scheduleControllers(machine))
  return machine
}
afterEach(() => machine.end())

const web = (): Binding =>
  machine.objects.get(resourceBindingKind, { namespace: 'default', name: 'web-deployment' }) as Binding
const where = (object: Binding = web()) => object.spec.clusters?.map(({ name }) => name)
const said = () => findCondition(web().status?.conditions, 'Scheduled')
const verbs = () => machine.writes.map(({ verb, what }) => `${verb} ${what}`)

const change = (object: Manifest, fields: Partial<Manifest>): void => {
  const generation = (object.metadata.generation ?? 0) + 1
  machine.objects.put(
    deepFreeze({ ...object, ...fields, metadata: { ...object.metadata, ...fields.metadata, generation } }),
  )
}
const respec = (spec: Partial<Binding['spec']>): void => change(web(), { spec: { ...web().spec, ...spec } })
const member = (name: string): Cluster => machine.objects.get(clusterKind, { name }) as Cluster

describe('a binding is scheduled', () => {
  test('with one write of the object and one of its status', async () => {
    start({ objects: [ours(), ...clusters('a', 'b')] })
    await machine.quiet()
    assert.deepEqual(where(), ['a', 'b'])
    assert.deepEqual(verbs(), [
      'patch resourcebindings default/web-deployment',
      'patch resourcebindings/status default/web-deployment',
    ])
    assert.equal(web().status?.schedulerObservedGeneration, web().metadata.generation)
    const message = 'Binding has been scheduled successfully. Result: {a:0, b:0}'
    assert.deepEqual(machine.events, [
      { about: 'ResourceBinding web-deployment', reason: 'ScheduleBindingSucceed', message },
      { about: 'Deployment web', reason: 'ScheduleBindingSucceed', message },
    ])
    assert.deepEqual(machine.complaints, [])
  })
  test('and left alone after a restart', async () => {
    start({ objects: [ours(), ...clusters('a')] })
    await machine.quiet()
    const objects = [web(), ...clusters('a')]
    machine.end()
    start({ objects })
    await machine.quiet()
    assert.deepEqual(machine.writes, [])
  })
  test('whatever its scope', async () => {
    const object = clusterBinding({
      labels: { [label.clusterPropagationPolicyId]: 'id' },
      generation: 1,
      placement: {},
    })
    start({ objects: [object, ...clusters('a')] })
    const now = () => machine.objects.get(clusterResourceBindingKind, object.metadata) as Binding
    await machine.until(() => now().status?.lastScheduledTime !== undefined)
    assert.deepEqual(where(now()), ['a'])
  })
  test('unless it is another scheduler’s', async () => {
    start({ objects: [ours({ schedulerName: 'mine' }), ...clusters('a')] })
    await machine.quiet()
    assert.deepEqual(machine.writes, [])
  })
  test('by the profile of the scheduler it names', async () => {
    machine = testMachine({
      objects: [ours({ schedulerName: 'mine' }), ...clusters('a', 'b')],
      extensions: [byAffinity],
    })
    const registry = new Registry()
    registry.add(on(points.select, ({ clusters }) => ({ clusters: clusters.slice(1) })))
    machine.run(scheduleControllers(machine, { profiles: new Map([['mine', registry]]) }))
    await machine.quiet()
    assert.deepEqual(where(), ['b'])
  })
  test('again when its placement changes', async () => {
    start({ objects: [ours(), ...clusters('a', 'b')] })
    await machine.quiet()
    respec({ placement: named('b') })
    await machine.until(() => where()?.length === 1)
    assert.deepEqual(where(), ['b'])
  })
  test('again when its expression changes, or what that says of a cluster', async () => {
    const byText = on(points.filter, ({ binding: { metadata }, clusters }) => {
      const wanted = metadata.annotations?.[annotation.clusterSelector]
      const stray = clusters.filter((each) => wanted && each.metadata.annotations?.is !== wanted)
      return Object.fromEntries(stray.map((each) => [each.metadata.name, { reason: 'is another', resolvable: false }]))
    })
    const two = ['a', 'b'].map((name) => cluster({ name, annotations: { is: name } }))
    start({ objects: [ours(), ...two], extensions: [byText] })
    await machine.quiet()
    const reword = (text: string | null) =>
      machine.client.patch(resourceBindingKind, web().metadata, {
        type: 'merge',
        body: { metadata: { annotations: { [annotation.clusterSelector]: text } } },
      })
    await reword('b')
    await machine.until(() => where()?.join() === 'b')
    machine.objects.put(cluster({ name: 'a', annotations: { is: 'b' } }))
    await machine.until(() => where()?.join() === 'a,b')
    await reword('nothing')
    await machine.until(() => said()?.reason === 'NoClusterFit')
    await reword(null)
    await machine.until(() => where()?.join() === 'a,b')
    await machine.quiet()
    assert.equal(web().metadata.annotations?.[annotation.appliedExpressions], undefined)
    assert.deepEqual(machine.complaints, [])
  })
  test('again when its placement changes while it is thought about', async () => {
    let isFirst = true
    const meanwhile = on(points.filter, ({ clusters }) => {
      if (isFirst) respec({ placement: named('b') })
      isFirst = false
      return clusters.length > 0 ? {} : undefined
    })
    start({ objects: [ours(), ...clusters('a', 'b')], extensions: [meanwhile, byAffinity] })
    await machine.quiet()
    assert.deepEqual(where(), ['b'])
    assert.equal(web().status?.schedulerObservedGeneration, web().metadata.generation)
  })
  test('once more with nothing but a new time when that is wanted', async () => {
    let time = new Date('2026-01-01T00:00:00Z')
    start({ objects: [ours(), ...clusters('a')], now: () => time })
    await machine.quiet()
    time = new Date('2026-01-03T00:00:00Z')
    respec({ rescheduleTriggeredAt: '2026-01-02T00:00:00Z' })
    await machine.quiet()
    assert.equal(web().status?.lastScheduledTime, '2026-01-03T00:00:00Z')
    assert.deepEqual(verbs().slice(2), ['patch resourcebindings/status default/web-deployment'])
  })
  test('to be seen in its status when its spec changes elsewhere', async () => {
    const replicaScheduling = { replicaSchedulingType: 'Divided' } as const
    const all = on(points.assign, ({ clusters }) => ({
      targets: clusters.map(({ cluster }) => ({ name: cluster.metadata.name, replicas: 2 })),
    }))
    start({ objects: [ours({ placement: { replicaScheduling }, replicas: 2 }), ...clusters('a')], extensions: [all] })
    await machine.quiet()
    respec({ conflictResolution: 'Overwrite' })
    await machine.quiet()
    assert.deepEqual(verbs().slice(2), ['patch resourcebindings/status default/web-deployment'])
    assert.deepEqual(machine.writes.at(-1)?.body, {
      status: { schedulerObservedGeneration: web().metadata.generation },
    })
  })
})

describe('when clusters change', () => {
  test('bindings they concern follow, the others do not', async () => {
    const other = ours({ name: 'other', placement: named('a') })
    start({ objects: [ours(), other, ...clusters('a')] })
    await machine.quiet()
    machine.writes.length = 0
    machine.objects.put(cluster({ name: 'b' }))
    await machine.quiet()
    assert.deepEqual(where(), ['a', 'b'])
    assert.deepEqual(
      verbs().filter((verb) => verb.includes('other')),
      [],
    )
  })
  test('a binding whose policy has gone stays where it is, but for clusters that go', async () => {
    const clusters = { a: undefined, b: undefined }
    start({
      objects: [
        binding({ generation: 1, placement: named('c'), clusters }),
        cluster({ name: 'b' }),
        cluster({ name: 'c' }),
      ],
    })
    await machine.quiet()
    assert.deepEqual(where(), ['b'])
    change(member('b'), { metadata: { ...member('b').metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } })
    await machine.quiet()
    assert.deepEqual(where(), [])
    assert.equal(machine.writes.length, 2)
  })
  test('a cluster that goes is left', async () => {
    start({ objects: [ours(), ...clusters('a', 'b')] })
    await machine.quiet()
    change(member('b'), { metadata: { ...member('b').metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } })
    await machine.until(() => where()?.length === 1)
  })
  test('a new status of one is nothing to write', async () => {
    start({ objects: [ours(), ...clusters('a')] })
    await machine.quiet()
    machine.objects.put(cluster({ name: 'a', ready: false }))
    await machine.quiet()
    assert.equal(machine.writes.length, 2)
  })
  test('one that was named before it existed is used and no longer missed', async () => {
    start({ objects: [ours({ placement: named('a', 'ghost') }), ...clusters('a')] })
    await machine.quiet()
    assert.equal(said()?.message, 'Binding has been scheduled successfully. Clusters that do not exist: ghost.')
    machine.objects.put(cluster({ name: 'ghost' }))
    await machine.until(() => said()?.message === 'Binding has been scheduled successfully.')
    assert.deepEqual(where(), ['a', 'ghost'])
  })
})

describe('a binding that cannot be scheduled', () => {
  test('says why, once, and loses its clusters when none fits', async () => {
    start({ objects: [ours({ placement: named('ghost'), clusters: { a: 1 } }), ...clusters('a')] })
    await machine.quiet()
    assert.equal(where(), undefined)
    assert.equal(said()?.reason, 'NoClusterFit')
    const message = '0/1 clusters are available: 1 is elsewhere. Clusters that do not exist: ghost.'
    assert.equal(said()?.message, message)
    assert.equal(machine.writes.length, 2)
    assert.deepEqual(
      machine.events.map(({ reason, message }) => [reason, message]),
      [
        ['ScheduleBindingFailed', message],
        ['ScheduleBindingFailed', message],
      ],
    )
  })
  test('keeps its clusters when there is no room, and is tried again when that changes', async () => {
    let isFull = true
    const fills = on(points.assign, () => (isFull ? { unschedulable: 'no room' } : undefined))
    start({ objects: [ours({ clusters: { old: 1 } }), ...clusters('a', 'old')], extensions: [fills] })
    await machine.quiet()
    assert.deepEqual([where(), said()?.reason], [['old'], 'Unschedulable'])
    isFull = false
    change(member('a'), { spec: { ...member('a').spec, region: 'north' } })
    await machine.until(() => said()?.status === 'True')
  })
  test('is tried again a while after a cluster has other room', async ({ mock }) => {
    mock.timers.enable({ apis: ['setTimeout'] })
    let isFull = true
    const fills = on(points.assign, () => (isFull ? { unschedulable: 'no room' } : undefined))
    start({ objects: [ours(), ...clusters('a')], extensions: [fills] })
    await machine.quiet()
    isFull = false
    const status = { ...member('a').status, resourceSummary: { allocatable: { cpu: '9' } } }
    machine.objects.put({ ...member('a'), status })
    await machine.quiet()
    assert.equal(said()?.reason, 'Unschedulable')
    mock.timers.tick(10_000)
    await machine.until(() => said()?.status === 'True')
  })
  test('tells which plugin failed, and is tried again', async () => {
    let failures = 0
    const broken = on(points.score, () => {
      if (failures++ === 0) throw new Error('out of ink')
      return undefined
    })
    start({ objects: [ours(), ...clusters('a')], extensions: [broken] })
    await machine.until(() => said()?.status === 'True')
    assert.equal(machine.events[0]?.message, 'out of ink')
    assert.equal(machine.complaints.length, 1)
  })
  test('because of a quota is left alone until there is as much as it needs', async ({ mock }) => {
    start({ objects: [ours(), ...clusters('a')] })
    const { patch } = machine.client
    const details = { causes: [{ reason: 'QuotaExceeded', field: 'team[cpu]', message: '2' }] }
    const status = { apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Failure', code: 403, details } as const
    let attempts = 0
    Object.assign(machine.client, {
      patch: async (...args: Parameters<typeof patch>) => {
        if (!args[3]?.subresource && attempts++ === 0) throw new ApiError({ ...status, reason: 'QuotaExceeded' })
        return patch(...args)
      },
    })
    mock.timers.enable({ apis: ['setTimeout'] })
    await machine.until(() => said()?.reason === 'QuotaExceeded')
    const use = (cpu: string, memory: string) =>
      machine.objects.put(
        manifest('policy.karmada.io/v1alpha1', 'FederatedResourceQuota', {
          namespace: 'default',
          name: 'team',
          spec: { overall: { cpu: '4', memory: '4Gi' } },
          status: { overallUsed: { cpu, memory } },
        }),
      )
    for (const [cpu, memory] of [['4', '4Gi'], ['3', '4Gi'], ['3', '1Gi']] as const) use(cpu, memory) // biome-ignore format: three states
    await machine.quiet()
    mock.timers.tick(100)
    await machine.quiet()
    assert.equal(attempts, 1)
    use('2', '1Gi')
    await machine.quiet()
    mock.timers.tick(100)
    await machine.until(() => said()?.status === 'True')
    assert.equal(attempts, 2)
  })
  test('that others refuse has that told: whoever keeps something for it can let go', async () => {
    const heard: string[] = []
    const listening = on(observe.transition, ({ stage, object, result }) => {
      heard.push(`${stage} ${object.name} ${result}`)
    })
    start({ objects: [ours(), ...clusters('a')], extensions: [listening] })
    const { patch } = machine.client
    const status = { apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Failure', code: 403 } as const
    let refusals = 0
    Object.assign(machine.client, {
      patch: async (...args: Parameters<typeof patch>) => {
        if (!args[3]?.subresource && refusals++ === 0)
          throw new ApiError({ ...status, reason: 'Forbidden', message: 'not today' })
        return patch(...args)
      },
    })
    await machine.until(() => said()?.status === 'True')
    assert.deepEqual(heard.slice(0, 2), [
      `schedule ${ours().metadata.name} refused`,
      `schedule ${ours().metadata.name} scheduled`,
    ])
  })
  test('because of a quota says so, and is tried again when a quota of its namespace frees something', async ({
    mock,
  }) => {
    start({ objects: [ours(), ...clusters('a')] })
    const { patch } = machine.client
    const status = { apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Failure', code: 403 } as const
    let refusals = 0
    Object.assign(machine.client, {
      patch: async (...args: Parameters<typeof patch>) => {
        if (!args[3]?.subresource && refusals++ === 0)
          throw new ApiError({ ...status, reason: 'QuotaExceeded', message: 'too much' })
        return patch(...args)
      },
    })
    mock.timers.enable({ apis: ['setTimeout'] })
    await machine.until(() => said()?.reason === 'QuotaExceeded')
    assert.equal(machine.events[0]?.message, 'too much')
    assert.deepEqual(machine.complaints, [])
    const use = (namespace: string, cpu: string) =>
      machine.objects.put(
        manifest('policy.karmada.io/v1alpha1', 'FederatedResourceQuota', {
          namespace,
          spec: { overall: { cpu: '2' } },
          status: { overallUsed: { cpu } },
        }),
      )
    for (const cpu of ['2', '1']) use('elsewhere', cpu)
    for (const cpu of ['1', '2']) use('default', cpu)
    machine.objects.put(cluster({ name: 'b' }))
    await machine.quiet()
    mock.timers.tick(600_000)
    await machine.quiet()
    assert.equal(said()?.reason, 'QuotaExceeded')
    use('default', '1')
    await machine.quiet()
    mock.timers.tick(100)
    await machine.until(() => said()?.status === 'True')
  })
})

test('a binding whose namespace is going is let go', async ({ mock }) => {
  mock.timers.enable({ apis: ['setTimeout'] })
  start({ objects: [ours(), ...clusters('a')] })
  const causes = [{ reason: 'NamespaceTerminating', message: 'namespace default is being terminated' }]
  const status = { apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Failure', code: 403 } as const
  let refusals = 0
  Object.assign(machine.client, {
    patch: async () => {
      refusals++
      throw new ApiError({ ...status, reason: 'Forbidden', message: 'no', details: { causes } })
    },
  })
  await machine.until(() => refusals > 0)
  await machine.quiet()
  mock.timers.tick(60_000)
  await machine.quiet()
  assert.deepEqual([refusals, machine.complaints], [1, []])
})

test('a write that loses a race is made again', async () => {
  start({ objects: [ours(), ...clusters('a')] })
  const { patch } = machine.client
  let races = 0
  Object.assign(machine.client, {
    patch: async (...args: Parameters<typeof patch>) => {
      if (args[3]?.subresource && races++ === 0) change(web(), { status: { conditions: [] } })
      return patch(...args)
    },
  })
  await machine.until(() => said()?.status === 'True')
  assert.equal(races, 2)
})

describe('workloads that come at once', () => {
  const roomFor = 5
  /** Five replicas fit into the cluster; what was assumed takes of it. */
  const byRoom = on(points.estimate, async ({ clusters, assumed = {} }) => {
    await new Promise((resolve) => setImmediate(resolve)) // others have their turn
    const taken = (name: string) => (assumed[name] ?? []).flatMap(({ components }) => components)
    return Object.fromEntries(
      clusters.map(({ metadata: { name } }) => [
        name,
        Math.max(0, roomFor - taken(name).reduce((sum, { replicas }) => sum + replicas, 0)),
      ]),
    )
  })
  const whatFits = on(points.assign, ({ binding: { spec }, clusters: [first] }) => {
    const { replicas = 0 } = spec
    return first && (first.estimate ?? 0) + first.assigned >= replicas
      ? { targets: [{ name: first.cluster.metadata.name, replicas }] }
      : { unschedulable: 'no room' }
  })
  const dynamic = {
    replicaScheduling: { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Aggregated' },
  } as const
  const workloads = ['one', 'two', 'three'].map((name) => ours({ name, replicas: 3, placement: dynamic }))
  const placed = () =>
    machine.objects.list(resourceBindingKind).filter(({ spec }) => (spec as Binding['spec']).clusters?.length === 1)
      .length

  for (const [overcommitProtection, fit] of [
    [true, 1],
    [false, 3],
  ] as const) {
    // biome-ignore format: a table
    test(`${overcommitProtection ? 'are not' : 'are'} promised the same room, ${overcommitProtection ? 'when' : 'unless'} that is wanted`, async () => {
      machine = testMachine({ extensions: [byAffinity, byRoom, whatFits], objects: [...workloads, ...clusters('a')] })
      machine.run(scheduleControllers(machine, { overcommitProtection }))
      await machine.quiet()
      assert.equal(placed(), fit)
    })
  }
  test('get the room once it is known to be free', async () => {
    machine = testMachine({
      extensions: [byAffinity, byRoom, whatFits],
      objects: [...workloads.slice(0, 2), ...clusters('a')],
    })
    machine.run(scheduleControllers(machine, { overcommitProtection: true }))
    await machine.quiet()
    assert.equal(placed(), 1)
    const [there] = machine.objects
      .list(resourceBindingKind)
      .filter(({ spec }) => (spec as Binding['spec']).clusters?.length === 1)
    machine.objects.remove(there as Manifest)
    const [waiting] = machine.objects.list(resourceBindingKind)
    change(waiting as Manifest, {}) // tried again
    await machine.quiet()
    assert.equal(placed(), 1)
  })
})

describe('where somebody else is about to write the status of a binding', () => {
  const leaving = (patience: number, objects: readonly Manifest[]): Unsaid => {
    machine = testMachine({ extensions: [byAffinity], objects })
    const unsaid = new Unsaid(patience)
    machine.run(scheduleControllers(machine, { unsaid }))
    return unsaid
  }
  const result = 'patch resourcebindings default/web-deployment'
  const status = 'patch resourcebindings/status default/web-deployment'

  test('one write gives it its clusters, and the rest is left to be said along', async () => {
    const unsaid = leaving(60_000, [ours(), ...clusters('a')])
    await machine.until(() => where() !== undefined && unsaid.left(web()) !== undefined)
    const along = unsaid.along(web())
    machine.objects.put(along)
    unsaid.forget('default/web-deployment')
    await machine.quiet()
    assert.deepEqual(verbs(), [result])
    assert.equal(said()?.status, 'True')
    assert.equal(web().status?.schedulerObservedGeneration, web().metadata.generation)
    assert.equal(Object.hasOwn(along.status ?? {}, 'schedulerObservingAffinityName'), false)
  })
  test('it is said all the same when nobody does', async () => {
    leaving(50, [ours(), ...clusters('a')])
    await machine.until(() => said()?.status === 'True')
    await machine.quiet()
    assert.deepEqual(verbs(), [result, status])
  })
  test('it is said at once when there is more to decide', async () => {
    leaving(60_000, [ours(), ...clusters('a')])
    await machine.until(() => where() !== undefined)
    await machine.quiet()
    machine.objects.put(cluster({ name: 'b' }))
    await machine.until(() => where()?.length === 2)
    assert.deepEqual(verbs(), [result, status, result])
  })
  test('a failure is said at once', async () => {
    leaving(60_000, [ours({ placement: named('nowhere') }), ...clusters('a')])
    await machine.until(() => said()?.status === 'False')
  })
  test('that a generation is of no concern is left unsaid, too', async () => {
    const divided: Placement = { replicaScheduling: { replicaSchedulingType: 'Divided' } }
    const object = ours({ placement: divided, replicas: 0, replicaRequirements: {} })
    const unsaid = leaving(60_000, [object, ...clusters('a')])
    await machine.until(() => unsaid.left(web()) !== undefined)
    machine.objects.put(unsaid.along(web()))
    unsaid.forget('default/web-deployment')
    await machine.quiet()
    respec({ failover: {} })
    await machine.until(() => unsaid.left(web()) !== undefined)
    assert.deepEqual(verbs(), [result])
    assert.equal(unsaid.along(web()).status?.schedulerObservedGeneration, web().metadata.generation)
  })
  test('what is left unsaid of a binding that goes is forgotten', async () => {
    const unsaid = leaving(60_000, [ours(), ...clusters('a')])
    await machine.until(() => where() !== undefined && unsaid.left(web()) !== undefined)
    const last = web()
    machine.objects.remove(last)
    await machine.until(() => unsaid.left(last) === undefined)
  })
})
