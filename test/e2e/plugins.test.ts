import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { stringify } from 'yaml'
import { flotilla } from '../flotilla.ts'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { root } from '../root.ts'
import { newDataDir, type Up, up } from '../up.ts'

const condition = (object: Json, type: string) => object.status?.conditions?.find((each: Json) => each.type === type)

/** A project that has installed the sdk and packages of its own, as npm would leave it. Gives its config file. */
function project(packages: Readonly<Record<string, string>>, config: object): string {
  const directory = newDataDir()
  const modules = join(directory, 'node_modules')
  mkdirSync(modules, { recursive: true })
  symlinkSync(join(root, 'node_modules/@flotilla'), join(modules, '@flotilla'))
  for (const [name, source] of Object.entries(packages)) {
    mkdirSync(join(modules, name))
    writeFileSync(join(modules, name, 'package.json'), JSON.stringify({ name, type: 'module', main: 'index.js' }))
    writeFileSync(join(modules, name, 'index.js'), source)
  }
  const file = join(directory, 'flotilla.yaml')
  writeFileSync(file, stringify(config))
  return file
}

describe('the plugin of the guide', () => {
  let fleet: Up
  let k: Kubectl

  before(async () => {
    fleet = await up({ args: ['--config', 'docs/guides/first-plugin/flotilla.yaml'] })
    k = kubectl(fleet.kubeconfig)
  })
  after(() => fleet.stop())

  const targets = async () => (await k.json('rb', 'web-deployment')).spec.clusters?.map((each: Json) => each.name)

  test('keeps new work out of a cluster under maintenance', async () => {
    await k('label', 'cluster', 'member1', 'maintenance=true')
    await k('apply', '-f', 'docs/samples/web')
    await eventually(async () => assert.deepEqual(await targets(), ['member2', 'member3']))
    assert.equal(await k('--context', 'member1', 'get', 'deployments', '-o', 'name'), '')
  })

  test('lets stay what runs there', async () => {
    await k('label', 'cluster', 'member2', 'maintenance=true')
    await k('scale', 'deployment', 'web', '--replicas=10')
    await eventually(async () => {
      assert.deepEqual(await targets(), ['member2', 'member3'])
      assert.equal((await k.json('deployment', 'web')).status?.readyReplicas, 10)
    })
  })

  test('is heard when no cluster is left', async () => {
    await k('label', 'cluster', 'member3', 'maintenance=true')
    await k('delete', '-f', 'docs/samples/web')
    await k('apply', '-f', 'docs/samples/web')
    await eventually(async () => {
      const { status, message } = condition(await k.json('rb', 'web-deployment'), 'Scheduled')
      assert.equal(status, 'False')
      assert.equal(message, '0/3 clusters are available: 3 cluster(s) were under maintenance (label maintenance).')
    })
  })

  test('lets work in again when the maintenance is over', async () => {
    await k('label', 'cluster', 'member1', 'maintenance-')
    await eventually(async () => assert.deepEqual(await targets(), ['member1']))
  })
})

const broken = `
import { definePlugin, on, render } from '@flotilla/sdk'
export const plugin = definePlugin({
  name: 'broken',
  extensions: () => [on(render.override, ({ manifest }) => {
    if (manifest.metadata.name === 'thrown') throw new Error('out of ideas')
  })],
})`

const sleepy = `
import { definePlugin, on, render } from '@flotilla/sdk'
export const plugins = [definePlugin({
  name: 'sleepy',
  extensions: () => [on(render.override, ({ manifest }) =>
    manifest.metadata.name === 'hung' ? new Promise(() => {}) : undefined
  )],
})]`

/** A ConfigMap, and policies that send it to member1 with an override. */
const shipment = (name: string): string => {
  const resourceSelectors = [{ apiVersion: 'v1', kind: 'ConfigMap', name }]
  const overriders = { labelsOverrider: [{ operator: 'add', value: { overridden: 'yes' } }] }
  const policy = (kind: string, spec: object) => ({
    apiVersion: 'policy.karmada.io/v1alpha1',
    kind,
    metadata: { name },
    spec: { resourceSelectors, ...spec },
  })
  const items = [
    policy('OverridePolicy', { overrideRules: [{ overriders }] }),
    policy('PropagationPolicy', { placement: { clusterAffinity: { clusterNames: ['member1'] } } }),
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { name } },
  ]
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
}

describe('a plugin that fails', () => {
  let fleet: Up
  let k: Kubectl

  before(async () => {
    const config = project(
      { 'flotilla-plugin-broken': broken, 'flotilla-plugin-sleepy': sleepy },
      { pluginTimeout: '300ms', plugins: ['flotilla-plugin-broken', { name: 'flotilla-plugin-sleepy' }] },
    )
    fleet = await up({ members: 1, args: ['--config', config] })
    k = kubectl(fleet.kubeconfig)
    for (const name of ['thrown', 'hung']) assert.equal((await k.run(['apply', '-f', '-'], shipment(name))).code, 0)
  })
  after(async () => assert.equal(await fleet.stop(), 0))

  const told: Readonly<Record<string, RegExp>> = {
    thrown: /plugin broken failed at render\.override: out of ideas/,
    hung: /plugin sleepy did not answer render\.override within 300 ms/,
  }
  for (const [name, says] of Object.entries(told)) {
    test(`is named in an event of what was ${name}`, async () => {
      await eventually(async () => {
        const events = await k('get', 'events', '--field-selector', 'type=Warning')
        assert.match(events.split('\n').find((line) => line.includes(`resourcebinding/${name}`)) ?? '', says)
      })
      assert.equal(await k('--context', 'member1', 'get', 'configmap', name, '--ignore-not-found'), '')
    })
  }

  test('holds up nothing else', async () => {
    assert.equal((await k.run(['apply', '-f', '-'], shipment('fine'))).code, 0)
    await eventually(async () => {
      const { metadata } = await k.json('--context', 'member1', 'configmap', 'fine')
      assert.equal(metadata.labels.overridden, 'yes')
    })
    assert.equal(await k('get', '--raw', '/readyz'), 'ok')
  })

  test('is counted', async () => {
    const failures = (await k('get', '--raw', '/metrics'))
      .split('\n')
      .filter((line) => /^flotilla_plugin_duration_seconds_count\{.*result="error"/.test(line))
    for (const name of ['broken', 'sleepy']) {
      assert.ok(
        failures.some((line) => line.includes(`plugin="${name}",point="render.override"`)),
        name,
      )
    }
  })
})

/** Likes the clusters of its options, and complains of a binding by its name. */
const liking = `
import { definePlugin, on, schedule } from '@flotilla/sdk'
export const plugin = definePlugin({
  name: 'liking',
  schema: { type: 'object', required: ['likes'], properties: { likes: { type: 'string' } } },
  extensions: ({ options: { likes } }) => [on(schedule.score, ({ binding }) => {
    if (binding.spec.resource.name === 'cursed') return { [likes]: -1 }
    return { [likes]: 100 }
  })],
})`

const hung = `
import { definePlugin, on, schedule } from '@flotilla/sdk'
export const plugin = definePlugin({
  name: 'hung',
  extensions: () => [on(schedule.filter, () => new Promise(() => {}))],
})`

const without = (name: string) => ({ name, enabled: false })

/** A ConfigMap that goes to one cluster, the best, in the eyes of a scheduler. */
const parcel = (name: string, schedulerName: string): string => {
  const resourceSelectors = [{ apiVersion: 'v1', kind: 'ConfigMap', name }]
  const spreadConstraints = [{ spreadByField: 'cluster', minGroups: 1, maxGroups: 1 }]
  const items = [
    {
      apiVersion: 'policy.karmada.io/v1alpha1',
      kind: 'PropagationPolicy',
      metadata: { name },
      spec: { resourceSelectors, schedulerName, placement: { spreadConstraints } },
    },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { name } },
  ]
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
}

describe('a package that schedules', () => {
  let fleet: Up
  let k: Kubectl

  before(async () => {
    const config = project(
      {
        'flotilla-plugin-liking': liking,
        'flotilla-plugin-rival': liking.replace("'liking'", "'rival'"),
        'flotilla-plugin-hung': hung,
      },
      {
        plugins: [
          { name: 'flotilla-plugin-hung', timeout: '300ms', failurePolicy: 'ignore' },
          { name: 'flotilla-plugin-liking', options: { likes: 'member2' } },
          { name: 'flotilla-plugin-rival', options: { likes: 'member3' } },
        ],
        schedulerProfiles: [
          { schedulerName: 'default-scheduler', plugins: [{ name: 'rival', weight: 2 }, without('hung')] },
          { schedulerName: 'patient', plugins: ['hung', { name: '*', weight: 0 }] },
          { schedulerName: 'loyal', plugins: [{ name: 'liking', weight: 3 }, without('hung')] },
          {
            schedulerName: 'elsewhere',
            plugins: [{ name: 'liking', options: { likes: 'member1' }, weight: 3 }, without('hung')],
          },
          { schedulerName: 'without', plugins: ['liking', 'rival', 'hung'].map(without) },
        ],
      },
    )
    fleet = await up({ args: ['--config', config] })
    k = kubectl(fleet.kubeconfig)
  })
  after(() => fleet.stop())

  const apply = async (name: string, schedulerName: string) =>
    assert.equal((await k.run(['apply', '-f', '-'], parcel(name, schedulerName))).code, 0)
  const target = async (name: string) => (await k.json('rb', `${name}-configmap`)).spec.clusters?.[0]?.name
  const scheduled = async (name: string) => condition(await k.json('rb', `${name}-configmap`), 'Scheduled')

  const goes: Readonly<Record<string, readonly [schedulerName: string, cluster: string]>> = {
    weighted: ['default-scheduler', 'member3'],
    'weighted-otherwise': ['loyal', 'member2'],
    'with-other-options': ['elsewhere', 'member1'],
    'left-out': ['without', 'member1'], // the first by name, as nobody likes any
  }
  for (const [name, [schedulerName, cluster]] of Object.entries(goes)) {
    test(`decides as the profile says: ${name.replaceAll('-', ' ')}`, async () => {
      await apply(name, schedulerName)
      await eventually(async () => assert.equal(await target(name), cluster))
    })
  }
  test('is not asked about what names a scheduler nobody knows', async () => {
    await apply('left-alone', 'unknown')
    await apply('asked-about', 'loyal')
    await eventually(async () => assert.equal(await target('asked-about'), 'member2'))
    assert.equal(await scheduled('left-alone'), undefined)
  })
  test('is left alone when it never answers, and holds nobody up', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `patient-${index}`)
    await Promise.all(names.map((name) => apply(name, 'patient')))
    await eventually(async () => {
      const { items } = await k.json('rb')
      const there = items.filter(({ metadata, spec }: Json) => /^patient-/.test(metadata.name) && spec.clusters?.length)
      assert.equal(there.length, names.length)
    })
    const metrics = await k('get', '--raw', '/metrics')
    assert.match(metrics, /flotilla_plugin_circuit_open\{.*plugin="hung",point="schedule\.filter".*\} 1/)
  })
  test('is named when its answer cannot be, and the rest goes on', async () => {
    await apply('cursed', 'loyal')
    await eventually(async () => {
      const { status, reason, message } = (await scheduled('cursed')) ?? {}
      assert.deepEqual([status, reason], ['False', 'SchedulerError'])
      assert.match(
        message,
        /plugin liking gave schedule\.score an answer that cannot be: member2: the score -1 is not from 0 to 100; .*failurePolicy: ignore/,
      )
    })
    await apply('blessed', 'loyal')
    await eventually(async () => assert.equal(await target('blessed'), 'member2'))
  })
})

const misfit = (rest: string): string => `export const plugin = { name: 'misfit', extensions: () => [], ${rest} }`

const misfits: Readonly<
  Record<string, readonly [source: string | undefined, options: object | undefined, says: RegExp]>
> = {
  'that is not installed': [undefined, undefined, /PLUGIN_NOT_FOUND: .*misfit/],
  'that does not load': ['export const plugin = ;', undefined, /PLUGIN_NOT_FOUND: .*misfit.*Unexpected token/],
  'that is for another Flotilla': [misfit("host: '>=99'"), undefined, /PLUGIN_HOST_VERSION: .*misfit.*>=99/],
  'that needs another': [misfit("needs: ['night-shift']"), undefined, /PLUGIN_NEEDS: .*misfit.*night-shift/],
  'with options it does not take': [misfit(''), { from: 22 }, /PLUGIN_OPTIONS: .*misfit.*takes none/],
  'with options that do not fit': [
    misfit("schema: { type: 'object', properties: { from: { type: 'integer' } } }"),
    { from: 'dusk' },
    /PLUGIN_OPTIONS: .*misfit.*from must be integer/,
  ],
  'that throws when it is loaded': [
    "export const plugin = { name: 'misfit', extensions: () => { throw new Error('no licence') } }",
    undefined,
    /misfit.*no licence/,
  ],
}

describe('a start ends at a plugin', { concurrency: 3 }, () => {
  for (const [name, [source, options, says]] of Object.entries(misfits)) {
    test(name, async () => {
      const config = project(source === undefined ? {} : { misfit: source }, {
        plugins: [{ name: 'misfit', ...(options && { options }) }],
      })
      const args = ['up', '--members', '0', '--port', '0', '--data-dir', newDataDir(), '--config', config]
      const { code, out, err } = await flotilla(...args)
      assert.deepEqual([code, out], [1, ''])
      assert.match(err, says)
      assert.equal(err.trim().split('\n').length, 1, err)
    })
  }
})

const settings: Readonly<Record<string, readonly [config: object, says: RegExp]>> = {
  'of a profile with a plugin there is not': [
    { schedulerProfiles: [{ schedulerName: 'green', plugins: ['cluster-locallity'] }] },
    /CONFIG_INVALID: config schedulerProfiles\.0\.plugins\.0\.name: no plugin "cluster-locallity".*cluster-locality/,
  ],
  'of a profile that asks too late what another plugin needs': [
    { schedulerProfiles: [{ schedulerName: 'green', order: ['assign-duplicated'] }] },
    /CONFIG_INVALID: config schedulerProfiles\.0: the plugin "assign-duplicated" needs "assign-non-workload"/,
  ],
  'of a webhook that would tell its password': [
    { schedulerWebhooks: [{ name: 'carbon', points: ['score'], url: 'https://me:hush@example.com/' }] },
    /CONFIG_INVALID: config schedulerWebhooks\.0\.url: must be a URL without user, query and fragment/,
  ],
}

describe('a start ends at a setting', { concurrency: 3 }, () => {
  for (const [name, [config, says]] of Object.entries(settings)) {
    test(name, async () => {
      const args = ['--members', '0', '--port', '0', '--data-dir', newDataDir(), '--config', project({}, config)]
      const { code, out, err } = await flotilla('up', ...args)
      assert.deepEqual([code, out], [1, ''])
      assert.match(err, says)
      assert.doesNotMatch(err, /hush/)
    })
  }
})
