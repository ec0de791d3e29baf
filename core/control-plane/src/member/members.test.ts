import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { type Cluster, clusterKind, findCondition, type Kind, label, type Manifest, member, on } from '@flotilla/sdk'
import { cluster, deployment, manifest } from '@flotilla/sdk/testing'
import { deploymentKind } from '../extension/machine.test-support.ts'
import { type Fleet, type FleetOptions, testFleet } from './fleet.test-support.ts'
import { nodeFactsKind, podFactsKind } from './inventory.ts'
import { kindFactsKind } from './kinds.ts'
import type { MemberChange } from './member.ts'

let fleet: Fleet
let minute = 0
const start = async (options: Partial<FleetOptions> = {}): Promise<void> => {
  minute = 0
  const now = () => new Date(Date.UTC(2026, 0, 1, 0, minute))
  fleet = testFleet({ members: { member1: [] }, joined: [], statusPeriod: 5, now, ...options })
  await fleet.machine.quiet()
}
afterEach(() => fleet.machine.end())

/** A cluster as `join` leaves it. */
const newcomer = (name: string, spec: Partial<Cluster['spec']> = {}): Cluster => ({
  apiVersion: clusterKind.apiVersion,
  kind: clusterKind.kind,
  metadata: { name, uid: name, generation: 1 },
  spec: { syncMode: 'Push', ...spec },
})

const clusterNow = (name = 'member1') => fleet.machine.objects.get(clusterKind, { name }) as Cluster | undefined
const ready = (name?: string) => findCondition(clusterNow(name)?.status?.conditions, 'Ready')
const statusWrites = () => fleet.machine.writes.filter(({ what }) => what.startsWith('clusters/status')).length
const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** A definition of a kind that Flotilla brought to a member. */
const rockets = (status: 'True' | 'False'): Manifest => ({
  apiVersion: kindFactsKind.apiVersion,
  kind: kindFactsKind.kind,
  metadata: {
    name: 'rockets.example.com',
    labels: { [label.managed]: 'true' },
    annotations: { 'work.karmada.io/namespace': 'karmada-es-member1', 'work.karmada.io/name': 'w' },
  },
  spec: { group: 'example.com', names: { kind: 'Rocket' }, versions: [{ name: 'v1', served: true }] },
  status: { conditions: [{ type: 'Established', status }] },
})

test('a cluster is looked at again as soon as a kind that was brought there can be used', async () => {
  await start({ joined: ['member1'], statusPeriod: 600_000, members: { member1: [rockets('False')] } })
  await fleet.machine.until(() => clusterNow()?.status?.apiEnablements !== undefined)
  await fleet.machine.members.get('member1')?.managed(kindFactsKind as Kind<never>).synced
  fleet
    .member('member1')
    .kinds.push({ ...deploymentKind, apiVersion: 'example.com/v1', kind: 'Rocket', plural: 'rockets' })
  fleet.member('member1').objects.put(rockets('True'))
  await fleet.machine.until(
    () => clusterNow()?.status?.apiEnablements?.some(({ groupVersion }) => groupVersion === 'example.com/v1') === true,
  )
})

test('what a cluster that was away holds is asked for as soon as it is back', async () => {
  await start({ joined: ['member1'], members: { member1: [deployment({ labels: { [label.managed]: 'true' } })] } })
  const member = fleet.member('member1')
  member.isThere = false
  const managed = fleet.machine.members.get('member1')?.managed(deploymentKind)
  await new Promise((resolve) => setTimeout(resolve, 2_500)) // it is asked again after 0.5 s, 1 s, 2 s and so on
  member.isThere = true
  await turns(30)
  assert.equal(managed?.list().length, 1)
})

describe('a cluster that joins', () => {
  test('is connected, looked at once, and written once', async () => {
    await start()
    fleet.machine.objects.put(newcomer('member1'))
    await fleet.machine.until(() => ready()?.status === 'True')
    const { status } = clusterNow() ?? {}
    assert.equal(status?.kubernetesVersion, 'v1.33.0')
    assert.deepEqual(
      status?.apiEnablements?.map(({ groupVersion }) => groupVersion),
      ['apps/v1', 'v1'],
    )
    assert.equal(findCondition(status?.conditions, 'CompleteAPIEnablements')?.status, 'True')
    await turns(10)
    assert.equal(statusWrites(), 1)
    assert.equal(fleet.machine.members.get('member1')?.ready, true)
  })
  test('is told of when it is ready', async () => {
    await start()
    const told: [string, boolean | undefined][] = []
    const { members } = fleet.machine
    members.onReadiness((name) => told.push([name, members.get(name)?.ready]))
    fleet.machine.objects.put(newcomer('member1'))
    await fleet.machine.until(() => told.length === 2)
    assert.deepEqual(told, [
      ['member1', false],
      ['member1', true],
    ])
  })
  test('has its nodes and pods summed up', async () => {
    const node = {
      ...manifest('v1', 'Node', { name: 'n' }),
      status: { allocatable: { cpu: '2', pods: '9' }, conditions: [{ type: 'Ready', status: 'True' }] },
    }
    const pod = {
      ...manifest('v1', 'Pod', { name: 'p', namespace: 'default' }),
      spec: { nodeName: 'n', containers: [{ resources: { requests: { cpu: '500m' } } }] },
      status: { phase: 'Running' },
    }
    await start({
      inventory: true,
      members: { member1: [node, pod] },
      kinds: [deploymentKind, nodeFactsKind, podFactsKind] as never,
    })
    fleet.machine.objects.put(newcomer('member1'))
    await fleet.machine.until(() => clusterNow()?.status?.resourceSummary !== undefined)
    assert.deepEqual(clusterNow()?.status?.nodeSummary, { totalNum: 1, readyNum: 1 })
    assert.deepEqual(clusterNow()?.status?.resourceSummary?.allocated, { cpu: '500m', pods: '1' })
  })
  test('is not ours when it is in pull mode', async () => {
    await start()
    fleet.machine.objects.put(newcomer('member1', { syncMode: 'Pull' }))
    await fleet.machine.quiet()
    assert.equal(fleet.machine.members.get('member1'), undefined)
    assert.equal(statusWrites(), 0)
  })
})

describe('a cluster that cannot be connected', () => {
  test('says why, and others are', async () => {
    await start({ members: { member1: [] } })
    fleet.machine.objects.put(newcomer('unknown'))
    fleet.machine.objects.put(newcomer('member1'))
    await fleet.machine.until(() => ready('unknown')?.status === 'False' && ready('member1')?.status === 'True')
    assert.deepEqual(
      [ready('unknown')?.reason, ready('unknown')?.message],
      [
        'StatusCollectionFailed',
        'failed to create a ClusterClient: cluster unknown cannot be connected: no plugin knows how',
      ],
    )
  })
  test('is connected when its secret comes', async () => {
    await start()
    fleet.machine.objects.put(newcomer('member1', { secretRef: { namespace: 'karmada-cluster', name: 'member1' } }))
    await fleet.machine.until(() => /there is no secret karmada-cluster\/member1/.test(ready()?.message ?? ''))
    minute = 1
    fleet.machine.objects.put(manifest('v1', 'Secret', { namespace: 'karmada-cluster', name: 'member1' }))
    await fleet.machine.until(() => ready()?.status === 'True')
  })
})

describe('a cluster that stops answering', () => {
  test('is given up when that lasts, and believed again when that lasts', async () => {
    await start({ joined: ['member1'] })
    await fleet.machine.until(() => clusterNow()?.status?.kubernetesVersion !== undefined)
    fleet.member('member1').isThere = false
    await turns(5)
    assert.equal(ready()?.status, 'True')
    minute = 1
    await fleet.machine.until(() => ready()?.reason === 'ClusterNotReachable')
    assert.equal(clusterNow()?.status?.kubernetesVersion, 'v1.33.0')
    fleet.member('member1').isThere = true
    await turns(5)
    assert.equal(ready()?.status, 'False')
    minute = 2
    await fleet.machine.until(() => ready()?.status === 'True')
  })
  test('is not given up because a clock was set', async () => {
    let elapsed = 0
    await start({ joined: ['member1'], clock: () => elapsed })
    await fleet.machine.until(() => clusterNow()?.status?.kubernetesVersion !== undefined)
    fleet.member('member1').isThere = false
    await turns(3)
    minute = 600
    await turns(5)
    assert.equal(ready()?.status, 'True')
    elapsed = 60_000
    await fleet.machine.until(() => ready()?.reason === 'ClusterNotReachable')
  })

  test('is asked nothing else meanwhile: what it does not answer would put off the next look', async () => {
    await start({ joined: ['member1'], statusPeriod: 10, failureThreshold: 600_000 })
    const member = fleet.member('member1')
    await fleet.machine.until(() => member.asked.includes('/version'))
    member.health = 500
    const count = (path: string) => member.asked.filter((each) => each === path).length
    const failing = count('/readyz') + 2 // one look may be under way
    await fleet.machine.until(() => count('/readyz') >= failing)
    const before = count('/version')
    await fleet.machine.until(() => count('/readyz') >= failing + 3)
    assert.equal(count('/version'), before)
  })

  test('is waited for no longer than for any answer, though it hangs in mid-look', async () => {
    await start({ joined: ['member1'], statusPeriod: 10, failureThreshold: 0 })
    const member = fleet.member('member1')
    await fleet.machine.until(() => member.asked.includes('/version'))
    member.hangs = '/apis'
    const before = member.asked.length
    await fleet.machine.until(() => member.asked.slice(before).includes('/apis'))
    member.health = 500
    await fleet.machine.until(() => ready()?.reason === 'ClusterNotReady')
  })

  test('is not ready when it says so itself', async () => {
    await start({ joined: ['member1'], failureThreshold: 0 })
    fleet.member('member1').health = 500
    await fleet.machine.until(() => ready()?.reason === 'ClusterNotReady')
  })
})

describe('what Flotilla manages in a member', () => {
  const traces = { 'work.karmada.io/namespace': 'karmada-es-member1', 'work.karmada.io/name': 'w' }
  const managed = deployment({ labels: { [label.managed]: 'true' }, annotations: traces })
  const heard: MemberChange[] = []
  const listen = async (...objects: readonly Manifest[]) => {
    heard.length = 0
    await start({ joined: ['member1'], members: { member1: objects } })
    fleet.machine.members.listen((change) => heard.push(change))
    const store = fleet.machine.members.get('member1')?.managed(deploymentKind)
    await store?.synced
    return store
  }

  test('is cached, and told of with the Work it is of', async () => {
    const store = await listen(managed, deployment({ name: 'theirs' }))
    assert.deepEqual(
      store?.list().map(({ metadata }) => metadata.name),
      ['web'],
    )
    assert.deepEqual(
      heard.map(({ cluster, work, before, after }) => [cluster, work, before, after?.metadata.name]),
      [['member1', { namespace: 'karmada-es-member1', name: 'w' }, undefined, 'web']],
    )
    await fleet.member('member1').client.delete(deploymentKind, { namespace: 'default', name: 'web' })
    await fleet.machine.until(() => heard.length === 2)
    assert.equal(heard[1]?.after, undefined)
  })
  test('is not told of once the member has gone', async () => {
    await listen(managed)
    await fleet.machine.client.delete(clusterKind, { name: 'member1' })
    const { metadata } = clusterNow() ?? cluster()
    fleet.machine.objects.remove({ ...cluster(), metadata })
    await fleet.machine.until(() => fleet.machine.members.get('member1') === undefined)
    fleet.member('member1').objects.put({ ...managed, spec: {} })
    await fleet.machine.quiet()
    assert.equal(heard.length, 1)
  })
  test('is looked at through new credentials when they change', async () => {
    await start({ joined: ['member1'] })
    const before = fleet.machine.members.get('member1')
    const known = clusterNow()
    assert.ok(known && before)
    fleet.machine.objects.put({
      ...known,
      metadata: { ...known.metadata, generation: 2 },
      spec: { ...known.spec, apiEndpoint: 'https://elsewhere' },
    })
    await fleet.machine.until(() => fleet.machine.members.get('member1') !== before)
    assert.equal(before.ready, false)
    assert.equal(fleet.machine.members.get('member1')?.ready, true)
  })
  test('is used by each client until the next has come, or the cluster has left', async () => {
    const uses: AbortSignal[] = []
    const watches = on(member.connect, ({ signal }) => {
      uses.push(signal)
      return undefined
    })
    await start({ joined: ['member1'], extensions: [watches] })
    const ended = () => uses.map(({ aborted }) => aborted)
    const known = clusterNow()
    assert.ok(known)
    assert.deepEqual(ended(), [false])
    const spec = { ...known.spec, apiEndpoint: 'https://elsewhere' }
    fleet.machine.objects.put({ ...known, metadata: { ...known.metadata, generation: 2 }, spec })
    await fleet.machine.until(() => uses.length === 2 && uses[0]?.aborted === true)
    assert.deepEqual(ended(), [true, false])
    const { metadata } = clusterNow() ?? cluster()
    fleet.machine.objects.remove({ ...cluster(), metadata })
    await fleet.machine.until(() => uses[1]?.aborted === true)
  })
  test('is looked for at once when its kind may have come', async () => {
    await start({ joined: ['member1'] })
    const rocketKind: Kind = { apiVersion: 'example.com/v1', kind: 'Rocket', plural: 'rockets', scope: 'Namespaced' }
    const { client } = fleet.member('member1')
    const { list } = client
    let refusals = 0
    let isServed = false
    Object.assign(client, {
      list: async (kind: Kind, ...rest: readonly never[]) => {
        if (kind.kind !== 'Rocket' || isServed) return list(kind, ...rest)
        refusals++
        throw new Error('404 page not found')
      },
    })
    const member = fleet.machine.members.get('member1')
    const cache = member?.managed(rocketKind)
    await fleet.machine.until(() => refusals >= 3) // the next look is a second away, or two
    await turns(5)
    isServed = true
    const since = performance.now()
    member?.forgetKinds()
    await cache?.synced
    assert.ok(performance.now() - since < 700)
  })
  test('is of kinds the member serves', async () => {
    await start({ joined: ['member1'] })
    const member = fleet.machine.members.get('member1')
    assert.equal((await member?.kind('apps/v1', 'Deployment'))?.plural, 'deployments')
    assert.equal(await member?.kind('apps/v1', 'Rocket'), undefined)
  })
})

test('plugins have stores of members, of what a projection leaves, which end with the member', async () => {
  await start({ joined: ['member1'], members: { member1: [deployment()] } })
  const member = fleet.machine.members.get('member1')
  const project = (object: unknown) => ({ metadata: (object as Manifest).metadata })
  const store = member?.store(deploymentKind, { project })
  await store?.synced
  assert.deepEqual(store?.list().map(({ metadata, spec }) => [metadata.name, spec]), [['web', undefined]]) // biome-ignore format: one chain
  assert.equal(member?.store(deploymentKind, { project }), store)
  fleet.machine.objects.remove(clusterNow() as Cluster)
  await fleet.machine.until(() => fleet.machine.members.get('member1') === undefined)
  fleet.member('member1').objects.put(deployment({ name: 'late' }))
  await turns(5)
  assert.equal(store?.list().length, 1)
})
