import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
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

const policy = (name: string, placement: object, target = name) => ({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: { name },
  spec: { resourceSelectors: [{ apiVersion: 'v1', kind: 'ConfigMap', name: target }], placement },
})

const configMap = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: 'b' } })

const verdicts = (decision: Json) =>
  Object.fromEntries(decision.terms.at(-1).clusters.map(({ name, verdict }: Json) => [name, verdict]))

/** The status of an answer to someone who does not say who they are. */
const anonymously = (url: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { rejectUnauthorized: false }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    sent.on('error', reject).end()
  })

describe('flotilla explain', () => {
  let flotilla: Up
  let k: Kubectl
  const explain = (...args: readonly string[]) => run('explain', '--kubeconfig', flotilla.kubeconfig, ...args)
  const json = async (...args: readonly string[]): Promise<Json> => {
    const { code, out, err } = await explain(...args, '-o', 'json')
    assert.equal(code, 0, err)
    return JSON.parse(out) as Json
  }

  before(async () => {
    flotilla = await up({ members: 3 })
    k = kubectl(flotilla.kubeconfig)
    await eventually(async () => {
      const out = await k('get', 'clusters', '-o', 'jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}')
      assert.equal(out, 'True True True')
    })
    await k('apply', '-f', 'docs/samples/web')
    await eventually(async () => assert.equal((await k.json('deployment', 'web')).status?.readyReplicas, 6))
  })
  after(async () => {
    assert.equal(await flotilla.stop(), 0)
  })

  test('tells the whole walk: policy, binding, decision, division, Works and health', async () => {
    const found = await eventually(async () => {
      const seen = await json('deployment/web')
      assert.deepEqual(
        seen.outcomes.map(({ cluster, applied, health }: Json) => [cluster, applied, health]),
        ['member1', 'member2', 'member3'].map((name) => [name, 'True', 'Healthy']),
      )
      return seen
    })
    assert.deepEqual(
      [found.policy, found.binding.name, found.scheduled.reason, found.source],
      ['default/web', 'web-deployment', 'Success', 'control plane'],
    )
    const [decision] = found.decisions.toReversed()
    assert.equal(decision.trigger, 'it was new')
    assert.equal(decision.strategy, 'StaticWeight')
    assert.deepEqual(
      decision.terms[0].clusters.map(({ name, weight, after }: Json) => [name, weight, after.replicas]),
      [
        ['member1', 1, 1],
        ['member2', 2, 2],
        ['member3', 3, 3],
      ],
    )
  })

  test('prints it as kubectl would, by type and name, and by the name of the binding', async () => {
    const { out, code } = await explain('deployment', 'web')
    assert.equal(code, 0)
    assert.match(
      out,
      /^Object: +Deployment default\/web\nPolicy: +default\/web\nBinding: +ResourceBinding default\/web-/,
    )
    assert.match(
      out,
      /\nCLUSTER +VERDICT +REPLICAS +SCORE +APPLIED +HEALTH +WHY\nmember1 +chosen +0 → 1 +0 +True +Healthy +r/,
    )
    assert.equal((await explain('rb', 'web-deployment')).out, out)
    assert.match((await explain('deployment/web', '-o', 'wide')).out, /SCORES/)
    assert.match((await explain('deployment/web', '-o', 'yaml')).out, /^apiVersion: cli.flotilla.dev\/v1alpha1\n/)
  })

  test('says which filter refused a cluster, and what the others say of it', async () => {
    await k(
      'patch',
      'cluster',
      'member3',
      '--type=merge',
      '-p',
      '{"spec":{"taints":[{"key":"old","effect":"NoSchedule"}]}}',
    )
    await k(
      'apply',
      '-f',
      file('picky.json', configMap('picky'), policy('picky', { clusterAffinity: { clusterNames: ['member1'] } })),
    )
    const found = await eventually(async () => {
      const seen = await json('configmap/picky')
      assert.deepEqual(verdicts(seen.decisions[0]), { member1: 'chosen', member2: 'refused', member3: 'refused' })
      return seen
    })
    const opinions = found.now.terms[0].clusters.map(({ name, refusals }: Json) => [
      name,
      refusals.map(({ plugin }: Json) => plugin),
    ])
    assert.deepEqual(Object.fromEntries(opinions), {
      member1: [],
      member2: ['cluster-affinity'],
      member3: ['cluster-affinity', 'taint-toleration'],
    })
    const { out } = await explain('configmap/picky')
    assert.match(out, /member2 +refused .*did not match the placement cluster affinity constraint \(cluster-affinity\)/)
    assert.match(out, /member3 is also refused by taint-toleration: cluster\(s\) had untolerated taint \{old/)
  })

  test('says why nothing fits, as the condition does', async () => {
    const affinity = { clusterNames: ['member3', 'member4'] }
    await k('apply', '-f', file('lost.json', configMap('lost'), policy('lost', { clusterAffinity: affinity })))
    const message =
      '0/3 clusters are available: 1 cluster(s) had untolerated taint {old:NoSchedule}, ' +
      '2 cluster(s) did not match the placement cluster affinity constraint. Clusters that do not exist: member4.'
    await eventually(async () => assert.equal((await json('configmap/lost')).scheduled?.message, message))
    const found = await json('configmap/lost')
    assert.equal(found.decisions[0].message, message)
    assert.deepEqual(found.decisions[0].absent, ['member4'])
    assert.deepEqual(found.decisions[0].waitsFor, ['arrival', 'labels', 'taints', 'spec'])
    const { out } = await explain('configmap/lost')
    assert.match(out, /\nTried again: +when a cluster joins, or labels of a cluster change, or taints of a cluster change, or the spec/) // biome-ignore format: one call
  })

  test('says why what nobody claims goes nowhere', async () => {
    await k('apply', '-f', file('alone.json', configMap('alone')))
    const { out } = await explain('configmap/alone')
    assert.match(out, /Binding: +<none>\n\nno policy selects it\n$/)
  })

  test('is refused what is not there, and what is not understood', async () => {
    const nobody = await explain('configmap/nobody')
    assert.deepEqual([nobody.code, nobody.err], [1, 'flotilla: there is no ConfigMap default/nobody\n'])
    assert.equal((await explain('wrench/nobody')).code, 1)
    assert.equal((await explain('configmap')).code, 2)
  })

  test('the endpoint is for those whom roles let in, not for who does not say who he is', async () => {
    const found = JSON.parse(await k('get', '--raw', '/debug/schedule/default/web-deployment')) as Json
    assert.equal(found.decisions.at(-1).trigger, 'it was new')
    const server = await k('config', 'view', '--minify', '-o', 'jsonpath={.clusters[0].cluster.server}')
    assert.equal(await anonymously(`${server}/debug/schedule/default/web-deployment`), 403)
    await assert.rejects(
      k('get', '--raw', '/debug/schedule/default/nobody'),
      /there is no binding default\/nobody|NotFound/,
    )
  })

  test('after a restart decides once more, and says so', async () => {
    const { dataDir } = flotilla
    assert.equal(await flotilla.stop(), 0)
    flotilla = await up({ dataDir })
    k = kubectl(flotilla.kubeconfig)
    const { out } = await eventually(async () => {
      const answer = await explain('deployment/web')
      assert.equal(answer.code, 0, answer.err)
      return answer
    })
    assert.match(out, /The control plane does not remember how it decided/)
    assert.match(out, /member3 +chosen +3 +100 /)
  })
})
