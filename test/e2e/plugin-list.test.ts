import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { flotilla as run } from '../flotilla.ts'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'

describe('flotilla plugin list', () => {
  let flotilla: Up
  let k: Kubectl
  const list = (...args: readonly string[]) => run('plugin', 'list', '--kubeconfig', flotilla.kubeconfig, ...args)

  before(async () => {
    flotilla = await up({ members: 1 })
    k = kubectl(flotilla.kubeconfig)
    await k('apply', '-f', 'docs/samples/web')
    await eventually(async () => assert.ok((await k.json('deployment', 'web')).status?.readyReplicas > 0))
  })
  after(() => flotilla.stop())

  test('says who answers a point, in order, and how they did', async () => {
    const { code, out, err } = await list('--point', 'interpret.replicas', '-o', 'json')
    assert.equal(code, 0, err)
    const { kind, answers } = JSON.parse(out) as Json
    assert.equal(kind, 'PluginList')
    assert.deepEqual(
      answers.map(({ order }: Json) => order),
      answers.map((_: Json, i: number) => i + 1),
    )
    const { name, about, answered, errors, p99 } = answers.find(({ about }: Json) =>
      about?.includes('apps/v1 Deployment'),
    )
    assert.deepEqual([name, about, errors], ['native-deployment', ['apps/v1 Deployment'], 0])
    assert.ok(answered > 0 && p99 > 0)
  })

  test('reads as a table', async () => {
    const { out } = await list('--point', 'schedule')
    assert.match(out, /^POINT +ORDER +NAME +ABOUT +ANSWERED +ERRORS +P99\nschedule\.filter +1 +\S+ +\* +\d+ +0 /)
  })

  test('says which points there are when it is asked for another', async () => {
    const { code, err } = await list('--point', 'interpret.colour')
    assert.equal(code, 1)
    assert.match(err, /there is no point interpret\.colour; there are admit\.mutate, admit\.refuse/)
  })

  test('is what /points tells to who may ask', async () => {
    const { points } = JSON.parse(await k('get', '--raw', '/points')) as Json
    const filter = points.find(({ point }: Json) => point === 'schedule.filter')
    assert.equal(filter.rule, 'refusals')
    assert.ok(filter.answers.length > 3)
  })
})
