import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import {
  ApiError,
  annotation,
  type Binding,
  type BindingSpec,
  type Client,
  type Cluster,
  clusterKind,
  clusterOverridePolicyKind,
  clusterResourceBindingKind,
  label,
  type Manifest,
  type Metrics,
  on,
  render as renderPoints,
  resourceBindingKind,
  type Work,
  withField,
  workKind,
} from '@flotilla/sdk'
import { binding, cluster, clusterBinding, clusterOverridePolicy, clusters, deployment } from '@flotilla/sdk/testing'
import { type TestMachine, testMachine } from '../../extension/machine.test-support.ts'
import { renderControllers } from './controller.ts'

let machine: TestMachine
afterEach(() => machine.end())

/** Writes plaintext values where they are wanted. */
const plaintext = on(renderPoints.override, ({ manifest, overriders }) =>
  (overriders.plaintext ?? []).reduce((done, { path, value }) => {
    if (path === '/broken') throw new Error('no such path')
    return withField(done, path.slice(1).split('/'), value)
  }, manifest),
)

const start = async (...objects: readonly Manifest[]) => {
  machine = testMachine({ objects, extensions: [plaintext] })
  machine.run(renderControllers(machine))
  await machine.quiet()
}

const bound = (
  spec: Omit<Partial<BindingSpec>, 'clusters'> & { readonly clusters?: Readonly<Record<string, number>> } = {},
) =>
  binding({
    labels: { [label.bindingId]: 'id' },
    finalizers: ['karmada.io/binding-controller'],
    generation: 1,
    clusters: { member1: 1, member2: 1 },
    ...spec,
  })

const fleet = clusters('member1', 'member2', 'member3')
const works = () => machine.objects.list(workKind) as readonly Work[]
const where = () => works().map(({ metadata }) => metadata.namespace?.replace('karmada-es-', ''))
const manifestIn = (name: string) =>
  works().find(({ metadata }) => metadata.namespace === `karmada-es-${name}`)?.spec.workload?.manifests?.[0]
const colorIn = (name: string) => (manifestIn(name)?.spec as { color?: string } | undefined)?.color
const writes = () => machine.writes.map(({ verb, what }) => `${verb} ${what.replace(/-\w+$/, '')}`)

/** Changes the binding as the scheduler would. */
const schedule = (spec: Partial<BindingSpec>) => {
  const before = machine.objects.get(resourceBindingKind, bound().metadata) as Binding
  const generation = (before.metadata.generation ?? 0) + 1
  machine.objects.put({ ...before, metadata: { ...before.metadata, generation }, spec: { ...before.spec, ...spec } })
}

const paint = (value: string, targets?: readonly string[]) =>
  clusterOverridePolicy({
    overrideRules: [
      {
        ...(targets && { targetCluster: { clusterNames: targets } }),
        overriders: { plaintext: [{ path: '/spec/color', operator: 'add', value }] },
      },
    ],
  })

describe('a binding', () => {
  test('has a Work in each of its clusters, each written once', async () => {
    await start(...fleet, deployment(), bound())
    assert.deepEqual(writes(), ['create works karmada-es-member1/web', 'create works karmada-es-member2/web'])
    assert.deepEqual(works()[0]?.metadata.finalizers, ['karmada.io/execution-controller'])
    assert.deepEqual(machine.complaints, [])
  })
  test('whose Works are as they should be is not written after a restart', async () => {
    await start(...fleet, deployment(), bound())
    const made = works()
    machine.end()
    await start(...fleet, deployment(), bound(), ...made)
    assert.deepEqual(writes(), [])
  })
  test('that goes elsewhere leaves no Work behind', async () => {
    await start(...fleet, deployment(), bound())
    for (const work of works()) machine.objects.put({ ...work, metadata: { ...work.metadata, finalizers: [] } })
    schedule({ clusters: [{ name: 'member3' }] })
    await machine.until(() => where().join() === 'member3')
  })
  test('gets back a Work that somebody deleted', async () => {
    await start(...fleet, deployment(), bound())
    const [work] = works()
    assert.ok(work)
    machine.objects.remove(work)
    await machine.until(() => works().length === 2)
  })
  test('waits for its id', async () => {
    await start(...fleet, deployment(), { ...bound(), metadata: { ...bound().metadata, labels: {} } })
    assert.deepEqual(works(), [])
    machine.objects.put(bound())
    await machine.until(() => works().length === 2)
  })
  test('waits for its cache when the scheduler has seen a newer template', async () => {
    const { resource } = bound().spec
    await start(...fleet, deployment(), bound({ resource: { ...resource, resourceVersion: '1000' } }))
    assert.deepEqual(works(), [])
  })
  test('without a template is left alone', async () => {
    await start(...fleet, bound())
    assert.deepEqual(writes(), [])
  })
  test('that is deleted takes its Works with it, and is let go', async () => {
    await start(...fleet, deployment(), bound())
    await machine.client.delete(resourceBindingKind, bound().metadata)
    await machine.until(() => machine.objects.get(resourceBindingKind, bound().metadata) === undefined)
    assert.ok(works().every(({ metadata }) => metadata.deletionTimestamp))
  })
})

describe('an eviction', () => {
  const task = { fromCluster: 'member1', reason: 'R', producer: 'P' }
  test('that is graceful keeps the Work', async () => {
    await start(...fleet, deployment(), bound())
    schedule({ clusters: [{ name: 'member3' }], gracefulEvictionTasks: [{ ...task, purgeMode: 'Gracefully' }] })
    await machine.until(() => where().includes('member3'))
    assert.ok(where().includes('member1'))
  })
  test('that is direct takes it away before another is made', async () => {
    await start(...fleet, deployment(), bound({ clusters: { member1: 1 } }))
    schedule({ clusters: [{ name: 'member3' }], gracefulEvictionTasks: [{ ...task, purgeMode: 'Directly' }] })
    await machine.until(() => works()[0]?.metadata.deletionTimestamp !== undefined)
    assert.deepEqual(where(), ['member1'])
    const [going] = works()
    assert.ok(going)
    machine.objects.remove(going)
    await machine.until(() => where().join() === 'member3')
  })
})

describe('an override policy', () => {
  test('changes the Works it is about when it comes, changes and goes', async () => {
    await start(...fleet, deployment(), bound())
    machine.objects.put(paint('red', ['member1']))
    await machine.until(() => colorIn('member1') === 'red')
    assert.equal(colorIn('member2'), undefined)
    machine.objects.put(paint('blue'))
    await machine.until(() => colorIn('member1') === 'blue' && colorIn('member2') === 'blue')
    machine.objects.remove(machine.objects.get(clusterOverridePolicyKind, { name: 'override' }) as Manifest)
    await machine.until(() => colorIn('member1') === undefined && colorIn('member2') === undefined)
    assert.equal(works()[0]?.metadata.annotations?.[annotation.appliedClusterOverrides], undefined)
  })
  test('is about a cluster as soon as that has its labels', async () => {
    const gold = clusterOverridePolicy({
      overrideRules: [
        {
          targetCluster: { labelSelector: { matchLabels: { tier: 'gold' } } },
          overriders: { plaintext: [{ path: '/spec/color', operator: 'add', value: 'gold' }] },
        },
      ],
    })
    await start(...fleet, deployment(), bound(), gold)
    machine.objects.put(cluster({ name: 'member2', labels: { tier: 'gold' } }))
    await machine.until(() => colorIn('member2') === 'gold')
    assert.equal(colorIn('member1'), undefined)
  })
})

const broken = (targets: readonly string[], path = '/broken') =>
  clusterOverridePolicy({
    overrideRules: [
      {
        targetCluster: { clusterNames: targets },
        overriders: { plaintext: [{ path, operator: 'add', value: 1 }] },
      },
    ],
  })

const rendered = () => {
  const { status } = machine.objects.get(resourceBindingKind, bound().metadata) as Binding
  const condition = status?.conditions?.find(({ type }) => type === 'Rendered')
  return condition && `${condition.status} ${condition.reason}: ${condition.message}`
}

const told = () => machine.events.map(({ about, reason, message }) => `${about}: ${reason}: ${message}`)

const why =
  'ClusterOverridePolicy override cannot be applied to Deployment default/web for cluster member1: no such path; change the policy, or which clusters it is about'
const sum = `1 of 2 clusters keep what they have: ${why}`

describe('an override that cannot be applied', () => {
  test('keeps no other cluster from its turn, and its owners are told of it', async () => {
    await start(...fleet, deployment(), bound(), broken(['member1']))
    assert.deepEqual(where(), ['member2'])
    assert.equal(rendered(), `False RenderFailed: ${sum}`)
    assert.deepEqual(told(), [
      `ResourceBinding web-deployment: SyncWorkFailed: Sync work of ResourceBinding(default/web-deployment) failed: ${sum}`,
      `Deployment web: SyncWorkFailed: Sync work of ResourceBinding(default/web-deployment) failed: ${sum}`,
      'Deployment web: ApplyOverridePolicyFailed: Apply cluster override policy(override) for cluster(member1) failed: no such path',
      `ClusterOverridePolicy override: ApplyOverridePolicyFailed: ${why}`,
    ])
  })
  test('leaves the cluster what it has', async () => {
    await start(...fleet, deployment(), bound(), paint('red'))
    machine.objects.put(broken(['member1']))
    await machine.until(() => rendered()?.startsWith('False') === true)
    assert.equal(colorIn('member1'), 'red')
    assert.equal(colorIn('member2'), undefined)
  })
  test('is tried again when the policy is mended, and not before; then all is said to be well', async () => {
    await start(...fleet, deployment(), bound(), broken(['member1']))
    const [before, count] = [told(), machine.writes.length]
    await machine.quiet()
    assert.deepEqual([told(), machine.writes.length], [before, count])
    machine.objects.put(paint('red'))
    await machine.until(() => rendered() === 'True RenderSuccess: All clusters have what they should')
    assert.equal(colorIn('member1'), 'red')
  })
  test('is told of once, as long as it is the same, in whatever order clusters are named', async () => {
    await start(...fleet, deployment(), bound(), broken(['member1', 'member2']))
    const before = machine.events.length
    schedule({ clusters: [{ name: 'member2' }, { name: 'member1' }] })
    await machine.quiet()
    assert.equal(machine.events.filter(({ reason }) => reason.endsWith('Failed')).length, before)
    machine.objects.put(broken(['member1']))
    await machine.until(() => rendered()?.startsWith('False RenderFailed: 1 of 2') === true)
    assert.ok(machine.events.length > before)
  })
  test('in many clusters is told of in a few words', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `member${index + 1}`)
    const everywhere = Object.fromEntries(names.map((name) => [name, 1]))
    await start(...clusters(...names), deployment(), bound({ clusters: everywhere }), broken(names))
    assert.match(rendered() ?? '', /^False RenderFailed: 40 of 40 clusters keep .*; and 35 more$/)
  })
  test('may also be one that makes another object of it', async () => {
    await start(...fleet, deployment(), bound(), broken(['member1'], '/metadata/name'))
    assert.match(rendered() ?? '', /for cluster member1: \/metadata\/name: it has to stay "web"; change the policy/)
    assert.deepEqual(where(), ['member2'])
  })
})

/** Runs the stage over a server that refuses every Work. */
const startRefused = async (code: number, message: string) => {
  machine = testMachine({ objects: [...fleet, deployment(), bound()], extensions: [plaintext] })
  let tries = 0
  const create = () => {
    tries++
    const status = { apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Failure', code, message } as const
    return Promise.reject(new ApiError(status))
  }
  machine.run(renderControllers({ ...machine, client: { ...machine.client, create } }))
  await machine.until(() => rendered() !== undefined)
  await machine.quiet()
  return () => tries
}

describe('a Work the server does not take', () => {
  const refusals: readonly [number, string][] = [
    [413, 'Request entity too large: limit is 3145728'],
    [422, 'Work is invalid'],
    [500, 'etcdserver: request is too large'],
  ]
  for (const [code, message] of refusals)
    test(`is told of, and not offered again: ${code} ${message}`, async () => {
      const tries = await startRefused(code, message)
      assert.equal(tries(), 2, 'once for each cluster')
      assert.match(
        rendered() ?? '',
        new RegExp(
          `^False RenderFailed: 2 of 2 clusters keep what they have: the Work of Deployment default/web for cluster member1 \\(\\d kB\\) is refused: ${message}; make the template`,
        ),
      )
      assert.deepEqual(
        machine.events.map(({ about, reason }) => [about, reason]),
        [
          ['ResourceBinding web-deployment', 'SyncWorkFailed'],
          ['Deployment web', 'SyncWorkFailed'],
        ],
      )
    })
  test('for a reason that may pass is offered again', async () => {
    const tries = await startRefused(503, 'come back later')
    await machine.until(() => tries() > 2)
  })
})

describe('good news', () => {
  test('is told of each Work that is written, and of each policy in it', async () => {
    await start(...fleet, deployment(), bound(), paint('red', ['member1']))
    assert.deepEqual(told(), [
      'Deployment web: ApplyOverridePolicySucceed: Apply cluster override policy(override) for cluster(member1) succeed.',
      'ResourceBinding web-deployment: SyncWorkSucceed: Sync work of ResourceBinding(default/web-deployment) successful.',
      'Deployment web: SyncWorkSucceed: Sync work of ResourceBinding(default/web-deployment) successful.',
    ])
    assert.equal(rendered(), undefined, 'no condition where nothing was wrong')
  })
})

test('a cluster nobody knows is told of, and written to when it comes', async () => {
  await start(...clusters('member1'), deployment(), bound())
  assert.deepEqual(where(), ['member1'])
  assert.match(
    rendered() ?? '',
    /^False RenderFailed: 1 of 2 clusters keep what they have: there is no cluster member2$/,
  )
  assert.ok(told().some((event) => /^Deployment web: SyncWorkFailed: .*there is no cluster member2/.test(event)))
  machine.objects.put(cluster({ name: 'member2' }))
  await machine.until(() => where().length === 2 && rendered()?.startsWith('True') === true)
  assert.ok(machine.objects.get(clusterKind, { name: 'member2' }) as Cluster)
})

test('what is true of a binding is true of one without a namespace', async () => {
  const kind = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    plural: 'clusterroles',
    scope: 'Cluster',
  } as const
  const role: Manifest = { apiVersion: kind.apiVersion, kind: 'ClusterRole', metadata: { name: 'viewer' } }
  const wide = clusterBinding({
    labels: { [label.clusterBindingId]: 'id' },
    generation: 1,
    clusters: { member1: undefined, member2: undefined },
  })
  const condition = () =>
    (machine.objects.get(clusterResourceBindingKind, wide.metadata) as Binding).status?.conditions?.at(0)
  machine = testMachine({
    objects: [...fleet, role, wide, broken(['member1'])],
    extensions: [plaintext],
    kinds: [kind],
  })
  machine.run(renderControllers(machine))
  await machine.until(() => condition()?.status === 'False')
  assert.deepEqual(where(), ['member2'])
  machine.objects.put(paint('red'))
  await machine.until(() => condition()?.status === 'True')
  assert.equal(colorIn('member1'), 'red')
})

test('an orphan that cannot be taken away is told of on the binding, and tried again', async () => {
  await start(...fleet, deployment(), bound())
  const [one, two] = works()
  assert.ok(one && two)
  machine.end()
  machine = testMachine({ objects: [...fleet, deployment(), bound({ clusters: { member1: 1 } }), one, two] })
  let refusals = 0
  const remove: Client['delete'] = (kind, key, options) =>
    refusals++ === 0 ? Promise.reject(new Error('not now')) : machine.client.delete(kind, key, options)
  machine.run(renderControllers({ ...machine, client: { ...machine.client, delete: remove } }))
  await machine.until(() => machine.writes.some(({ verb }) => verb === 'delete'))
  assert.deepEqual(told(), ['ResourceBinding web-deployment: CleanupWorkFailed: not now'])
})

test('what is measured is how long the Works of a binding take, by the result', async () => {
  const seen: string[] = []
  const histogram: Metrics['histogram'] = ({ name }) => ({
    observe: (_, labels) => void seen.push(`${name} ${labels?.result}`),
  })
  machine = testMachine({ objects: [...fleet, deployment(), bound(), broken(['member1'])], extensions: [plaintext] })
  machine.run(renderControllers({ ...machine, metrics: { ...machine.metrics, histogram } }))
  await machine.until(() => seen.includes('binding_sync_work_duration_seconds error'))
  machine.objects.put(paint('red'))
  await machine.until(() => seen.includes('binding_sync_work_duration_seconds success'))
})
