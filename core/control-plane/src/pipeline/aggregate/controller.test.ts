import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import {
  aggregate,
  type Binding,
  clusterResourceBindingKind,
  type Extension,
  findCondition,
  interpret,
  type Kind,
  label,
  type Manifest,
  on,
  resourceBindingKind,
  type Work,
  workKind,
} from '@flotilla/sdk'
import { binding, deployment } from '@flotilla/sdk/testing'
import { deploymentKind, type TestMachine, testMachine } from '../../extension/machine.test-support.ts'
import { Unsaid } from '../../manifest/unsaid.ts'
import { aggregateControllers } from './controller.ts'

let machine: TestMachine
afterEach(() => machine.end())

const sums = on(interpret.aggregate, ({ template, items }) => ({
  ...template,
  status: { replicas: items.reduce((sum, { status }) => sum + ((status as { replicas?: number })?.replicas ?? 0), 0) },
}))

const start = async (...objects: readonly Manifest[]) => begin(objects)

const begin = async (objects: readonly Manifest[], ...more: readonly Extension[]) => {
  machine = testMachine({ objects, extensions: [sums, ...more] })
  machine.run(aggregateControllers(machine))
  await machine.quiet()
}

const bound = binding({ clusters: { a: 1, b: 1 }, labels: { [label.bindingId]: 'id' }, generation: 1 })

const workIn = (cluster: string, replicas: number): Work => ({
  apiVersion: workKind.apiVersion,
  kind: workKind.kind,
  metadata: {
    name: 'web-x',
    namespace: `karmada-es-${cluster}`,
    labels: { [label.bindingId]: 'id' },
    annotations: {
      'resourcebinding.karmada.io/namespace': 'default',
      'resourcebinding.karmada.io/name': 'web-deployment',
    },
  },
  spec: {},
  status: {
    conditions: [{ type: 'Applied', status: 'True', reason: '', message: '', lastTransitionTime: '' }],
    manifestStatuses: [
      {
        identifier: {
          ordinal: 0,
          group: 'apps',
          version: 'v1',
          kind: 'Deployment',
          resource: '',
          namespace: 'default',
          name: 'web',
        },
        status: { replicas },
        health: 'Healthy',
      },
    ],
  },
})

const bindingNow = (kind: Kind<Binding> = resourceBindingKind) =>
  machine.objects.get(kind, kind.scope === 'Namespaced' ? bound.metadata : { name: 'role-clusterrole' }) as Binding
const replicas = () =>
  (machine.objects.get(deploymentKind, { namespace: 'default', name: 'web' })?.status as { replicas?: number })
    ?.replicas
const writes = () => machine.writes.map(({ verb, what }) => `${verb} ${what}`)

describe('what the Works of a binding say', () => {
  test('is summed up with one write for the binding and one for the template', async () => {
    await start(bound, deployment())
    for (const work of [workIn('a', 1), workIn('b', 2)]) machine.objects.put(work)
    await machine.until(() => replicas() === 3)
    assert.deepEqual(writes(), [
      'update resourcebindings/status default/web-deployment',
      'update deployments/status default/web',
    ])
    assert.equal(findCondition(bindingNow().status?.conditions, 'FullyApplied')?.status, 'True')
  })
  test('is summed up after a restart without a write when it is said already', async () => {
    await start(bound, deployment(), workIn('a', 1), workIn('b', 2))
    await machine.until(() => replicas() === 3)
    const { objects } = machine
    machine.end()
    await start(...[resourceBindingKind, deploymentKind, workKind].flatMap((kind) => objects.list(kind)))
    assert.deepEqual(writes(), [])
  })
  test('is another thing when one of them goes', async () => {
    await start(bound, deployment(), workIn('a', 1), workIn('b', 2))
    await machine.until(() => replicas() === 3)
    machine.objects.remove(workIn('b', 2))
    await machine.until(() => replicas() === 1)
    assert.equal(findCondition(bindingNow().status?.conditions, 'FullyApplied')?.status, 'False')
  })
  test('is nothing as long as there are none', async () => {
    await start(bound, deployment())
    assert.deepEqual(writes(), [])
  })
  test('is said of a cluster-wide binding as well', async () => {
    const wide: Binding = {
      ...bound,
      kind: clusterResourceBindingKind.kind,
      metadata: { name: 'role-clusterrole', labels: { [label.clusterBindingId]: 'id' }, generation: 1 },
    }
    const { metadata, ...work } = workIn('a', 1)
    const annotations = { 'clusterresourcebinding.karmada.io/name': 'role-clusterrole' }
    await start(wide, { ...work, metadata: { ...metadata, labels: { [label.clusterBindingId]: 'id' }, annotations } })
    await machine.until(() => bindingNow(clusterResourceBindingKind).status?.aggregatedStatus?.length === 1)
  })
})

test('a template of a kind without a status subresource is written whole', async () => {
  await start(bound, deployment(), workIn('a', 1))
  await machine.until(() => replicas() === 1)
  const { update } = machine.client
  const [notFound] = await Promise.allSettled([update(deploymentKind, deployment({ name: 'nowhere' }))])
  Object.assign(machine.client, {
    update: async (...[kind, object, options]: Parameters<typeof update<Manifest>>) => {
      if (kind.kind === 'Deployment' && options?.subresource) throw (notFound as PromiseRejectedResult).reason
      return update(kind, object, options)
    },
  })
  machine.objects.put(workIn('a', 5))
  await machine.until(() => replicas() === 5)
})

test('a write that fails is told to the owner and tried again', async () => {
  await start(bound, deployment())
  const { update } = machine.client
  let failures = 0
  Object.assign(machine.client, {
    update: async (...args: Parameters<typeof update<Manifest>>) => {
      if (failures++ === 0) throw new Error('the disk is full')
      return update(...args)
    },
  })
  machine.objects.put(workIn('a', 1))
  await machine.until(() => replicas() === 1)
  assert.deepEqual(
    machine.events.map(({ about, reason, message }) => [about, reason, message]),
    [
      ['ResourceBinding web-deployment', 'AggregateStatusFailed', 'the disk is full'],
      ['Deployment web', 'AggregateStatusFailed', 'the disk is full'],
      ...['ResourceBinding web-deployment', 'Deployment web'].map((about) => [
        about,
        'AggregateStatusSucceed',
        'Update ResourceBinding(default/web-deployment) with AggregatedStatus successfully.',
      ]),
    ],
  )
})

test('why a template says nothing is a condition of the binding, which says what the clusters say, until it does', async () => {
  let isMended = false
  const complete = on(aggregate.complete, () => {
    if (!isMended) throw new Error('it is at sea')
    return undefined
  })
  await begin([bound, deployment(), workIn('a', 7)], complete)
  const status = () => bindingNow().status
  const condition = () => status()?.conditions?.find(({ type }) => type === 'Aggregated')
  await machine.until(() => condition()?.status === 'False')
  assert.deepEqual([condition()?.message, status()?.aggregatedStatus?.length], ['it is at sea', 1])
  isMended = true
  await machine.until(() => condition()?.status === 'True')
  await machine.until(() => replicas() === 7)
})

describe('what a plugin adds to the sums', () => {
  const statusOf = () =>
    machine.objects.get(deploymentKind, { namespace: 'default', name: 'web' })?.status as
      | { conditions?: readonly object[] }
      | undefined
  test('is one write with them', async () => {
    const conditions = [{ type: 'Available', status: 'True' }] as const
    await begin(
      [bound, deployment()],
      on(aggregate.complete, () => ({ conditions })),
    )
    machine.objects.put(workIn('a', 1))
    await machine.until(() => replicas() === 1)
    assert.deepEqual(statusOf()?.conditions, [{ ...conditions[0], lastTransitionTime: '2026-01-01T00:00:00Z' }])
    assert.equal(writes().filter((write) => write.startsWith('update deployments')).length, 1)
  })
  test('may be another thing after a while', async () => {
    let asked = 0
    const patient = on(aggregate.complete, () => (asked++ === 0 ? { again: 20 } : { fields: { late: true } }))
    await begin([bound, deployment()], patient)
    machine.objects.put(workIn('a', 1))
    await machine.until(() => (statusOf() as { late?: true } | undefined)?.late === true)
  })
})

test('what clusters say all the time is written a few times a second', async () => {
  await start(bound, deployment(), workIn('a', 0))
  await machine.until(() => machine.writes.length > 0)
  const begun = performance.now()
  for (let count = 1; performance.now() - begun < 2_000; count++) {
    machine.objects.put(workIn('a', count))
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  const templates = writes().filter((write) => write.startsWith('update deployments')).length
  const most = 3 + (performance.now() - begun) / 500
  assert.ok(templates > 2 && templates <= most, `${templates} writes`)
})

describe('what others left to be said of a binding', () => {
  const later = (unsaid: Unsaid) => unsaid.leave(bound, () => ({ status: { schedulerObservedGeneration: 1 } }))
  const run = async (objects: readonly Manifest[]): Promise<Unsaid> => {
    machine = testMachine({ objects, extensions: [sums] })
    const unsaid = new Unsaid(60_000)
    later(unsaid)
    machine.run(aggregateControllers(machine, unsaid))
    await machine.quiet()
    return unsaid
  }
  const status = () => (machine.objects.get(resourceBindingKind, bound.metadata) as Binding).status

  test('is said along with what its Works say', async () => {
    const unsaid = await run([bound, deployment(), workIn('a', 1), workIn('b', 1)])
    await machine.until(() => status()?.aggregatedStatus?.length === 2)
    assert.equal(status()?.schedulerObservedGeneration, 1)
    await machine.until(() => unsaid.left(bound) === undefined)
    assert.equal(machine.writes.filter(({ what }) => what.startsWith('resourcebindings')).length, 1)
  })
  test('is no reason to write', async () => {
    const unsaid = await run([bound, deployment()])
    assert.equal(status()?.schedulerObservedGeneration, undefined)
    assert.notEqual(unsaid.left(bound), undefined)
  })
})
