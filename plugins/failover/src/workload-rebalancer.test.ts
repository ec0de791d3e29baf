import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  ApiError,
  type Binding,
  clusterResourceBindingKind,
  type Manifest,
  type Reference,
  resourceBindingKind,
  type WorkloadRebalancer,
  type WorkloadRebalancerStatus,
  workloadRebalancerKind,
} from '@flotilla/sdk'
import {
  type BindingWords,
  binding,
  clusterBinding,
  examinePlugin,
  type FakeHost,
  fakeHost,
  type HostOptions,
  manifest,
} from '@flotilla/sdk/testing'
import { workloadRebalancer } from './workload-rebalancer.ts'

examinePlugin(workloadRebalancer)

const created = '2026-01-01T00:00:00Z'
const now = new Date('2026-01-01T00:01:00Z')
const nowText = '2026-01-01T00:01:00Z'
const deployment = (name: string): Reference => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace: 'default',
  name,
})
const web = deployment('web')
const gone = deployment('gone')

interface Words {
  readonly workloads?: readonly Reference[]
  readonly ttlSecondsAfterFinished?: number
  readonly generation?: number
  readonly status?: WorkloadRebalancerStatus
}

const rebalancer = ({ workloads = [web], generation = 1, status, ...spec }: Words = {}): WorkloadRebalancer =>
  manifest('apps.karmada.io/v1alpha1', 'WorkloadRebalancer', {
    name: 'again',
    namespace: undefined,
    generation,
    creationTimestamp: created,
    spec: { workloads, ...spec },
    ...(status && { status }),
  }) as WorkloadRebalancer // written as one

async function run(objects: readonly Manifest[], options: Omit<HostOptions, 'objects'> = {}) {
  const host = fakeHost({ now, ...options, objects })
  workloadRebalancer.controllers?.(host)
  return { host, ...(await again(host)) }
}

async function again(host: FakeHost) {
  const outcome = await host.controllers.get('rebalance')?.reconcile('again')
  const after = host.objects.get(workloadRebalancerKind, { name: 'again' }) as WorkloadRebalancer | undefined
  const trigger = (host.objects.get(resourceBindingKind, binding().metadata) as Binding | undefined)?.spec
    .rescheduleTriggeredAt
  return { outcome, after, trigger }
}

const scheduledAt = (lastScheduledTime: string): BindingWords => ({ status: { lastScheduledTime } })

test('a workload is scheduled afresh, and the rebalancer says so', async () => {
  const { after, trigger, outcome } = await run([rebalancer(), binding()])
  assert.equal(trigger, created)
  assert.deepEqual(after?.status, {
    observedWorkloads: [{ workload: web, result: 'Successful' }],
    observedGeneration: 1,
    finishTime: nowText,
  })
  assert.deepEqual(outcome, {})
})

test('one that is cluster-scoped, too', async () => {
  const role: Reference = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: 'viewer' }
  const object = clusterBinding({ name: 'viewer-clusterrole', resource: role })
  const { host, after } = await run([rebalancer({ workloads: [role] }), object])
  assert.equal(
    (host.objects.get(clusterResourceBindingKind, object.metadata) as Binding).spec.rescheduleTriggeredAt,
    created,
  )
  assert.equal(after?.status?.observedWorkloads?.[0]?.result, 'Successful')
})

describe('the time that is written', () => {
  const cases: Record<string, readonly [BindingWords, Words, string | undefined]> = {
    'is that of the rebalancer': [scheduledAt('2025-12-31T00:00:00Z'), {}, created],
    'is after the last schedule, when that was in the same second': [scheduledAt(created), {}, '2026-01-01T00:00:01Z'],
    'is after a schedule that came in between': [scheduledAt('2026-01-01T00:00:30Z'), {}, '2026-01-01T00:00:31Z'],
    'stays when the same was asked for later': [
      { rescheduleTriggeredAt: '2026-01-01T00:00:09Z' },
      {},
      '2026-01-01T00:00:09Z',
    ],
    'takes the place of an older one': [{ rescheduleTriggeredAt: '2025-01-01T00:00:00Z' }, {}, created],
    'is now for a workload that is added to a rebalancer later': [
      scheduledAt('2026-01-01T00:00:30Z'),
      { generation: 2, status: { observedGeneration: 1, observedWorkloads: [], finishTime: created } },
      nowText,
    ],
  }
  for (const [name, [words, about, time]] of Object.entries(cases))
    test(name, async () => assert.equal((await run([rebalancer(about), binding(words)])).trigger, time))
})

describe('a workload fails', () => {
  const failed = (workload: Reference) => [{ workload, result: 'Failed', reason: 'ReferencedBindingNotFound' }]
  test('without a binding', async () => {
    const { after } = await run([rebalancer({ workloads: [gone] })])
    assert.deepEqual(after?.status?.observedWorkloads, failed(gone))
    assert.equal(after?.status?.finishTime, nowText)
  })
  test('whose binding is that of another kind of the same name', async () => {
    const other = { ...web, apiVersion: 'example.io/v1' }
    const { after, trigger } = await run([rebalancer({ workloads: [other] }), binding()])
    assert.deepEqual(after?.status?.observedWorkloads, failed(other))
    assert.equal(trigger, undefined)
  })
  test('while the others have their turn', async () => {
    const { after, trigger } = await run([rebalancer({ workloads: [web, gone] }), binding()])
    assert.deepEqual(
      after?.status?.observedWorkloads?.map(({ workload, result }) => [workload.name, result]),
      [
        ['gone', 'Failed'],
        ['web', 'Successful'],
      ],
    )
    assert.equal(trigger, created)
  })
})

test('one that cannot be written now has no result, and is tried again', async () => {
  const host = fakeHost({ now, objects: [rebalancer({ workloads: [web, gone] }), binding()] })
  workloadRebalancer.controllers?.(host)
  const { patch } = host.client
  const status = { apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Failure', code: 500 } as const
  let failures = 0
  Object.assign(host.client, {
    patch: async (...args: Parameters<typeof patch>) => {
      if (!args[3]?.subresource && failures++ === 0) throw new ApiError({ ...status, message: 'no disk' })
      return patch(...args)
    },
  })
  await assert.rejects(again(host), /no disk/)
  const between = host.objects.get(workloadRebalancerKind, { name: 'again' }) as WorkloadRebalancer
  assert.deepEqual(
    between.status?.observedWorkloads?.map(({ workload, result }) => [workload.name, result]),
    [
      ['gone', 'Failed'],
      ['web', undefined],
    ],
  )
  assert.equal(between.status?.finishTime, undefined)
  const { after } = await again(host)
  assert.equal(after?.status?.observedWorkloads?.[1]?.result, 'Successful')
  assert.equal(after?.status?.finishTime, nowText)
})

describe('after an edit', () => {
  const status: WorkloadRebalancerStatus = {
    observedWorkloads: [
      { workload: gone, result: 'Failed', reason: 'ReferencedBindingNotFound' },
      { workload: deployment('old'), result: 'Successful' },
    ],
    observedGeneration: 1,
    finishTime: created,
  }
  test('what was done stays told, what failed and is not asked for any more goes, what is new is done', async () => {
    const { after } = await run([rebalancer({ generation: 2, status }), binding()])
    assert.deepEqual(after?.status, {
      observedWorkloads: [
        { workload: deployment('old'), result: 'Successful' },
        { workload: web, result: 'Successful' },
      ],
      observedGeneration: 2,
      finishTime: nowText,
    })
  })
  test('that asks for nothing new the end is what it was', async () => {
    const workloads = [gone, deployment('old')]
    const { after } = await run([rebalancer({ generation: 2, workloads, ttlSecondsAfterFinished: 100, status })])
    assert.deepEqual(after?.status, { ...status, observedGeneration: 2 })
  })
  test('a workload that is named twice is done once', async () => {
    const { after } = await run([rebalancer({ workloads: [web, web] }), binding()])
    assert.equal(after?.status?.observedWorkloads?.length, 1)
  })
})

describe('when all is done', () => {
  const over = (finishTime: string, ttlSecondsAfterFinished?: number) =>
    rebalancer({
      ttlSecondsAfterFinished,
      status: { observedWorkloads: [{ workload: web, result: 'Successful' }], observedGeneration: 1, finishTime },
    })
  test('nothing is written again', async () => {
    const before = over(created)
    const { host, after, trigger } = await run([before, binding()])
    assert.deepEqual([after?.status, trigger], [before.status, undefined])
    assert.equal(
      after?.metadata.resourceVersion,
      host.objects.get(workloadRebalancerKind, { name: 'again' })?.metadata.resourceVersion,
    )
  })
  test('it stays without a time to live', async () => assert.ok((await run([over(created)])).after))
  test('it stays as long as it is to live', async () => {
    const { after, outcome } = await run([over(created, 90)])
    assert.ok(after)
    assert.deepEqual(outcome, { again: 30_000 })
  })
  test('it goes when its time is up', async () => assert.equal((await run([over(created, 60)])).after, undefined))
  test('it goes at once with no time to live', async () =>
    assert.equal((await run([rebalancer({ ttlSecondsAfterFinished: 0 }), binding()])).after, undefined))
})
