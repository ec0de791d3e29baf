import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { deployment } from '../deployment.ts'
import { flotilla } from '../flotilla.ts'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'

/** Puts a Deployment, whole, into each cluster that takes it. */
const everywhere = (name: string) => ({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: { name },
  spec: {
    resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment', name }],
    placement: { clusterAffinity: {} },
  },
})

describe('a cluster', () => {
  let control: Up
  let far: Up
  let k: Kubectl
  let inParis: Kubectl

  before(async () => {
    ;[control, far] = await Promise.all([up({ members: 1 }), up({ members: 1 })])
    k = kubectl(control.kubeconfig)
    inParis = kubectl(far.kubeconfig)
    await inParis('config', 'use-context', 'member1')
  })
  after(() => Promise.all([control.stop(), far.stop()]))

  const apply = async (...manifests: readonly object[]) => {
    for (const manifest of manifests) {
      const { code, err } = await k.run(['apply', '-f', '-'], JSON.stringify(manifest))
      assert.equal(code, 0, err)
    }
  }

  const about = async (command: string, ...args: readonly string[]) => {
    const { code, out, err } = await flotilla(command, ...args, '--kubeconfig', control.kubeconfig)
    assert.deepEqual([code, err], [0, ''])
    return out
  }

  const taints = async () => ((await k.json('cluster', 'paris')).spec.taints ?? []).map(({ timeAdded: _, ...taint }: Json) => taint) // biome-ignore format: one expression
  const placed = async (name: string) =>
    (await k.json('rb', `${name}-deployment`)).spec.clusters.map((each: Json) => each.name).toSorted()

  const joinParis = async () => {
    await about('join', 'paris', '--cluster-kubeconfig', far.kubeconfig)
    await k('wait', 'cluster/paris', '--for=condition=Ready', '--timeout=30s')
    await eventually(async () => assert.deepEqual(await taints(), []))
  }

  test('that is cordoned keeps what it has, and gets nothing new', async () => {
    await joinParis()
    await apply(deployment('web', 2), everywhere('web'))
    await eventually(async () => assert.deepEqual(await placed('web'), ['member1', 'paris']))
    assert.equal(await about('cordon', 'paris', '--dry-run'), 'paris cluster cordoned (dry run)\n')
    assert.deepEqual(await taints(), [])
    assert.equal(await about('cordon', 'paris'), 'paris cluster cordoned\n')
    assert.equal(await about('cordon', 'paris'), 'paris cluster already cordoned\n')
    assert.deepEqual(await taints(), [{ key: 'cluster.karmada.io/unschedulable', effect: 'NoSchedule' }])
    await apply(deployment('late', 1), everywhere('late'))
    await eventually(async () => assert.deepEqual(await placed('late'), ['member1']))
    assert.deepEqual(await placed('web'), ['member1', 'paris'])
  })

  test('that is uncordoned gets it', async () => {
    assert.equal(await about('uncordon', 'paris'), 'paris cluster uncordoned\n')
    assert.equal(await about('uncordon', 'paris'), 'paris cluster already uncordoned\n')
    await eventually(async () => assert.deepEqual(await placed('late'), ['member1', 'paris']))
  })

  test('is tainted, and untainted', async () => {
    const named = 'cluster.cluster.karmada.io/paris'
    assert.equal(await about('taint', 'clusters', 'paris', 'a=b:NoSchedule', 'c:NoSchedule'), `${named} tainted\n`)
    const twice = await flotilla('taint', 'clusters', 'paris', 'a=x:NoSchedule', '--kubeconfig', control.kubeconfig)
    assert.deepEqual([twice.code, twice.err], [1, 'flotilla: it has a:NoSchedule already: --overwrite gives it the value you say\n']) // biome-ignore format: one assertion
    const shown = await about('taint', 'clusters', 'paris', 'a=x:NoSchedule', '--overwrite', '-o', 'json')
    assert.deepEqual(JSON.parse(shown).spec.taints[0], { key: 'a', value: 'x', effect: 'NoSchedule' })
    assert.equal(await about('taint', 'clusters', 'paris', 'a-', 'd:NoSchedule'), `${named} modified\n`)
    assert.equal(await about('taint', 'clusters', 'paris', 'c:NoSchedule-', 'd-'), `${named} untainted\n`)
    assert.deepEqual(await taints(), [])
  })

  test('that the API refuses a taint of says why', async () => {
    const { code, err } = await flotilla(
      ...['taint', 'clusters', 'paris', 'not a key:NoSchedule', '--kubeconfig', control.kubeconfig],
    )
    assert.equal(code, 2)
    assert.match(err, /is no taint/)
    const missing = await flotilla('cordon', 'atlantis', '--kubeconfig', control.kubeconfig)
    assert.deepEqual([missing.code, missing.err], [1, 'flotilla: CLUSTER_UNKNOWN: there is no cluster atlantis\n'])
  })

  test('is unjoined, and goes on with what it has', async () => {
    await eventually(async () => assert.equal((await inParis.json('deployment', 'web')).status?.readyReplicas, 2))
    const pods = await inParis('get', 'pods', '-o', 'name')
    const out = await about('unjoin', 'paris', '--cluster-kubeconfig', far.kubeconfig)
    assert.match(
      out,
      /^✓ cluster reached .*\n✓ control plane asked .*\n✓ cluster paris unjoined \(it keeps what was propagated to it\) .*\n✓ access removed of service account karmada-cluster\/karmada-paris/,
    )
    for (const kind of ['cluster/paris', 'namespace/karmada-es-paris'])
      assert.equal(await k('get', kind, '--ignore-not-found'), '')
    assert.equal(await k('get', 'secret', 'paris', '-n', 'karmada-cluster', '--ignore-not-found'), '')
    assert.equal(await inParis('get', 'pods', '-o', 'name'), pods)
    const { metadata } = await inParis.json('deployment', 'web')
    assert.deepEqual(Object.keys(metadata.labels ?? {}), [])
    assert.deepEqual(
      Object.keys(metadata.annotations ?? {}).filter((key) => key.includes('karmada')),
      [],
    )
    await eventually(async () => assert.deepEqual(await placed('web'), ['member1']))
  })

  test('that it had is taken over when it joins again, where the policy says so', async () => {
    await k('annotate', 'deployment', 'web', 'late', 'work.karmada.io/conflict-resolution=overwrite')
    await joinParis()
    await eventually(async () => assert.equal((await inParis.json('deployment', 'web')).metadata.labels['karmada.io/managed'], 'true')) // biome-ignore format: one assertion
  })

  test('is unjoined with all it was given, for who says so', async () => {
    const out = await about('unjoin', 'paris', '--remove-workloads')
    assert.match(out, /cluster paris unjoined \(with what was propagated to it\)/)
    assert.match(out, /the account that join made in paris is still there: --cluster-kubeconfig removes it\n$/)
    await eventually(async () => assert.equal(await inParis('get', 'deployments,pods', '-o', 'name'), ''))
  })

  test('that is lost is unjoined all the same', async () => {
    await joinParis()
    await far.kill()
    const out = await about('unjoin', 'paris', '--cluster-kubeconfig', far.kubeconfig, '--force', '--wait', '2s')
    assert.match(out, /^✓ cluster reached not: SERVER_UNREACHABLE: .*\n/)
    for (const kind of ['cluster/paris', 'namespace/karmada-es-paris'])
      await eventually(async () => assert.equal(await k('get', kind, '--ignore-not-found'), ''))
  })
})
