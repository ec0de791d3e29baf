import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { flotilla as run } from '../flotilla.ts'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'

const directory = mkdtempSync(join(tmpdir(), 'flotilla-'))

const file = (name: string, ...objects: readonly object[]): string => {
  const path = join(directory, name)
  writeFileSync(path, objects.map((object) => JSON.stringify(object)).join('\n---\n'))
  return path
}

const configMap = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: 'b' } })

const policy = (name: string, placement: object) => ({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: { name },
  spec: { resourceSelectors: [{ apiVersion: 'v1', kind: 'ConfigMap', name }], placement },
})

const kinds = 'configmaps,deployments,pp,cpp,rb,crb,works'

describe('flotilla simulate', () => {
  let flotilla: Up
  let k: Kubectl
  const simulate = (...args: readonly string[]) => run('simulate', '--kubeconfig', flotilla.kubeconfig, ...args)
  const json = async (...args: readonly string[]): Promise<Json> => {
    const { code, out, err } = await simulate(...args, '-o', 'json')
    assert.equal(code, 0, err)
    return JSON.parse(out) as Json
  }

  /** What would become of an object: in each cluster what is there now, and then. */
  const movesOf = (found: Json, kind: string, name: string): Readonly<Record<string, readonly unknown[]>> =>
    Object.fromEntries(
      found.moves
        .filter(({ object }: Json) => object.kind === kind && object.name === name)
        .map(({ cluster, from, to }: Json) => [
          cluster,
          [from?.replicas ?? Boolean(from), to?.replicas ?? Boolean(to)],
        ]),
    )

  async function clustersOf(binding: string): Promise<Readonly<Record<string, number>>> {
    const { spec } = await k.json('rb', binding)
    return Object.fromEntries((spec.clusters ?? []).map(({ name, replicas }: Json) => [name, replicas ?? 0]))
  }

  async function versions(): Promise<string> {
    const path =
      '{range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name} {.metadata.resourceVersion}{"\\n"}{end}'
    return k('get', kinds, '-A', '-o', `jsonpath=${path}`)
  }

  /** Simulates without anything being written. */
  async function untouched<T>(look: () => Promise<T>): Promise<T> {
    const earlier = await eventually(async () => {
      const [first, second] = [await versions(), await versions()]
      assert.equal(second, first) // what went before has come to rest
      return second
    })
    const found = await look()
    assert.equal(await versions(), earlier)
    return found
  }

  before(async () => {
    flotilla = await up({ members: 3 })
    k = kubectl(flotilla.kubeconfig)
    await eventually(async () => {
      const out = await k('get', 'clusters', '-o', 'jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}')
      assert.equal(out, 'True True True')
    })
    await k('apply', '-f', 'docs/samples/web')
    const tolerant = { clusterTolerations: [{ operator: 'Exists' }] }
    await k(
      'apply',
      '-f',
      file('all.json', configMap('all'), policy('all', {}), configMap('tolerant'), policy('tolerant', tolerant)),
    )
    await eventually(async () => {
      assert.equal((await k.json('deployment', 'web')).status?.readyReplicas, 6)
      for (const name of ['all-configmap', 'tolerant-configmap'])
        assert.equal(Object.keys(await clustersOf(name)).length, 3)
    })
  })
  after(async () => {
    assert.equal(await flotilla.stop(), 0)
  })

  test('says of a cluster that joins who would go there, and of whom it takes over when all is scheduled afresh', async () => {
    const like = await k.json('cluster', 'member1')
    const joining = file('member4.json', { ...like, metadata: { name: 'member4' } })
    const found = await untouched(() => json('--add-cluster', joining))
    assert.deepEqual(found.warnings, [])
    assert.deepEqual(movesOf(found, 'ConfigMap', 'all'), { member4: [false, true] })
    assert.deepEqual(movesOf(found, 'Deployment', 'web'), {})
    assert.deepEqual(found.clusters.find(({ cluster }: Json) => cluster === 'member4')?.bindings, { from: 0, to: 2 })
    const bare = file('bare.json', {
      apiVersion: like.apiVersion,
      kind: 'Cluster',
      metadata: { name: 'member5' },
      spec: like.spec,
    })
    const guessed = await json('--add-cluster', bare)
    assert.deepEqual(movesOf(guessed, 'ConfigMap', 'all'), { member5: [false, true] })
    assert.equal(guessed.warnings.length, 2)
  })

  test('says of a policy what it would move', async () => {
    const narrow = file('narrow.json', policy('all', { clusterAffinity: { clusterNames: ['member2'] } }))
    const found = await untouched(() => json('--policy', narrow))
    assert.deepEqual(movesOf(found, 'ConfigMap', 'all'), { member1: [true, false], member3: [true, false] })
    assert.deepEqual(found.summary, { bindings: 5, moved: 1, stay: 4, unschedulable: 0, unschedulableAlready: 0 })
    assert.match(found.moves[0].why, /cluster affinity constraint \(cluster-affinity\)/)
    const wrong = await simulate(
      '--policy',
      file('wrong.json', { ...policy('wrong', {}), spec: { resourceSelectors: [] } }),
    )
    assert.equal(wrong.code, 1)
    assert.match(wrong.err, /PropagationPolicy default\/wrong would be refused/)
  })

  test('says what has nowhere to go when everything is drained, and what tolerates it', async () => {
    const found = await untouched(() => json('--drain', 'member1,member2', '--remove-cluster', 'member3'))
    assert.deepEqual(found.summary, { bindings: 5, moved: 1, stay: 0, unschedulable: 4, unschedulableAlready: 0 })
    assert.deepEqual(
      found.tolerating,
      ['member1', 'member2'].map((cluster) => ({ cluster, bindings: 1 })),
    )
    assert.match(found.unschedulable[0].message, /^0\/2 clusters are available: /)
    const { out } = await simulate('--drain', 'member1,member2', '--remove-cluster', 'member3')
    assert.match(out, /\nConfigMap default\/all would have nowhere to go: 0\/2 clusters are available/)
    assert.match(
      out,
      /\n5 bindings: 1 would move, 0 stay, 4 would have nowhere to go\n1 binding would stay in member1: they tolerate it/,
    )
  })

  test('prints tables as kubectl does', async () => {
    const { out, code } = await simulate('--drain', 'member1', '--cordon', 'member2')
    assert.equal(code, 0)
    assert.match(out, /^OBJECT +CLUSTER +REPLICAS +WHY\nConfigMap default\/all +member1 +yes → no +it is drained\n/)
    assert.match(out, /\nCLUSTER +BINDINGS +REPLICAS\nmember1 +5 → 1 +1 → 0\n/)
    assert.match(
      (await simulate('--cordon', 'member2', '-o', 'yaml')).out,
      /^apiVersion: cli.flotilla.dev\/v1alpha1\nkind: Simulation\n/,
    )
  })

  test('refuses what is not there, and what is not understood', async () => {
    const nowhere = await simulate('--drain', 'member7')
    assert.deepEqual(
      [nowhere.code, nowhere.err.split('\n').at(-2)],
      [1, 'flotilla: there is no cluster member7; there are member1, member2, member3'],
    )
    assert.equal((await simulate()).code, 2)
    assert.equal((await simulate('--add-cluster', file('not.json', configMap('not')))).code, 1)
  })

  test('what it says of a drained cluster is what happens', async () => {
    const found = await json('--drain', 'member1')
    const moves = movesOf(found, 'Deployment', 'web')
    assert.deepEqual(moves.member1, [1, false])
    const now = await clustersOf('web-deployment')
    const then = { ...now, ...Object.fromEntries(Object.entries(moves).map(([cluster, [, to]]) => [cluster, to])) }
    const expected = Object.fromEntries(Object.entries(then).filter(([, replicas]) => replicas !== false))
    await k(
      'patch',
      'cluster',
      'member1',
      '--type=merge',
      '-p',
      '{"spec":{"taints":[{"key":"going","effect":"NoExecute"}]}}',
    )
    await eventually(async () => assert.deepEqual(await clustersOf('web-deployment'), expected))
  })
})
