import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import {
  ApiError,
  type Cluster,
  clusterKind,
  errors,
  type Manifest,
  member,
  on,
  type Work,
  workKind,
} from '@flotilla/sdk'
import { cluster, deployment } from '@flotilla/sdk/testing'
import { configMapKind, deploymentKind } from '../../extension/machine.test-support.ts'
import type { Fleet, FleetOptions } from '../../member/fleet.test-support.ts'
import { namespaceKind } from '../../member/kinds.ts'
import { at, desired, key, refusal, Scene, workFor } from './scene.test-support.ts'

let scene: Scene
let fleet: Fleet
const start = async (options: Partial<FleetOptions> = {}): Promise<void> => {
  scene = await Scene.start(options)
  fleet = scene.fleet
}
afterEach(() => scene.end())

const held = (cluster: string) => scene.held(cluster)
const replicas = (cluster: string) => scene.replicas(cluster)
const workOf = (cluster: string) => scene.work(cluster)
const condition = (cluster: string, type: string) => scene.condition(type, cluster)
const writesTo = (cluster: string) => scene.writesTo(cluster)
const statusWrites = () => scene.statusWrites()
const render = (cluster: string, spec: Partial<Work['spec']>) => scene.render(spec, cluster)
const setReady = (cluster: string, status: 'True' | 'False') => scene.setReady(status, cluster)

describe('what a Work says is brought to its member', () => {
  test('with one write there and one of status', async () => {
    await start({ objects: [workFor('member1')] })
    await fleet.machine.until(() => condition('member1', 'Applied')?.status === 'True')
    await fleet.machine.quiet()
    assert.equal(replicas('member1'), 1)
    assert.deepEqual(writesTo('member1'), ['create deployments default/web'])
    assert.equal(statusWrites(), 1)
    assert.equal(condition('member1', 'Dispatching')?.status, 'True')
    const message = 'Successfully applied resource(default/web) to cluster member1'
    assert.deepEqual(fleet.machine.events, [
      { about: 'Work web-x', reason: 'SyncSucceed', message },
      { about: 'Deployment web', reason: 'SyncSucceed', message },
    ])
  })
  test('and again when it says something else', async () => {
    await start({ objects: [workFor('member1')] })
    await fleet.machine.until(() => replicas('member1') === 1)
    render('member1', { workload: { manifests: [desired('member1', 3)] } })
    await fleet.machine.until(() => replicas('member1') === 3)
  })
  test('and not again after a restart', async () => {
    await start({ objects: [workFor('member1')], members: { member1: [desired('member1')] } })
    await fleet.machine.until(() => condition('member1', 'Applied')?.status === 'True')
    assert.deepEqual(writesTo('member1'), [])
  })
  test('not by the control plane when an agent does it', async () => {
    await start({ objects: [workFor('member1')] })
    await fleet.machine.until(() => replicas('member1') === 1)
    const cluster = fleet.machine.objects.get(clusterKind, { name: 'member1' }) as Cluster
    fleet.machine.objects.put({
      ...cluster,
      metadata: { ...cluster.metadata, generation: 2 },
      spec: { ...cluster.spec, syncMode: 'Pull' },
    })
    render('member1', { workload: { manifests: [desired('member1', 3)] } })
    await fleet.machine.quiet()
    assert.equal(replicas('member1'), 1)
  })
})

describe('what the member changes', () => {
  test('is changed back', async () => {
    await start({ objects: [workFor('member1')] })
    await fleet.machine.until(() => replicas('member1') === 1)
    const there = held('member1')
    assert.ok(there)
    fleet.member('member1').objects.put({ ...there, spec: { replicas: 9 } })
    await fleet.machine.until(() => replicas('member1') === 1)
  })
  test('is made again when it is deleted', async () => {
    await start({ objects: [workFor('member1')] })
    await fleet.machine.until(() => condition('member1', 'Applied')?.status === 'True')
    await fleet.member('member1').client.delete(deploymentKind, at)
    await fleet.machine.until(() => replicas('member1') === 1)
  })
  test('is its own business where it is a status', async () => {
    await start({ objects: [workFor('member1')] })
    await fleet.machine.until(() => condition('member1', 'Applied')?.status === 'True')
    const there = held('member1')
    assert.ok(there)
    fleet.member('member1').objects.put({ ...there, status: { replicas: 1 } })
    await fleet.machine.quiet()
    assert.deepEqual(writesTo('member1'), ['create deployments default/web'])
  })
  test('is left as it is where the member only fills in defaults', async () => {
    await start({ objects: [workFor('member1')] })
    const { client } = fleet.member('member1')
    const { create } = client
    Object.assign(client, {
      create: async (kind: never, object: Manifest) =>
        create(kind, { ...object, spec: { ...(object.spec as object), paused: false } } as never),
    })
    await fleet.machine.until(() => condition('member1', 'Applied')?.status === 'True')
    render('member1', { preserveResourcesOnDeletion: false })
    await fleet.machine.quiet()
    assert.deepEqual(writesTo('member1'), ['create deployments default/web'])
    assert.deepEqual(held('member1')?.spec, { replicas: 1, paused: false })
  })
})

describe('an object somebody else made', () => {
  const theirs = { ...deployment({ labels: { theirs: 'yes' } }), spec: { replicas: 7 } }

  test('is left alone, and the Work says why', async () => {
    await start({ objects: [workFor('member1')], members: { member1: [theirs] } })
    await fleet.machine.until(() => condition('member1', 'Applied')?.status === 'False')
    assert.match(
      condition('member1', 'Applied')?.message ?? '',
      /^Failed to apply all manifests \(0\/1\): Deployment default\/web exists in cluster member1 and is not managed/,
    )
    assert.equal(replicas('member1'), 7)
    assert.deepEqual(
      fleet.machine.events.slice(0, 2).map(({ about, reason }) => [about, reason]),
      [
        ['Work web-x', 'SyncFailed'],
        ['Deployment web', 'SyncFailed'],
      ],
    )
  })
  test('is taken over when the Work says so', async () => {
    const overwrites = desired('member1', 1, { 'work.karmada.io/conflict-resolution': 'overwrite' })
    await start({ objects: [workFor('member1', overwrites)], members: { member1: [theirs] } })
    await fleet.machine.until(() => replicas('member1') === 1)
    assert.deepEqual(held('member1')?.metadata.labels, { theirs: 'yes', 'karmada.io/managed': 'true' })
  })
})

describe('a Work that goes', () => {
  const isGone = () => workOf('member1') === undefined

  test('takes with it what it brought', async () => {
    await start({ objects: [workFor('member1')] })
    await fleet.machine.until(() => replicas('member1') === 1)
    await fleet.machine.client.delete(workKind, key('member1'))
    await fleet.machine.until(isGone)
    assert.equal(held('member1'), undefined)
  })
  test('leaves it to the member when that is wanted', async () => {
    await start({ objects: [workFor('member1', desired('member1'), { preserveResourcesOnDeletion: true })] })
    await fleet.machine.until(() => replicas('member1') === 1)
    await fleet.machine.client.delete(workKind, key('member1'))
    await fleet.machine.until(isGone)
    assert.deepEqual([held('member1')?.metadata.labels, held('member1')?.metadata.annotations], [{}, {}])
  })
  test('leaves alone what is not its own', async () => {
    const others = desired('member1', 1, { 'work.karmada.io/name': 'other' })
    await start({
      objects: [workFor('member1', desired('member1'), { suspendDispatching: true })],
      members: { member1: [others] },
    })
    await fleet.machine.until(() => condition('member1', 'Dispatching') !== undefined)
    await fleet.machine.client.delete(workKind, key('member1'))
    await fleet.machine.until(isGone)
    assert.equal(replicas('member1'), 1)
  })
  test('does not wait for what is of a kind that has gone', async () => {
    await start({ objects: [workFor('member1')] })
    await fleet.machine.until(() => replicas('member1') === 1)
    const { kinds } = fleet.member('member1')
    kinds.splice(kinds.indexOf(deploymentKind), 1)
    scene.refusing('delete', () => {
      throw refusal(404, 'NotFound', '404 page not found')
    })
    await fleet.machine.client.delete(workKind, key('member1'))
    await fleet.machine.until(isGone)
  })
  test('waits while its member is not ready', async () => {
    await start({ objects: [workFor('member1')] })
    await fleet.machine.until(() => replicas('member1') === 1)
    setReady('member1', 'False')
    await fleet.machine.client.delete(workKind, key('member1'))
    await fleet.machine.quiet()
    assert.ok(workOf('member1'))
    setReady('member1', 'True')
    await fleet.machine.until(isGone)
    assert.equal(held('member1'), undefined)
  })
  test('leaves its namespaces to a member that goes, with all that is in them', async () => {
    const { labels, annotations } = desired('member1').metadata
    const shop = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels, annotations } }
    await start({ objects: [workFor('member1', shop)] })
    const there = () => fleet.member('member1').objects.get(namespaceKind, { name: 'shop' })
    await fleet.machine.until(() => there() !== undefined)
    await fleet.machine.client.delete(clusterKind, { name: 'member1' })
    await fleet.machine.client.delete(workKind, key('member1'))
    await fleet.machine.until(isGone)
    assert.deepEqual([there()?.metadata.labels, there()?.metadata.annotations], [{}, {}])
  })
  describe('from a cluster that leaves and is to keep its workloads', () => {
    const leave = async (labels: Readonly<Record<string, string>>) => {
      const work = workFor('member1')
      await start({ objects: [{ ...work, metadata: { ...work.metadata, labels } }] })
      await fleet.machine.until(() => replicas('member1') === 1)
      const { client } = fleet.machine
      const annotations = { 'cluster.flotilla.dev/workloads-on-deletion': 'Keep' }
      await client.patch(clusterKind, { name: 'member1' }, { type: 'merge', body: { metadata: { annotations } } })
      return {
        async whole() {
          await client.delete(clusterKind, { name: 'member1' })
          await this.alone()
        },
        async alone() {
          await client.delete(workKind, key('member1'))
          await fleet.machine.until(isGone)
        },
      }
    }

    test('leaves what a user propagated, without our marks', async () => {
      const leaving = await leave({ 'resourcebinding.karmada.io/permanent-id': 'a' })
      await leaving.whole()
      assert.deepEqual([replicas('member1'), held('member1')?.metadata.labels], [1, {}])
    })
    test('takes what Flotilla made for itself', async () => {
      const leaving = await leave({})
      await leaving.whole()
      assert.equal(held('member1'), undefined)
    })
    test('takes with it what it brought while the cluster stays', async () => {
      const leaving = await leave({ 'resourcebinding.karmada.io/permanent-id': 'a' })
      await leaving.alone()
      assert.equal(held('member1'), undefined)
    })
  })
  test('leaves a namespace that stays to the Work that comes next', async () => {
    const { labels, annotations } = desired('member1').metadata
    const shop = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels, annotations } }
    await start({ objects: [workFor('member1', shop), { ...shop, metadata: { name: 'shop' } }] })
    const there = () => fleet.member('member1').objects.get(namespaceKind, { name: 'shop' })
    await fleet.machine.until(() => there() !== undefined)
    await fleet.machine.client.delete(workKind, key('member1'))
    await fleet.machine.until(isGone)
    assert.deepEqual(there()?.metadata.labels, labels)
  })
  test('waits no longer once a member that is not ready goes', async () => {
    await start({ objects: [workFor('member1')] })
    await fleet.machine.until(() => replicas('member1') === 1)
    setReady('member1', 'False')
    await fleet.machine.client.delete(workKind, key('member1'))
    await fleet.machine.quiet()
    assert.ok(workOf('member1'))
    await fleet.machine.client.delete(clusterKind, { name: 'member1' })
    await fleet.machine.until(isGone)
  })
  test('waits for a member that goes and is not connected yet', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    const deletionTimestamp = '2026-01-01T00:00:00Z'
    const going = cluster({
      name: 'member1',
      uid: 'member1',
      generation: 1,
      finalizers: ['karmada.io/cluster-controller'],
    })
    const work = workFor('member1')
    await start({
      objects: [
        { ...going, metadata: { ...going.metadata, deletionTimestamp } },
        { ...work, metadata: { ...work.metadata, deletionTimestamp } },
      ],
      members: { member1: [desired('member1')] },
      extensions: [on(member.connect, () => promise)],
    })
    await fleet.machine.quiet()
    assert.ok(workOf('member1'))
    resolve(undefined)
    await fleet.machine.until(isGone)
    assert.equal(held('member1'), undefined)
  })
  test('does not wait for a member that goes and is not ready', async () => {
    await start({ objects: [workFor('member1')] })
    await fleet.machine.until(() => replicas('member1') === 1)
    setReady('member1', 'False')
    await fleet.machine.client.delete(clusterKind, { name: 'member1' })
    await fleet.machine.client.delete(workKind, key('member1'))
    await fleet.machine.until(isGone)
    assert.equal(replicas('member1'), 1)
  })
})

describe('a Work waits', () => {
  test('while it is suspended', async () => {
    await start({ objects: [workFor('member1', desired('member1'), { suspendDispatching: true })] })
    await fleet.machine.until(() => condition('member1', 'Dispatching')?.reason === 'SuspendDispatching')
    assert.equal(held('member1'), undefined)
    render('member1', { suspendDispatching: false })
    await fleet.machine.until(() => replicas('member1') === 1)
  })
  test('for its member to be ready, while others proceed', async () => {
    await start({ members: { member1: [], member2: [] } })
    setReady('member1', 'False')
    for (const name of ['member1', 'member2']) fleet.machine.objects.put(workFor(name))
    await fleet.machine.until(() => condition('member2', 'Applied')?.status === 'True')
    await fleet.machine.until(() => condition('member1', 'Applied')?.message === 'cluster member1 is not ready')
    assert.equal(held('member1'), undefined)
    setReady('member1', 'True')
    await fleet.machine.until(() => replicas('member1') === 1)
  })
  test('for a member that does not answer, while others proceed', async () => {
    const many = Array.from({ length: 40 }, (_, i) => ({
      ...workFor('member1'),
      metadata: { ...workFor('member1').metadata, name: `stuck-${i}` },
    }))
    await start({ members: { member1: [], member2: [] } })
    let asked = 0
    Object.assign(fleet.member('member1').client, {
      create: (_kind: unknown, _object: unknown, { signal }: { readonly signal: AbortSignal }) => {
        asked++
        return new Promise((_, reject) => signal.addEventListener('abort', reject))
      },
    })
    for (const each of many) fleet.machine.objects.put(each)
    await fleet.machine.until(() => asked === 16)
    fleet.machine.objects.put(workFor('member2'))
    await fleet.machine.until(() => replicas('member2') === 1)
  })
  test('for an answer about one kind, while those of other kinds proceed', async () => {
    const many = Array.from({ length: 40 }, (_, i) => {
      const { metadata, ...rest } = workFor('member1', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { ...at, name: `c${i}` },
      })
      return { ...rest, metadata: { ...metadata, name: `stuck-${i}` } }
    })
    await start()
    const asked = new Map<unknown, number>()
    const { client } = fleet.member('member1')
    const { create } = client
    Object.assign(client, {
      create: async (...args: Parameters<typeof create<Manifest>>) => {
        const [, { kind, metadata }, options] = args
        if (kind !== 'ConfigMap') return create(...args)
        const times = (asked.get(metadata.name) ?? 0) + 1
        asked.set(metadata.name, times)
        if (times === 1) throw errors.SERVER_UNREACHABLE('member1', new Error('no answer within 32 s'))
        return new Promise((_, reject) => options?.signal?.addEventListener('abort', reject))
      },
    })
    for (const each of many) fleet.machine.objects.put(each)
    const hanging = () => [...asked.values()].filter((times) => times > 1).length
    await fleet.machine.until(() => asked.size === 40 && hanging() === 4)
    fleet.machine.objects.put(workFor('member1'))
    await fleet.machine.until(() => replicas('member1') === 1)
    assert.equal(hanging(), 4)
  })
  test('for a kind its member does not serve yet', async () => {
    await start({ kinds: [configMapKind], objects: [workFor('member1')] })
    await fleet.machine.until(() => condition('member1', 'Applied')?.status === 'False')
    assert.match(
      condition('member1', 'Applied')?.message ?? '',
      /cluster member1 does not serve Deployment of apps\/v1/,
    )
  })
})

describe('a namespace the member does not have', () => {
  const shop: Manifest = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'default', uid: 'u', labels: { team: 'shop' } },
    spec: { finalizers: ['kubernetes'] },
  }
  const begin = async (labels: Readonly<Record<string, string>>) => {
    await start()
    const { client, objects } = fleet.member('member1')
    const { create } = client
    Object.assign(client, {
      create: async (...[kind, object, options]: Parameters<typeof create<Manifest>>) => {
        if (kind.scope === 'Namespaced' && !objects.get(namespaceKind, { name: 'default' })) throw missing
        return create(kind, object, options)
      },
    })
    fleet.machine.objects.put({
      ...shop,
      metadata: { ...shop.metadata, labels: { ...shop.metadata.labels, ...labels } },
    })
    await fleet.machine.quiet()
    fleet.machine.objects.put(workFor('member1'))
  }
  const missing = new ApiError({
    apiVersion: 'v1',
    kind: 'Status',
    metadata: {},
    status: 'Failure',
    code: 404,
    reason: 'NotFound',
    message: 'namespaces "default" not found',
    details: { name: 'default', kind: 'namespaces' },
  })

  test('is made as the control plane has it', async () => {
    await begin({})
    await fleet.machine.until(() => replicas('member1') === 1)
    const made = fleet.member('member1').objects.get(namespaceKind, { name: 'default' })
    assert.deepEqual([made?.metadata.labels, made?.spec], [{ team: 'shop', 'karmada.io/managed': 'true' }, undefined])
  })
  test('is not made when its owner does not want it elsewhere', async () => {
    await begin({ 'namespace.karmada.io/skip-auto-propagation': 'True' })
    await fleet.machine.until(() => condition('member1', 'Applied')?.status === 'False')
    assert.match(condition('member1', 'Applied')?.message ?? '', /namespaces "default" not found/)
  })
})

test('a write that fails is told and tried again', async () => {
  await start()
  const { client } = fleet.member('member1')
  const { create } = client
  let failures = 0
  Object.assign(client, {
    create: async (...args: Parameters<typeof create>) => {
      if (failures++ === 0) throw new Error('no quota')
      return create(...args)
    },
  })
  fleet.machine.objects.put(workFor('member1'))
  await fleet.machine.until(() => condition('member1', 'Applied')?.status === 'True')
  assert.equal(fleet.machine.events[0]?.message, 'Failed to apply resource(default/web) to cluster member1: no quota')
})

describe('a Work of several objects', () => {
  const named = (apiVersion: string, kind: string, rest: Partial<Manifest['metadata']> = {}): Manifest => ({
    apiVersion,
    kind,
    metadata: { name: 'x', labels: { 'karmada.io/managed': 'true' }, ...rest },
  })
  const namespaced = { namespace: 'default' }
  const manifests = [
    desired('member1'),
    named('v1', 'ConfigMap', namespaced),
    named('v1', 'Namespace'),
    named('v1', 'ConfigMap', { ...namespaced, name: 'y' }),
  ]
  const several: Work = { ...workFor('member1'), spec: { workload: { manifests } } }
  const inOrder = ['namespaces x', 'configmaps default/x', 'configmaps default/y', 'deployments default/web']

  test('brings what others need first', async () => {
    await start({ objects: [several] })
    await scene.applied()
    assert.deepEqual(
      writesTo('member1'),
      inOrder.map((what) => `create ${what}`),
    )
  })
  test('takes it away last', async () => {
    await start({ objects: [several] })
    await scene.applied()
    await fleet.machine.client.delete(workKind, key('member1'))
    await fleet.machine.until(() => workOf('member1') === undefined)
    const gone = writesTo('member1').slice(4)
    assert.deepEqual([gone[0], gone[3]], ['delete deployments default/web', 'delete namespaces x'])
  })
  test('keeps what others need while one of those cannot be deleted', async () => {
    await start({ objects: [several] })
    await scene.applied()
    let refusals = 0
    scene.refusing('delete', ({ name }) => {
      if (name === 'web' && refusals++ < 2) throw new Error('not now')
    })
    await fleet.machine.client.delete(workKind, key('member1'))
    await fleet.machine.until(() => workOf('member1') === undefined)
    assert.deepEqual(scene.events('SyncFailed')[0], {
      about: 'Work web-x',
      message: 'Failed to delete resource(default/web) from cluster member1: not now',
    })
    assert.deepEqual(
      writesTo('member1')
        .slice(4)
        .map((write) => write.split(' ')[1])[0],
      'deployments',
    )
  })
})
