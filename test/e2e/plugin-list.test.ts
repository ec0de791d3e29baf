import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { stringify } from 'yaml'
import { flotilla as run } from '../flotilla.ts'
import { asking } from '../https.ts'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { root } from '../root.ts'
import { newDataDir, type Up, up } from '../up.ts'

const exam = join(root, 'test/exams/languages')
const customization = join(exam, 'customization.yaml')
const module = join(newDataDir(), 'module.yaml')
writeFileSync(
  module,
  stringify({
    apiVersion: 'config.flotilla.dev/v1alpha1',
    kind: 'ResourceInterpreterModule',
    metadata: { name: 'deployments-in-javascript' },
    spec: {
      runtime: 'javascript',
      targets: [{ apiVersion: 'apps/v1', kind: 'Deployment' }],
      source: { inline: readFileSync(join(exam, 'guest/javascript.js'), 'utf8') },
    },
  }),
)

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

  test('names the scripts and programs that plugins speak for, before what is built in', async () => {
    const answerers = async () => {
      const { out } = await list('--point', 'interpret.replicas', '-o', 'json')
      const { answers } = JSON.parse(out) as Json
      return (name: string) => answers.find((each: Json) => each.name.split(/[/ ]/).includes(name))
    }
    await k('apply', '-f', customization)
    await eventually(async () => assert.ok((await answerers())('deployments-in-lua')))
    await k('apply', '-f', module) // it is never asked: the script answers before
    await k('scale', 'deployment', 'web', '--replicas=5')
    await eventually(async () => {
      const named = ['deployments-in-lua', 'deployments-in-javascript', 'native-deployment'].map(await answerers())
      const [script, program, native] = named
      assert.ok(script.order < program.order && program.order < native.order)
      assert.deepEqual([script.about, program.about], [['apps/v1 Deployment'], ['apps/v1 Deployment']])
      assert.ok(script.answered > 0, JSON.stringify(script))
      assert.equal(program.answered, undefined)
    })
  })

  test('is what /points tells to who may ask', async () => {
    const { points } = JSON.parse(await k('get', '--raw', '/points')) as Json
    const filter = points.find(({ point }: Json) => point === 'schedule.filter')
    assert.equal(filter.rule, 'refusals')
    assert.ok(filter.answers.length > 3)
    const { status } = await asking(flotilla.kubeconfig)('/points', { anonymous: true })
    assert.equal(status, 403)
  })
})
