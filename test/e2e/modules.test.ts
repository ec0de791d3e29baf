import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parse } from 'yaml'
import { assembled } from '../assembly.ts'
import { flotilla as run } from '../flotilla.ts'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { root } from '../root.ts'
import { type Up, up } from '../up.ts'

const guide = readFileSync(join(root, 'docs/modules.md'), 'utf8')

/** The examples of the guide in one language. */
const examples = (language: string): readonly string[] =>
  [...guide.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(([, text = '']) => text)

const [cronHealth, wind] = examples('yaml').map((text) => parse(text))
const [windInAssemblyScript = ''] = examples('ts')
const [windInJavaScript = ''] = examples('js')

const module = (name: string, spec: object) => ({
  apiVersion: 'config.flotilla.dev/v1alpha1',
  kind: 'ResourceInterpreterModule',
  metadata: { name },
  spec: { runtime: 'javascript', ...spec },
})

const one = { spreadConstraints: [{ spreadByField: 'cluster', minGroups: 1, maxGroups: 1 }] }

/** A template, and a policy of its own. */
const shipment = (template: Json, placement: object = one): readonly object[] => [
  template,
  {
    apiVersion: 'policy.karmada.io/v1alpha1',
    kind: 'PropagationPolicy',
    metadata: { name: template.metadata.name, namespace: 'default' },
    spec: {
      resourceSelectors: [{ apiVersion: template.apiVersion, kind: template.kind, name: template.metadata.name }],
      placement,
    },
  },
]

const object = (apiVersion: string, kind: string, name: string, content: object = {}) => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'default' },
  ...content,
})

const pods = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'main', image: 'web:1' }] } }
const workload = (kind: string, name: string) =>
  object('apps/v1', kind, name, { spec: { replicas: 2, selector: { matchLabels: { app: 'a' } }, template: pods } })

const everywhere = { replicaScheduling: { replicaSchedulingType: 'Divided' } }

describe('modules', () => {
  let fleet: Up
  let k: Kubectl

  const apply = async (...objects: readonly object[]) => {
    const { code, err } = await k.run(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })) // biome-ignore format: one call
    assert.equal(code, 0, err)
  }
  const condition = async (what: readonly [kind: string, name: string], type: string): Promise<Json> =>
    (await k.json(...what)).status?.conditions?.find((each: Json) => each.type === type) ?? {}
  const ready = (name: string) =>
    eventually(async () => {
      const { status, message } = await condition(['rim', name], 'Ready')
      assert.equal(status, 'True', message)
    })
  const target = async (binding: string) => (await k.json('rb', binding)).spec.clusters?.[0]?.name

  before(async () => {
    fleet = await up({ members: 3 })
    k = kubectl(fleet.kubeconfig)
    await k('label', 'cluster', 'member3', 'power=wind')
  })
  after(async () => assert.equal(await fleet.stop(), 0))

  test('the one of the guide in JavaScript says what a kind means', async () => {
    await apply(cronHealth)
    await ready('cron-health')
    assert.match(await k('get', 'resourceinterpretermodules'), /^cron-health +javascript +True +Loaded +True +\S+$/m)
    const cron = { schedule: '0 0 1 1 *', jobTemplate: { spec: { template: { spec: { ...pods.spec, restartPolicy: 'Never' } } } } } // biome-ignore format: one object
    await apply(...shipment(object('batch/v1', 'CronJob', 'yearly', { spec: cron })))
    await eventually(async () => {
      const [item] = (await k.json('rb', 'yearly-cronjob')).status?.aggregatedStatus ?? []
      assert.deepEqual([item?.health, item?.status], ['Unhealthy', { active: 0 }])
    })
  })

  test('the one of the guide in WASM scores clusters, as the one in JavaScript does, and both are explained', async () => {
    const file = await assembled(windInAssemblyScript, 'wind')
    await k('create', 'configmap', 'modules', `--from-file=wind.wasm=${file}`)
    await apply(wind, module('breeze', { source: { inline: windInJavaScript } }))
    await ready('wind')
    await ready('breeze')
    await apply(...shipment(object('v1', 'ConfigMap', 'kite', { data: { a: 'b' } })))
    await eventually(async () => assert.equal(await target('kite-configmap'), 'member3'))
    const { out } = await run('explain', 'configmap/kite', '--kubeconfig', fleet.kubeconfig, '-o', 'json')
    const clusters: readonly Json[] = JSON.parse(out).decisions?.at(0)?.terms?.at(-1)?.clusters ?? JSON.parse(out).terms?.at(-1)?.clusters // biome-ignore format: one step
    const opinions = clusters.find(({ name }) => name === 'member3').scores
    assert.deepEqual(
      opinions
        .filter(({ plugin }: Json) => plugin.startsWith('module/'))
        .map(({ plugin, says }: Json) => [plugin, says]),
      [
        ['module/breeze', 100],
        ['module/wind', 100],
      ],
    )
  })

  test('are listed and counted by their own names', async () => {
    const { out } = await run('plugin', 'list', '--kubeconfig', fleet.kubeconfig)
    assert.match(out, /schedule\.score .*module\/wind/)
    assert.match(out, /interpret\.health .*module\/cron-health/)
    const metrics = await k('get', '--raw', '/metrics')
    assert.match(metrics, /^flotilla_plugin_duration_seconds_count\{.*plugin="module\/wind",point="schedule\.score",result="success"/m) // biome-ignore format: one pattern
  })

  test('that cannot be compiled are refused, with the line', async () => {
    const broken = module('broken', { targets: [{ apiVersion: 'v1', kind: 'Secret' }], source: { inline: 'export const a = 1\nexport function interpretHealth( {' } }) // biome-ignore format: one object
    const { code, err } = await k.run(['apply', '-f', '-'], JSON.stringify(broken))
    assert.notEqual(code, 0)
    assert.match(
      err,
      /"broken" is invalid: spec\.source\.inline: Invalid value: .*module\/broken cannot be run: .*line 2/,
    )
  })

  test('have a say in what is written', async () => {
    const inline = `
      export const admitRefuse = ({ manifest }) =>
        manifest.metadata.name === 'forbidden' ? { message: 'not on Fridays', causes: [{ field: 'metadata.name', reason: 'FieldValueForbidden', message: 'not this one' }], code: 422 } : null
      export const admitMutate = ({ manifest }) => {
        manifest.metadata.labels = { ...manifest.metadata.labels, seen: 'yes' }
        return manifest
      }`
    await apply(module('friday', { targets: [{ apiVersion: 'v1', kind: 'LimitRange' }], source: { inline } }))
    await ready('friday')
    const written = (name: string) => k.run(['apply', '-f', '-'], JSON.stringify(object('v1', 'LimitRange', name, { spec: { limits: [] } }))) // biome-ignore format: one call
    const refused = await written('forbidden')
    assert.match(refused.err, /not on Fridays/)
    assert.equal((await written('allowed')).code, 0)
    assert.equal((await k.json('limitrange', 'allowed')).metadata.labels.seen, 'yes')
    assert.equal((await k.run(['get', 'limitrange', 'forbidden'])).code, 1)
  })

  test('that fail hold up what they are about, which names them, and nothing else', async () => {
    const inline = "export function scheduleFilter() { throw new Error('out of order') }"
    const spec = { targets: [{ apiVersion: 'v1', kind: 'Secret' }], points: ['schedule.filter'], source: { inline } }
    await apply(module('grumpy', spec))
    await ready('grumpy')
    await apply(...shipment(object('v1', 'Secret', 'held')), ...shipment(object('v1', 'ConfigMap', 'free')))
    await eventually(async () => {
      const { reason, message = '' } = await condition(['rb', 'held-secret'], 'Scheduled')
      assert.equal(reason, 'SchedulerError')
      assert.match(message, /plugin module\/grumpy failed at schedule\.filter: .*out of order/)
    })
    await eventually(async () => assert.equal(await target('free-configmap'), 'member3'))
    await eventually(async () => {
      const { status, message = '' } = await condition(['rim', 'grumpy'], 'Answering')
      assert.deepEqual([status, /^schedule\.filter: .*out of order/.test(message)], ['False', true], message)
    })
    assert.match(await k('get', 'events', '-A'), /ModuleFailing +resourceinterpretermodule\/grumpy/)
    await k('delete', 'rim', 'grumpy')
    await eventually(async () => assert.equal(await target('held-secret'), 'member3'), 90_000)
  })

  test('that never come back end alone, and are passed by where that is wanted', async () => {
    const spec = {
      targets: [{ apiVersion: 'apps/v1', kind: 'Deployment' }],
      source: { inline: 'export function interpretReviseReplicas() { for (;;); }' },
      limits: { timeout: '200ms' },
    }
    await apply(module('endless', spec))
    await ready('endless')
    await apply(...shipment(workload('Deployment', 'held'), everywhere))
    await apply(...shipment(workload('StatefulSet', 'free'), everywhere))
    await eventually(async () => {
      const { status, message = '' } = await condition(['rb', 'held-deployment'], 'Rendered')
      assert.equal(status, 'False')
      assert.match(message, /plugin module\/endless failed at interpret\.reviseReplicas: module\/endless did not come back from interpretReviseReplicas within 200 ms/) // biome-ignore format: one pattern
    })
    await eventually(async () => assert.equal((await k.json('statefulset', 'free')).status?.readyReplicas, 2))
    await apply(module('endless', { ...spec, failurePolicy: 'Ignore' }))
    await eventually(async () => assert.equal((await k.json('deployment', 'held')).status?.readyReplicas, 2), 90_000)
  })

  test('say on themselves why they are not ready', async () => {
    const url = 'https://localhost:1/health.js'
    await apply(module('nowhere', { points: ['schedule.score'], source: { url }, sha256: '0'.repeat(64), failurePolicy: 'Ignore' })) // biome-ignore format: one object
    await eventually(async () => {
      const { status, reason, message } = await condition(['rim', 'nowhere'], 'Ready')
      assert.deepEqual([status, reason], ['False', 'FetchFailed'])
      assert.match(message, /cannot be had from https:\/\/localhost:1\/health\.js: .*nothing listens there/)
    })
  })

  test('answer as they are changed, and no more when they are gone', async () => {
    const calm = "export const interpretHealth = () => 'Unknown'"
    await apply({ ...cronHealth, spec: { ...cronHealth.spec, source: { inline: calm } } })
    const health = async () => (await k.json('rb', 'yearly-cronjob')).status?.aggregatedStatus?.[0]?.health
    const touch = (value: string) => k('annotate', '--overwrite', 'cronjob', 'yearly', `touched=${value}`)
    await eventually(async () => {
      assert.equal((await k.json('rim', 'cron-health')).status.functions.join(), 'interpretHealth')
    })
    await touch('once')
    await eventually(async () => assert.equal(await health(), 'Unknown'))
    await k('delete', 'rim', 'cron-health')
    await touch('twice')
    await eventually(async () => assert.equal(await health(), 'Healthy'))
  })
})
