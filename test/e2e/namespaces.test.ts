import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'

const clusterOverride = (name: string, words: object): string =>
  JSON.stringify({
    apiVersion: 'policy.karmada.io/v1alpha1',
    kind: 'ClusterOverridePolicy',
    metadata: { name },
    spec: {
      resourceSelectors: [{ apiVersion: 'v1', kind: 'Namespace' }],
      overrideRules: [{ targetCluster: { clusterNames: ['member2'] }, overriders: words }],
    },
  })

const namespace = (name: string, metadata: object = {}): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, ...metadata } })

const placed = (...clusterNames: readonly string[]) => ({
  resourceSelectors: [{ apiVersion: 'v1', kind: 'ConfigMap' }],
  placement: { clusterAffinity: { clusterNames } },
})

/** Namespaces of the control plane and of its members, with a real kubectl. */
describe('a namespace', () => {
  let flotilla: Up
  let k: Kubectl

  const apply = async (manifest: string, ...args: readonly string[]) => {
    const { code, err } = await k.run([...args, 'apply', '-f', '-'], manifest)
    assert.equal(code, 0, err)
  }
  const inMember = async (member: string, name: string): Promise<Json> => {
    const out = await k('--context', member, 'get', 'namespace', name, '--ignore-not-found', '-o', 'json')
    return out === '' ? undefined : JSON.parse(out)
  }
  const everywhere = (name: string, look: (found: Json, member: string) => void) =>
    eventually(async () => {
      for (const member of ['member1', 'member2']) look(await inMember(member, name), member)
    })

  before(async () => {
    flotilla = await up({ members: 2 })
    k = kubectl(flotilla.kubeconfig)
  })
  after(async () => {
    assert.equal(await flotilla.stop(), 0)
  })

  test('is made, changed and deleted in every member as in the control plane', async () => {
    await apply(namespace('shop', { labels: { team: 'shop' } }))
    await everywhere('shop', (found) => assert.equal(found?.metadata.labels.team, 'shop'))
    await k('label', 'namespace', 'shop', 'team=market', '--overwrite')
    await everywhere('shop', (found) => assert.equal(found?.metadata.labels.team, 'market'))
    await k('delete', 'namespace', 'shop')
    await everywhere('shop', (found) => assert.equal(found, undefined))
    await eventually(async () => {
      const { items } = await k.json('works', '-A')
      assert.deepEqual(
        items.filter(({ metadata }: Json) => metadata.name.startsWith('shop-')),
        [],
      )
    })
  })

  test('that somebody deletes in a member comes back', async () => {
    await apply(namespace('lost'))
    await everywhere('lost', (found) => assert.equal(found?.metadata.labels['karmada.io/managed'], 'true'))
    const { uid } = (await inMember('member1', 'lost')).metadata
    await k('--context', 'member1', 'delete', 'namespace', 'lost', '--wait=false') // it may be back before kubectl looks
    await everywhere('lost', (found) => assert.ok(found && found.metadata.uid !== uid))
  })

  test('is different where an override policy says so', async () => {
    await apply(clusterOverride('canary', { labelsOverrider: [{ operator: 'add', value: { track: 'canary' } }] }))
    await apply(namespace('tracked'))
    await everywhere('tracked', (found, member) =>
      assert.equal(found?.metadata.labels.track, member === 'member2' ? 'canary' : undefined),
    )
    const { items } = await k.json('works', '-n', 'karmada-es-member2')
    const work = items.find(({ metadata }: Json) => metadata.name.startsWith('tracked-'))
    assert.match(work.metadata.annotations['policy.karmada.io/applied-cluster-overrides'], /"policyName":"canary"/)
    await k('delete', 'clusteroverridepolicy', 'canary')
    await everywhere('tracked', (found) => assert.equal(found?.metadata.labels.track, undefined))
  })

  test('that says so stays at home, and what members have of it stays, too', async () => {
    await apply(namespace('home', { labels: { 'namespace.karmada.io/skip-auto-propagation': 'True' } }))
    await apply(namespace('moved'))
    await everywhere('moved', (found) => assert.ok(found))
    await k('label', 'namespace', 'moved', 'namespace.karmada.io/skip-auto-propagation=true')
    await k('label', 'namespace', 'moved', 'team=shop')
    await apply(namespace('later'))
    await everywhere('later', (found) => assert.ok(found)) // what was written before it has been looked at by now
    await everywhere('home', (found) => assert.equal(found, undefined))
    await everywhere('moved', (found) => assert.ok(found && found.metadata.labels.team === undefined))
  })

  test('a member has already will do as it is, and outlives that of the control plane', async () => {
    await apply(namespace('local', { labels: { mine: 'yes' } }), '--context', 'member1')
    await apply(namespace('local', { labels: { mine: 'no' } }))
    const workOf = async () => {
      const { items } = await k.json('works', '-n', 'karmada-es-member1')
      return items.find(({ metadata }: Json) => metadata.name.startsWith('local-'))
    }
    await eventually(async () => {
      const applied = (await workOf())?.status?.conditions.find(({ type }: Json) => type === 'Applied')
      assert.equal(applied?.status, 'True')
    })
    assert.equal((await inMember('member1', 'local')).metadata.labels.mine, 'yes')
    await k('delete', 'namespace', 'local')
    await eventually(async () => assert.equal(await workOf(), undefined))
    assert.ok(await inMember('member1', 'local'))
  })

  test('a member has already is taken over where its owner says so', async () => {
    await apply(namespace('ours', { labels: { mine: 'yes' } }), '--context', 'member1')
    await apply(namespace('ours', { annotations: { 'work.karmada.io/conflict-resolution': 'overwrite' } }))
    await everywhere('ours', (found) => assert.equal(found?.metadata.labels['karmada.io/managed'], 'true'))
    assert.equal((await inMember('member1', 'ours')).metadata.labels.mine, 'yes')
  })

  test('goes where a policy says, if one claims it', async () => {
    await apply(
      JSON.stringify({
        apiVersion: 'policy.karmada.io/v1alpha1',
        kind: 'ClusterPropagationPolicy',
        metadata: { name: 'private' },
        spec: {
          resourceSelectors: [{ apiVersion: 'v1', kind: 'Namespace', labelSelector: { matchLabels: { at: 'one' } } }],
          placement: { clusterAffinity: { clusterNames: ['member1'] } },
        },
      }),
    )
    await apply(namespace('claimed', { labels: { at: 'one' } }))
    await eventually(async () => assert.ok(await inMember('member1', 'claimed')))
    await k('label', 'namespace', 'claimed', 'team=shop')
    await eventually(async () => assert.equal((await inMember('member1', 'claimed')).metadata.labels.team, 'shop'))
    assert.equal(await inMember('member2', 'claimed'), undefined)
  })

  test('stays where something of it is to stay', async () => {
    await apply(namespace('half'))
    const policy = {
      apiVersion: 'policy.karmada.io/v1alpha1',
      kind: 'PropagationPolicy',
      metadata: { name: 'all', namespace: 'half' },
      spec: { ...placed('member1'), preserveResourcesOnDeletion: true },
    }
    await apply(JSON.stringify(policy))
    await apply(
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'half' } }),
    )
    const settings = () => k('--context', 'member1', 'get', 'configmap', 'settings', '-n', 'half', '-o', 'name')
    await eventually(async () => {
      assert.ok(await settings())
      const { items } = await k.json('works', '-n', 'karmada-es-member1')
      const work = items.find(({ metadata }: Json) => metadata.name.startsWith('half-'))
      assert.equal(work.spec.preserveResourcesOnDeletion, true)
    })
    await k('delete', 'namespace', 'half')
    await eventually(async () => assert.equal(await inMember('member2', 'half'), undefined))
    await eventually(async () => {
      const found = await inMember('member1', 'half')
      assert.equal(found.metadata.labels['karmada.io/managed'], undefined)
    })
    assert.equal(await settings(), 'configmap/settings\n')
  })

  test('goes with everything in it', async () => {
    await apply(namespace('full'))
    const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'full' } }
    const policy = {
      apiVersion: 'policy.karmada.io/v1alpha1',
      kind: 'PropagationPolicy',
      metadata: { name: 'all', namespace: 'full' },
      spec: placed('member1', 'member2'),
    }
    await apply(JSON.stringify(policy))
    await apply(JSON.stringify(settings))
    await eventually(async () => {
      for (const member of ['member1', 'member2'])
        assert.ok(await k('--context', member, 'get', 'configmap', 'settings', '-n', 'full', '-o', 'name'))
    })
    await k('delete', 'namespace', 'full')
    await everywhere('full', (found) => assert.equal(found, undefined))
  })
})
