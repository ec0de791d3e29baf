import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Binding, executionNamespace, type Manifest, type Service, workName } from '@flotilla/sdk'
import { binding, cluster, fakeHost, manifest, webService, work } from '@flotilla/sdk/testing'
import { createWithdrawals, doubtOf, used } from './withdrawal.ts'

const noExecute = { key: 'maintenance', effect: 'NoExecute' } as const

describe('a cluster is doubted', () => {
  const ready = cluster()
  const { status: _, ...unheard } = cluster()
  const cases: Readonly<Record<string, readonly [Parameters<typeof doubtOf>[0], RegExp | undefined]>> = {
    'not when it is ready': [ready, undefined],
    'when it is not there': [undefined, /is not there/],
    'when it is not ready': [cluster({ ready: false }), /is not ready/],
    'when nothing was heard of it yet': [unheard, /is not ready: nothing was heard/],
    'when it goes': [{ ...ready, metadata: { ...ready.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }, /going/],
    'when it is being emptied': [cluster({ taints: [noExecute] }), /maintenance:NoExecute/],
    'not when nothing new goes there': [cluster({ taints: [{ key: 'full', effect: 'NoSchedule' }] }), undefined],
  }
  for (const [name, [given, why]] of Object.entries(cases))
    test(name, () => (why ? assert.match(doubtOf(given) ?? '', why) : assert.equal(doubtOf(given), undefined)))
})

describe('of sources there are used', () => {
  const cases = {
    'the good ones, once one of them is ready': { sources: ['good ready', 'bad ready', 'good'], from: ['good ready', 'good'], isHealthy: true }, // biome-ignore format: one row
    'all, while no good one is ready': { sources: ['good', 'bad ready'], from: ['good', 'bad ready'], isHealthy: false }, // biome-ignore format: one row
    'all, while none is good': { sources: ['bad ready', 'bad'], from: ['bad ready', 'bad'], isHealthy: false },
    'none, where there are none': { sources: [], from: [], isHealthy: false },
  }
  for (const [name, { sources, ...wanted }] of Object.entries(cases))
    test(name, () => {
      const is = (word: string) => (source: string) => source.split(' ').includes(word)
      assert.deepEqual(used(sources, is('good'), is('ready')), wanted)
    })
})

describe('what leaves a cluster', () => {
  const web: Service = { ...webService({ selector: { app: 'web' } }) }
  const leaving = (kind: string, name: string, from = 'member1', clusters: readonly string[] = []): Binding => {
    const made = binding({ name: `${name}-${kind.toLowerCase()}`, namespace: 'default' })
    const tasks = from ? [{ fromCluster: from, reason: 'x', producer: 'y' }] : []
    return {
      ...made,
      spec: {
        ...made.spec,
        resource: { apiVersion: 'v1', kind, namespace: 'default', name },
        clusters: clusters.map((name) => ({ name })),
        gracefulEvictionTasks: tasks,
      },
    }
  }
  const deployment = (name: string, app: string): Manifest =>
    manifest('apps/v1', 'Deployment', {
      namespace: 'default',
      name,
      spec: { template: { metadata: { labels: { app } } } },
    })
  const workOf = (content: Manifest) =>
    work({ name: workName(content), namespace: executionNamespace('member1'), manifest: content })
  const whyAt = (name: string, ...objects: readonly Manifest[]) =>
    createWithdrawals(fakeHost({ objects: [cluster({ name: 'member1' }), cluster({ name: 'member2' }), ...objects] })).why(name, web) // biome-ignore format: one call

  const cases: Readonly<Record<string, readonly [objects: readonly Manifest[], why: RegExp | undefined]>> = {
    'is the Service itself': [[leaving('Service', 'web')], /Service web is being evicted/],
    'is its export': [[leaving('ServiceExport', 'web')], /ServiceExport web is being evicted/],
    'is what it selects, by whatever name': [[leaving('Deployment', 'front'), workOf(deployment('front', 'web'))], /Deployment front is being evicted/], // biome-ignore format: one row
    'is another Service': [[leaving('Service', 'other')], undefined],
    'is what another Service selects': [[leaving('Deployment', 'front'), workOf(deployment('front', 'other'))], undefined], // biome-ignore format: one row
    'is not there any more': [[leaving('Deployment', 'front')], undefined],
    'leaves another cluster': [[leaving('Service', 'web', 'member2')], undefined],
  }
  for (const [name, [objects, why]] of Object.entries(cases))
    test(name, () => {
      const said = whyAt('member1', ...objects)
      if (why) assert.match(said ?? '', why)
      else assert.equal(said, undefined)
    })

  test('concerns Services when it begins to leave, and when it stays after all', () => {
    const { concerned } = createWithdrawals(fakeHost({ objects: [workOf(deployment('front', 'web'))] }))
    const [stays, leaves, left] = [
      leaving('Deployment', 'front', '', ['member1']),
      leaving('Deployment', 'front'),
      leaving('Deployment', 'front', ''),
    ]
    const key = { namespace: 'default', name: 'web' }
    assert.deepEqual(
      concerned({ before: stays, after: leaves }, () => [web]),
      [key],
    )
    assert.deepEqual(
      concerned({ before: leaves, after: stays }, () => [web]),
      [key],
    )
    for (const change of [{ before: leaves, after: left }, { before: leaves, after: leaves }, { before: leaves }, { after: leaves, initial: true }]) // biome-ignore format: one list
      assert.deepEqual(
        concerned(change, () => [web]),
        [],
      )
  })
})
