import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  annotation,
  clusterKind,
  clusterOverridePolicyKind,
  clusterPropagationPolicyKind,
  definePlugin,
  label,
  type Manifest,
  on,
  render,
  resourceBindingKind,
  type Work,
  withLabel,
  workKind,
  workName,
} from '@flotilla/sdk'
import {
  binding,
  cluster,
  clusterOverridePolicy,
  clusterPolicy,
  deployment,
  examineConflict,
  examinePlugin,
  type FakeHost,
  fakeHost,
  manifest,
  work,
} from '@flotilla/sdk/testing'
import { namespaceSync } from './namespace-sync.ts'
import { namespaceKind } from './shared.ts'

examinePlugin(namespaceSync)

const ofNamespace = (words: Partial<Work['metadata']> = {}): Work => {
  const { metadata, ...rest } = work()
  const owner = { apiVersion: 'v1', kind: 'Namespace', name: 'shop', uid: 'uid-shop' }
  return { ...rest, metadata: { ...metadata, ownerReferences: [owner], ...words } }
}
const local = manifest('v1', 'Namespace', { name: 'shop' })

examineConflict(namespaceSync, {
  'a namespace the cluster had before will do': { given: { work: ofNamespace(), observed: local }, decides: 'leave' },
  'one that is on its way out will not': {
    given: {
      work: ofNamespace(),
      observed: { ...local, metadata: { ...local.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } },
    },
  },
  'one that is to be taken over is': {
    given: { work: ofNamespace({ annotations: { [annotation.conflictResolution]: 'overwrite' } }), observed: local },
  },
  'what a policy brings is none of its business': { given: { observed: local } },
})

const namespace = (name: string, words: Parameters<typeof manifest>[2] = {}): Manifest =>
  manifest('v1', 'Namespace', { name, uid: `uid-${name}`, ...words })

const space = (name: string): Manifest => namespace(`karmada-es-${name}`)
const members = [cluster({ name: 'member1', labels: { tier: 'gold' } }), cluster({ name: 'member2' })]
const shop = namespace('shop', { labels: { team: 'shop' } })

/** An overrider that adds labels. */
const labels = definePlugin({
  name: 'labels',
  extensions: () => [
    on(render.override, ({ manifest, overriders }) => {
      if (overriders.plaintext) throw new Error('no such path')
      const [{ value = {} } = {}] = overriders.labelsOverrider ?? []
      return Object.entries(value).reduce((now, [key, text]) => withLabel(now, key, text), manifest)
    }),
  ],
})

const gold = clusterOverridePolicy({
  name: 'gold',
  resourceSelectors: [{ apiVersion: 'v1', kind: 'Namespace' }],
  overrideRules: [
    {
      targetCluster: { labelSelector: { matchLabels: { tier: 'gold' } } },
      overriders: { labelsOverrider: [{ operator: 'add', value: { tier: 'gold' } }] },
    },
  ],
})

const begin = (objects: readonly Manifest[], options?: object) => {
  const host = fakeHost({ objects, plugins: [labels], options })
  namespaceSync.controllers?.(host)
  const controller = host.controllers.get('namespace')
  assert.ok(controller)
  return { host, controller }
}

const brought = (host: FakeHost, member: string, of = shop): Manifest | undefined =>
  host.objects.get(workKind, { namespace: `karmada-es-${member}`, name: workName(of) })

const content = (work: Manifest | undefined) => {
  const { workload } = (work?.spec ?? {}) as { workload?: { manifests?: readonly Manifest[] } }
  return workload?.manifests?.[0]
}

describe('a namespace', () => {
  const everything = [...members, space('member1'), space('member2'), shop]

  test('is brought to every cluster, by a Work it owns', async () => {
    const { host, controller } = begin(everything)
    await controller.reconcile('shop')
    for (const name of ['member1', 'member2']) {
      const work = brought(host, name)
      assert.deepEqual(work?.metadata.ownerReferences, [
        {
          apiVersion: 'v1',
          kind: 'Namespace',
          name: 'shop',
          uid: 'uid-shop',
          controller: true,
          blockOwnerDeletion: true,
        },
      ])
      assert.equal(work.metadata.annotations?.[annotation.conflictResolution], 'abort')
      assert.equal(content(work)?.metadata.labels?.team, 'shop')
      assert.equal(content(work)?.metadata.labels?.[label.managed], 'true')
    }
  })

  test('is written once: nothing is written again without a change', async () => {
    const { host, controller } = begin(everything)
    await controller.reconcile('shop')
    const before = host.objects.version
    await controller.reconcile('shop')
    assert.equal(host.objects.version, before)
    host.objects.put(withLabel(shop, 'team', 'market'))
    await controller.reconcile('shop')
    assert.equal(content(brought(host, 'member2'))?.metadata.labels?.team, 'market')
  })

  test('is overridden as its clusters want it, and says so', async () => {
    const { host, controller } = begin([...everything, gold])
    await controller.reconcile('shop')
    assert.equal(content(brought(host, 'member1'))?.metadata.labels?.tier, 'gold')
    assert.equal(content(brought(host, 'member2'))?.metadata.labels?.tier, undefined)
    const said = brought(host, 'member1')?.metadata.annotations?.[annotation.appliedClusterOverrides]
    assert.match(said ?? '', /"policyName":"gold"/)
    host.objects.remove(gold)
    await controller.reconcile('shop')
    assert.equal(brought(host, 'member1')?.metadata.annotations?.[annotation.appliedClusterOverrides], undefined)
  })

  test('that cannot be overridden is told of, and brought to the other clusters', async () => {
    const broken = clusterOverridePolicy({
      name: 'broken',
      overrideRules: [
        {
          targetCluster: { clusterNames: ['member1'] },
          overriders: { plaintext: [{ operator: 'remove', path: '/spec/none' }] },
        },
      ],
    })
    const { host, controller } = begin([...everything, broken])
    await assert.rejects(controller.reconcile('shop'), /ClusterOverridePolicy broken/)
    assert.deepEqual([brought(host, 'member1'), brought(host, 'member2') !== undefined], [undefined, true])
    assert.deepEqual(
      host.events.map(({ type, reason }) => [type, reason]),
      [['Warning', 'SyncWorkFailed']],
    )
  })

  test('waits for the place of a Work, and does not go where a cluster goes', async () => {
    const leaving = cluster({ name: 'member3', deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['x'] })
    const { host, controller } = begin([...members, leaving, space('member2'), space('member3'), shop])
    await controller.reconcile('shop')
    assert.deepEqual(
      host.objects.list(workKind).map(({ metadata }) => metadata.namespace),
      ['karmada-es-member2'],
    )
  })

  test('that stays is not written, and what is there of it is left alone', async () => {
    const { host, controller } = begin(everything)
    await controller.reconcile('shop')
    host.objects.put(withLabel(withLabel(shop, label.skipAutoPropagation, 'true'), 'team', 'market'))
    const before = host.objects.version
    await controller.reconcile('shop')
    assert.equal(host.objects.version, before)
    assert.equal(content(brought(host, 'member1'))?.metadata.labels?.team, 'shop')
  })

  test('is left to a binding whose Work has its name', async () => {
    const { host, controller } = begin(everything)
    await controller.reconcile('shop')
    const work = brought(host, 'member1')
    assert.ok(work)
    host.objects.put(withLabel(work, label.clusterBindingId, 'id-1'))
    host.objects.put(withLabel(shop, 'team', 'market'))
    await controller.reconcile('shop')
    assert.equal(content(brought(host, 'member1'))?.metadata.labels?.team, 'shop')
    assert.equal(content(brought(host, 'member2'))?.metadata.labels?.team, 'market')
  })

  test('is left to the policy that selects it, claimed or not', async () => {
    const placing = clusterPolicy({ resourceSelectors: [{ apiVersion: 'v1', kind: 'Namespace', name: 'shop' }] })
    const { host, controller } = begin([...everything, placing])
    await controller.reconcile('shop')
    assert.deepEqual(host.objects.list(workKind), [])
    assert.deepEqual(controller.keysOf(clusterPropagationPolicyKind, { before: placing }), [{ name: 'shop' }])
  })

  test('stays in clusters that keep something of it', async () => {
    const kept = binding({
      namespace: 'shop',
      clusters: { member1: 1 },
      requiredBy: [{ name: 'other', clusters: [{ name: 'member3' }] }],
      preserveResourcesOnDeletion: true,
    })
    const { host, controller } = begin([...everything, kept])
    const preserves = (member: string) =>
      (brought(host, member)?.spec as { preserveResourcesOnDeletion?: boolean } | undefined)
        ?.preserveResourcesOnDeletion
    await controller.reconcile('shop')
    assert.deepEqual([preserves('member1'), preserves('member2')], [true, false])
    assert.deepEqual(controller.keysOf(resourceBindingKind, { before: kept }), [{ name: 'shop' }])
    assert.deepEqual(controller.keysOf(resourceBindingKind, { before: kept, after: kept }), [])
    host.objects.remove(kept)
    await controller.reconcile('shop')
    assert.equal(preserves('member1'), true)
  })

  test('is skipped as the options say', async () => {
    const { host, controller } = begin(everything, { skipped: ['sh.p'] })
    await controller.reconcile('shop')
    assert.deepEqual(host.objects.list(workKind), [])
  })
})

describe('looks at namespaces again', () => {
  const { host, controller } = begin([...members, space('member1'), shop, namespace('kube-public'), gold])
  const [member1, member2] = members

  test('when there is a place for the Works of a cluster', () => {
    const change = { after: space('member2') }
    assert.deepEqual(controller.keysOf(namespaceKind, change), [{ name: 'shop' }])
    assert.deepEqual(controller.keysOf(namespaceKind, { ...change, initial: true }), [])
    assert.deepEqual(controller.keysOf(namespaceKind, { after: shop }), [])
  })
  test('when a cluster is new, or another one to override policies', () => {
    assert.deepEqual(controller.keysOf(clusterKind, { after: member2 }), [{ name: 'shop' }])
    const silver = cluster({ name: 'member1', labels: { tier: 'silver' } })
    assert.deepEqual(controller.keysOf(clusterKind, { before: member1, after: silver }), [{ name: 'shop' }])
    const status = cluster({ name: 'member1', labels: { tier: 'gold' }, resourceVersion: '99' })
    assert.deepEqual(controller.keysOf(clusterKind, { before: member1, after: status }), [])
    assert.deepEqual(controller.keysOf(clusterKind, { before: member2 }), [])
  })
  test('when an override policy is about them', () => {
    const keys = controller.keysOf(clusterOverridePolicyKind, { after: gold })
    assert.ok(keys.some(({ name }) => name === 'shop'))
    const ofDeployments = clusterOverridePolicy({ resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment' }] })
    assert.deepEqual(controller.keysOf(clusterOverridePolicyKind, { after: ofDeployments }), [])
  })
  test('when a Work is gone', async () => {
    await controller.reconcile('shop')
    const work = brought(host, 'member1')
    assert.deepEqual(controller.keysOf(workKind, { before: work }), [{ name: 'shop' }])
    assert.deepEqual(controller.keysOf(workKind, { before: work, after: work }), [])
    const other = { ...work, spec: { workload: { manifests: [deployment()] } } }
    assert.deepEqual(controller.keysOf(workKind, { before: other }), [])
  })
})
