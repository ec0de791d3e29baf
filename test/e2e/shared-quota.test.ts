import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { flotilla as run } from '../flotilla.ts'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'

const company = (spec: object) => ({
  apiVersion: 'quota.flotilla.dev/v1alpha1',
  kind: 'SharedResourceQuota',
  metadata: { name: 'company' },
  spec,
})

const app = (namespace: string, name: string, replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace, name },
  spec: {
    replicas,
    selector: { matchLabels: { name } },
    template: {
      metadata: { labels: { name } },
      spec: { containers: [{ name: 'web', image: 'web:1', resources: { requests: { cpu: '1' } } }] },
    },
  },
})

const policy = {
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'ClusterPropagationPolicy',
  metadata: { name: 'spread' },
  spec: {
    resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment' }],
    placement: { replicaScheduling: { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Weighted' } },
  },
}

/** Six CPUs: four are guaranteed to the bank, two to the shop. */
describe('two namespaces that share a quota', () => {
  let flotilla: Up
  let k: Kubectl

  const apply = async (...items: readonly object[]) => {
    const { code, err } = await k.run(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
    assert.equal(code, 0, err)
  }
  const conditionOf = (object: Json, type: string): Json =>
    object.status?.conditions?.find((each: Json) => each.type === type)
  const binding = (namespace: string, name: string) => k.json('rb', '-n', namespace, `${name}-deployment`)
  const scheduled = async (namespace: string, name: string): Promise<Json> =>
    conditionOf(await binding(namespace, name), 'Scheduled') ?? {}
  const placed = async (namespace: string, name: string): Promise<number> => {
    const { spec } = await binding(namespace, name)
    return (spec.clusters ?? []).reduce((sum: number, { replicas }: Json) => sum + replicas, 0)
  }
  const shares = async (): Promise<Json> =>
    Object.fromEntries(
      (await k.json('srq', 'company')).status.shares.map(({ namespace, used, borrowed, lent }: Json) => [
        namespace,
        [used.cpu, borrowed.cpu, lent.cpu],
      ]),
    )

  before(async () => {
    flotilla = await up({ members: 2 })
    k = kubectl(flotilla.kubeconfig)
    await apply(...['shop', 'bank'].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })))
    const given = [
      { namespace: 'shop', guaranteed: { cpu: '2' } },
      { namespace: 'bank', guaranteed: { cpu: '4' }, max: { cpu: '5' } },
    ]
    await apply(company({ total: { cpu: '6' }, shares: given }), policy)
  })
  after(async () => {
    assert.equal(await flotilla.stop(), 0)
  })

  test('lend what they do not use, and say so', async () => {
    await apply(app('shop', 'web', 5))
    await eventually(async () => assert.equal(await placed('shop', 'web'), 5))
    await eventually(async () => assert.deepEqual(await shares(), { shop: ['5', '3', '0'], bank: ['0', '0', '3'] }))
    assert.match(await k('get', 'srq'), /NAME +TOTAL +USED +REPAID +AGE\ncompany +map\[cpu:6\] +map\[cpu:5\] +True/)
  })

  test('claim back what is guaranteed for what is new: nothing that runs is ended', async () => {
    await apply(app('bank', 'api', 3))
    await eventually(async () => {
      const { status, reason, message } = await scheduled('bank', 'api')
      assert.deepEqual([status, reason], ['False', 'QuotaExceeded'])
      assert.match(message, /^SharedResourceQuota\(company\) exceeded for resource cpu: requested sum 8, limit 6\. Used 5, requested 3 more\. It is guaranteed to namespace bank and lent to shop \(3\)/) // biome-ignore format: one sentence
    })
    await eventually(async () => {
      const repaid = conditionOf(await k.json('srq', 'company'), 'Repaid')
      assert.deepEqual([repaid.status, repaid.reason], ['False', 'Reclaimed'])
      assert.match(repaid.message, /^bank waits for what is guaranteed\. Borrowed: shop 3 of cpu\./)
      assert.match(await k('get', 'events', '-A'), /QuotaReclaimed/)
    })
    assert.equal(await placed('shop', 'web'), 5)
  })

  test('borrow nothing more until it is repaid', async () => {
    await apply(app('shop', 'more', 1))
    await eventually(async () => {
      const { reason, message } = await scheduled('shop', 'more')
      assert.equal(reason, 'QuotaExceeded')
      assert.match(message, /Nothing is lent to namespace shop while others wait for what is guaranteed to them: 3\./)
    })
    assert.equal(await placed('shop', 'more'), 0)
  })

  test('are reported, for people and for scripts', async () => {
    const report = (...args: readonly string[]) => run('quota', 'report', ...args, '--kubeconfig', flotilla.kubeconfig)
    const { code, out, err } = await report('-A', '-o', 'wide')
    assert.equal(code, 0, err)
    assert.match(out, /shop +company +cpu +5 +2 +6 +3 +0 +███▒▒▒▒▒░░\nbank +company +cpu +0 +4 +5 +0 +3 +░{10}/)
    assert.match(out, /company Reclaimed: bank waits for what is guaranteed/)
    const { shared } = JSON.parse((await report('company', '-n', 'bank', '-o', 'json')).out)
    assert.equal(shared.length, 2)
    assert.equal((await report('-n', 'default')).out.trim(), 'There are no quotas.')
  })

  test('have what is repaid: first who it is guaranteed to', async () => {
    await k('scale', '-n', 'shop', 'deployment', 'web', '--replicas', '3')
    await eventually(async () => assert.equal(await placed('bank', 'api'), 3))
    assert.equal(await placed('shop', 'more'), 0)
    await eventually(async () => {
      assert.deepEqual(await shares(), { shop: ['3', '1', '0'], bank: ['3', '0', '1'] })
      assert.equal(conditionOf(await k.json('srq', 'company'), 'Repaid').status, 'True')
    })
    await k('scale', '-n', 'bank', 'deployment', 'api', '--replicas', '2')
    await eventually(async () => assert.equal(await placed('shop', 'more'), 1))
  })

  test('are held to their maximum', async () => {
    await k('delete', '-n', 'shop', 'deployment', 'web', 'more')
    await k('scale', '-n', 'bank', 'deployment', 'api', '--replicas', '6')
    await eventually(async () => {
      const { message } = await scheduled('bank', 'api')
      assert.match(
        message,
        /requested sum 6, limit 5\. Used 2, requested 4 more\. That is the maximum of namespace bank\./,
      )
    })
    await k('scale', '-n', 'bank', 'deployment', 'api', '--replicas', '5')
    await eventually(async () => assert.equal(await placed('bank', 'api'), 5))
  })

  test('are refused what cannot be kept, field by field', async () => {
    const given = [{ namespace: 'shop', guaranteed: { cpu: '7' } }, { namespace: 'shop' }]
    const { code, err } = await k.run(
      ['apply', '-f', '-'],
      JSON.stringify(company({ total: { cpu: '6' }, shares: given })),
    )
    assert.equal(code, 1)
    assert.match(err, /spec\.shares\[0\]\.guaranteed\[cpu\]: Invalid value: "7": must be no more than the maximum/)
    assert.match(err, /spec\.shares\[1\]\.namespace: Duplicate value: "shop"/)
  })
})
