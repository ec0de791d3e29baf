import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { flotilla as run } from '../flotilla.ts'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'

const columns = (line = ''): readonly string[] => line.trim().split(/ {2,}/)

describe('one view of all clusters', () => {
  let flotilla: Up
  let k: Kubectl
  const get = (...args: readonly string[]) => run('get', ...args, '--kubeconfig', flotilla.kubeconfig)

  before(async () => {
    flotilla = await up({ members: 3 })
    k = kubectl(flotilla.kubeconfig)
    await k('apply', '-f', 'docs/samples/web')
    await k('--context', 'member3', 'create', 'configmap', 'local')
    await eventually(async () => assert.equal((await k.json('deployment', 'web')).status?.readyReplicas, 6))
  })
  after(async () => assert.equal(await flotilla.stop(), 0))

  test('what is in each cluster stands in one table', async () => {
    const { code, out, err } = await get('deployment/web')
    assert.equal(code, 0, err)
    const [head, ...rows] = out.trim().split('\n')
    assert.deepEqual(columns(head), ['NAME', 'CLUSTER', 'READY', 'UP-TO-DATE', 'AVAILABLE', 'AGE', 'ADOPTION'])
    assert.deepEqual(
      rows.map((row) => columns(row).toSpliced(5, 1)),
      [
        ['web', 'member1', '1/1', '1', '1', 'Y'],
        ['web', 'member2', '2/2', '2', '2', 'Y'],
        ['web', 'member3', '3/3', '3', '3', 'Y'],
      ],
    )
  })

  test('clusters, namespaces and labels may be chosen', async () => {
    const pods = (
      await get('po', '-A', '-C', 'member1,member2', '-l', 'app=web', '--field-selector', 'status.phase=Running')
    ).out
    const [head, ...rows] = pods.trim().split('\n')
    assert.equal(columns(head)[0], 'NAMESPACE')
    assert.deepEqual(
      rows.map((row) => columns(row)[2]),
      ['member1', 'member2', 'member2'],
    )
    assert.match((await get('nodes', '-o', 'wide')).out, /INTERNAL-IP/)
  })

  test('what only one cluster has is found there', async () => {
    const { out } = await get('configmap', 'local')
    assert.deepEqual(columns(out.trim().split('\n')[1]).slice(0, 3), ['local', 'member3', '0'])
  })

  for (const output of ['json', 'yaml'])
    test(`a script gets the objects as ${output}, and which cluster each is in`, async () => {
      const { out } = await get('deployments', '-o', output)
      const { items }: Json = output === 'json' ? JSON.parse(out) : (await import('yaml')).parse(out)
      assert.deepEqual(
        items.map(({ kind, metadata }: Json) => [
          kind,
          metadata.name,
          metadata.annotations['resource.karmada.io/query-from-cluster'],
        ]),
        ['member1', 'member2', 'member3'].map((cluster) => ['Deployment', 'web', cluster]),
      )
    })

  test('what is nowhere is said', async () => {
    for (const [args, code, said] of [
      [['deployment', 'nobody'], 1, 'flotilla: no cluster has deployment nobody'],
      [['secrets', '-l', 'a=b'], 0, 'no cluster has any secrets'],
      [['pods', '-C', 'nowhere'], 1, 'flotilla: there is no cluster nowhere; kubectl get clusters shows them'],
      [['boats'], 1, 'member1: it has no resource type "boats"'],
      [['pod/a', 'service/b'], 2, 'error: name objects of one type: TYPE NAME... or TYPE/NAME...'],
    ] as const) {
      const answer = await get(...args)
      assert.deepEqual([answer.code, answer.err.split('\n')[0]], [code, said])
    }
  })

  test('kubectl has a way into each cluster', async () => {
    const file = join(flotilla.dataDir, 'members.yaml')
    const { out } = await run('kubeconfig', '--kubeconfig', flotilla.kubeconfig)
    writeFileSync(file, out)
    const members = kubectl(file)
    assert.match(await members('get', 'deployment', 'web'), /web +1\/1/) // member1's, which is the first
    assert.match(await members('--context', 'member3', 'get', 'deployment', 'web'), /web +3\/3/)
    assert.equal((await members('--context', 'member2', 'exec', 'deploy/web', '--', 'echo', 'here')).trim(), 'here')
    const one = await run('kubeconfig', '-C', 'member2', '--kubeconfig', flotilla.kubeconfig)
    assert.deepEqual(
      [...one.out.matchAll(/current-context: (\S+)/g)].map(([, name]) => name),
      ['member2'],
    )
  })

  test('a cluster that does not answer keeps nobody from being heard', async () => {
    await k('annotate', 'cluster', 'member2', 'simulator.flotilla.dev/fault=unreachable')
    await eventually(async () => {
      const { code, out, err } = await get('deployment', 'web')
      assert.deepEqual(
        out
          .split('\n')
          .slice(1, -1)
          .map((row) => columns(row)[1]),
        ['member1', 'member3'],
      )
      assert.match(err, /^member2: /)
      assert.match(err, /flotilla: that failed in 1 of 3 clusters/)
      assert.equal(code, 1)
    })
  })
})
