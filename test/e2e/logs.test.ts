import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { flotilla as run } from '../flotilla.ts'
import { eventually, type Kubectl, kubectl } from '../kubectl.ts'
import { root } from '../root.ts'
import { type Up, up } from '../up.ts'

describe('the logs of all clusters', () => {
  let flotilla: Up
  let k: Kubectl
  const logs = (...args: readonly string[]) => run('logs', ...args, '--kubeconfig', flotilla.kubeconfig)
  const whose = (out: string): readonly string[] => [
    ...new Set([...out.matchAll(/^\[(member\d)\/web-\S+\/web\] \S/gm)].map(([, cluster = '']) => cluster)),
  ]

  before(async () => {
    flotilla = await up({ members: 3 })
    k = kubectl(flotilla.kubeconfig)
    await k('apply', '-f', 'docs/samples/web')
    await eventually(async () => assert.equal((await k.json('deployment', 'web')).status?.readyReplicas, 6))
  })
  after(async () => assert.equal(await flotilla.stop(), 0))

  for (const args of [['deployment/web'], ['-l', 'app=web'], ['service/web']])
    test(`of ${args.join(' ')} are those of its pods, and each line says whose it is`, async () => {
      const { code, out, err } = await logs(...args)
      assert.equal(code, 0, err)
      assert.deepEqual(whose(out).toSorted(), ['member1', 'member2', 'member3'])
    })

  test('of one pod are what kubectl has of it', async () => {
    const [pod] = (await k.json('--context', 'member1', 'pods', '-l', 'app=web')).items
    const { name } = pod.metadata
    const { out } = await logs(name)
    assert.equal(out, await k('--context', 'member1', 'logs', name))
    assert.match(
      (await logs(name, '--prefix', '--timestamps', '--tail', '1')).out,
      /^\[member1\/\S+\/web\] \d{4}-\S+ .*\n$/,
    )
  })

  test('of some clusters are theirs', async () => {
    assert.deepEqual(whose((await logs('deploy/web', '-C', 'member2')).out), ['member2'])
  })

  test('go on while they are followed', async () => {
    const args = ['core/cli/bin/flotilla.js', 'logs', 'deploy/web', '-f', '--kubeconfig', flotilla.kubeconfig]
    const following = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
    const seen = new Set<string>()
    for await (const line of createInterface({ input: following.stdout })) {
      for (const cluster of whose(line)) seen.add(cluster)
      if (seen.size === 3) break
    }
    assert.equal(following.exitCode, null)
    following.kill('SIGINT')
    assert.deepEqual(await once(following, 'exit'), [0, null])
  })

  test('that cannot be had are said to be missing', async () => {
    for (const [args, code, said] of [
      [['nobody'], 1, /^flotilla: no cluster has such pods/],
      [['deploy/web', '-c', 'nobody'], 1, /^\[member1\/web-\S+\/nobody\] container nobody is not valid for pod/],
      [['configmap/web', '-C', 'member1'], 1, /^member1: ConfigMap web has no pods of its own/],
      [[], 2, /^error: name a pod, TYPE\/NAME, or pods by --selector/],
    ] as const) {
      const answer = await logs(...args)
      assert.equal(answer.code, code)
      assert.match(answer.err, said)
    }
  })
})
