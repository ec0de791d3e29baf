import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { admit, type Exchange, errors, interpret, type Manifest, render, schedule } from '@flotilla/sdk'
import { binding, cluster, deployment, feasible } from '@flotilla/sdk/testing'
import { deployments, type FakeSandboxes, module, scene, settled } from './modules.test-support.ts'

const web = deployment({ name: 'web', replicas: 3 })
const job: Manifest = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'once', namespace: 'default' } }

const says = (health: string) => ({ interpretHealth: () => health })

describe('a module that interprets', () => {
  test('is asked about the kinds it names, and nobody waits for it elsewhere', async () => {
    const { ask } = scene({ objects: [module('a')], programs: { v1: says('Unhealthy') } })
    assert.equal(await ask(interpret.health, { manifest: web }), 'Unhealthy')
    assert.equal(await ask(interpret.health, { manifest: job }), undefined)
    assert.equal(await ask(interpret.health, { manifest: { ...web, apiVersion: 'apps/v2' } }), undefined)
    assert.equal(await ask(interpret.replicas, { manifest: web }), undefined)
  })
  test('has no opinion at once where nobody is concerned', async () => {
    const { host, registry } = scene({ objects: [module('a')], programs: { v1: says('Healthy') } })
    await settled()
    const asked: unknown[] = []
    const point = { ...interpret.health, rule: async ([handler]: readonly ((arg: never) => unknown)[], arg: unknown) => void asked.push(handler?.(arg as never)) } // biome-ignore format: one rule
    await registry.ask(point, { manifest: job })
    assert.deepEqual(asked, [undefined])
    assert.equal(host.lines.length, 0)
  })
  test('is given the argument of its point, and null is no opinion', async () => {
    const asked: unknown[] = []
    const v1 = {
      interpretReviseReplicas: (arg: unknown) => {
        asked.push(arg)
        return null
      },
    }
    const { ask } = scene({ objects: [module('a')], programs: { v1 } })
    assert.equal(await ask(interpret.reviseReplicas, { manifest: web, replicas: 2 }), undefined)
    assert.deepEqual(asked, [{ manifest: web, replicas: 2 }])
  })
  test('comes after those that are asked before it: by order, then by name', async () => {
    const programs = { v1: says('Healthy'), v2: says('Unhealthy'), v3: { interpretHealth: () => null } }
    const source = (inline: string) => ({ source: { inline } })
    const { ask, put } = scene({ objects: [module('b', source('v2')), module('a', source('v3'))], programs })
    assert.equal(await ask(interpret.health, { manifest: web }), 'Unhealthy')
    put(module('c', { ...source('v1'), order: -1 }))
    assert.equal(await ask(interpret.health, { manifest: web }), 'Healthy')
  })
  test('answers only the points it names', async () => {
    const v1 = { interpretHealth: () => 'Healthy', interpretStatus: () => ({}) }
    const { ask } = scene({ objects: [module('a', { points: ['interpret.status'] })], programs: { v1 } })
    assert.deepEqual(await ask(interpret.status, { manifest: web }), {})
    assert.equal(await ask(interpret.health, { manifest: web }), undefined)
  })
  test('is waited for while it is loaded, when it is about its kinds', async () => {
    let load: (value: unknown) => void = () => undefined
    const loaded = new Promise((resolve) => (load = resolve))
    const sandboxes = {
      open: async () => {
        await loaded
        return { functions: ['interpretHealth'], call: async () => ['Unhealthy'], close: () => undefined }
      },
    }
    const { ask } = scene({ objects: [module('a')], sandboxes })
    const answer = ask(interpret.health, { manifest: web })
    assert.equal(await ask(interpret.health, { manifest: job }), undefined)
    load(undefined)
    assert.equal(await answer, 'Unhealthy')
    assert.equal(await ask(interpret.replicas, { manifest: web }), undefined)
  })
})

describe('a module that fails', () => {
  const failing = {
    'with what it throws': [{ interpretHealth: () => assert.fail('out of ideas') }, /out of ideas/],
    'with an answer that cannot be': [
      says('fine'),
      /plugin module\/a gave interpret\.health an answer that cannot be: "fine" is none of Healthy/,
    ],
    'with silence': [
      { interpretHealth: () => Promise.reject(errors.SANDBOX_TIMEOUT('module/a', 'interpretHealth', 1000)) },
      /did not come back from interpretHealth within 1000 ms/,
    ],
  } as const
  for (const [name, [v1, message]] of Object.entries(failing)) {
    test(`${name} fails its question, and says so`, async () => {
      const { ask, status, host } = scene({ objects: [module('a')], programs: { v1 } })
      await assert.rejects(ask(interpret.health, { manifest: web }), message)
      assert.equal(await ask(interpret.health, { manifest: job }), undefined)
      const [ready = '', answering = ''] = await status('a')
      assert.match(ready, /^Ready True Loaded: it answers interpret\.health$/)
      assert.match(answering, /^Answering False CallFailed: interpret\.health: /)
      assert.match(answering, message)
      assert.deepEqual(host.events.map(({ type, reason }) => [type, reason]), [['Warning', 'ModuleFailing']]) // biome-ignore format: one step
    })
  }
  test('again and again is written of once, and is believed a while after it answers', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    let isWell = false
    const v1 = { interpretHealth: () => (isWell ? 'Healthy' : assert.fail('out of ideas')) }
    const { ask, status, stored } = scene({ objects: [module('a')], programs: { v1 } })
    const asked = () => ask(interpret.health, { manifest: web }).catch(() => undefined)
    await asked()
    await status('a')
    const { resourceVersion } = stored('a').metadata
    for (let round = 0; round < 20; round++) await asked()
    await status('a')
    assert.equal(stored('a').metadata.resourceVersion, resourceVersion)
    isWell = true
    await asked()
    t.mock.timers.tick(29_000)
    assert.match((await status('a'))[1] ?? '', /^Answering False/)
    t.mock.timers.tick(1000)
    assert.match((await status('a'))[1] ?? '', /^Answering True NoFailure/)
  })
})

describe('a module that is changed', () => {
  test('answers with its new program, and the old one ends after its calls', async () => {
    let answer: (value: string) => void = () => undefined
    const v1 = { interpretHealth: () => new Promise((resolve) => (answer = resolve)) }
    const { ask, put, host } = scene({ objects: [module('a')], programs: { v1, v2: says('Healthy') } })
    const { closed, opened } = host.sandboxes as FakeSandboxes
    await settled()
    const early = ask(interpret.health, { manifest: web })
    await settled()
    put(module('a', { source: { inline: 'v2' } }, { generation: 2 }))
    await settled()
    assert.equal(await ask(interpret.health, { manifest: web }), 'Healthy')
    assert.deepEqual(closed, [])
    answer('Unhealthy')
    assert.equal(await early, 'Unhealthy')
    assert.deepEqual([opened.length, closed], [2, ['v1']])
  })
  test('goes on as it was when what it says now cannot be loaded', async () => {
    const { ask, put, status, stored } = scene({ objects: [module('a')], programs: { v1: says('Unhealthy') } })
    assert.equal((await status('a'))[0], 'Ready True Loaded: it answers interpret.health')
    put({ ...stored('a'), metadata: { name: 'a', generation: 2 }, spec: { ...module('a').spec, source: { inline: 'v9' }, targets: [job] } }) // biome-ignore format: one step
    const [ready = ''] = await status('a')
    assert.match(ready, /^Ready False CompileFailed: module\/a cannot be run: line 3: unexpected token; the program loaded before \([0-9a-f]{64}\) goes on answering interpret\.health/) // biome-ignore format: one pattern
    assert.equal(await ask(interpret.health, { manifest: web }), 'Unhealthy')
    assert.equal(await ask(interpret.health, { manifest: job }), undefined)
    assert.equal(stored('a').status?.observedGeneration, 2)
    put({ ...module('a', { targets: [job] }), status: stored('a').status })
    await settled()
    assert.equal(await ask(interpret.health, { manifest: web }), undefined)
    assert.equal(await ask(interpret.health, { manifest: job }), 'Unhealthy')
  })
  test('in its metadata is not loaded anew', async () => {
    const { put, host } = scene({ objects: [module('a')], programs: { v1: says('Healthy') } })
    await settled()
    put(module('a', {}, { labels: { a: 'b' } }))
    await settled()
    assert.equal((host.sandboxes as FakeSandboxes).opened.length, 1)
  })
  test('in what is asked of it keeps its program, and in what it may use begins it anew', async () => {
    const failing = { interpretHealth: () => assert.fail('out of ideas') }
    const { put, host, status } = scene({ objects: [module('a')], programs: { v1: failing } })
    const { opened, closed } = host.sandboxes as FakeSandboxes
    await settled()
    put(module('a', { points: ['interpret.health'], failurePolicy: 'Ignore', order: 3 }))
    await settled()
    assert.deepEqual([opened.length, closed], [1, []])
    put(module('a', { points: ['interpret.status'] }))
    assert.match((await status('a'))[0] ?? '', /^Ready False Invalid: .*no function interpretStatus/)
    assert.deepEqual([opened.length, closed], [1, []])
    put(module('a', { limits: { timeout: '2s' } }))
    await settled()
    assert.deepEqual([opened.length, closed], [2, ['v1']])
  })
  test('is asked no more when it is gone', async () => {
    const { ask, host, stored } = scene({ objects: [module('a')], programs: { v1: says('Healthy') } })
    await settled()
    host.objects.remove(stored('a'))
    assert.equal(await ask(interpret.health, { manifest: web }), undefined)
    assert.deepEqual((host.sandboxes as FakeSandboxes).closed, ['v1'])
  })
  test('three times in a row is loaded as it is in the end', async () => {
    const programs = { v1: says('Healthy'), v2: says('Unknown'), v3: says('Unhealthy') }
    const { ask, put, host } = scene({ objects: [module('a')], programs })
    put(module('a', { source: { inline: 'v2' } }))
    put(module('a', { source: { inline: 'v3' } }))
    assert.equal(await ask(interpret.health, { manifest: web }), 'Unhealthy')
    await settled()
    assert.deepEqual((host.sandboxes as FakeSandboxes).closed.sort(), ['v1', 'v2'])
  })
})

describe('a module that cannot be loaded', () => {
  const cases: Readonly<Record<string, readonly [spec: object, condition: RegExp]>> = {
    'with a program that cannot be compiled': [{ source: { inline: 'v9' } }, /CompileFailed: .*line 3: unexpected/],
    'that is not what is pinned': [{ sha256: '0'.repeat(64) }, /DigestMismatch: .*has the digest [0-9a-f]{64}; spec\.sha256 pins 0{64}/], // biome-ignore format: one case
    'in a ConfigMap there is not': [
      { source: { configMapRef: { namespace: 'a', name: 'b', key: 'c' } } },
      /FetchFailed: .* cannot be had from ConfigMap a\/b: there is no ConfigMap a\/b/,
    ],
    'in a file nobody may read': [{ source: { file: 'a.js' } }, /FetchFailed: .*a\.js: the config file has no moduleDirectory/], // biome-ignore format: one case
    'that exports nothing of use': [{ source: { inline: 'v2' } }, /Invalid: .*none of the functions that answer points: interpretReplicas/], // biome-ignore format: one case
    'that does not export what it is asked': [{ points: ['interpret.retain'] }, /Invalid: .*exports no function interpretRetain for interpret\.retain/], // biome-ignore format: one case
    'that wants what nobody gets': [{ capabilities: ['network'] }, /Invalid: .*nothing here can be given "network"/],
    'that interprets nothing in particular': [{ targets: [] }, /Invalid: .*it answers interpret\.health, and names no kinds/], // biome-ignore format: one case
  }
  const programs = { v1: says('Healthy'), v2: { help: () => null } }
  for (const [name, [spec, condition]] of Object.entries(cases)) {
    test(`${name} says why, fails questions about its kinds, and no others`, async () => {
      const { ask, status, host } = scene({ objects: [module('a', { ...spec })], programs })
      const [ready = '', answering] = await status('a')
      assert.match(ready, new RegExp(`^Ready False ${condition.source}`))
      assert.equal(answering, 'Answering Unknown NotLoaded: it is not asked before it is ready')
      assert.deepEqual(host.events.map(({ reason }) => reason), ['ModuleNotReady']) // biome-ignore format: one step
      const point = 'points' in spec ? interpret.retain : interpret.health
      const asked = (manifest: Manifest) => ask<never, unknown, unknown>(point as never, { manifest, desired: manifest } as never) // biome-ignore format: one step
      if (!('targets' in spec))
        await assert.rejects(asked(web), { code: 'MODULE_UNREADY', retry: true, message: /Module a is not ready: / })
      assert.equal(await asked(job), undefined)
    })
  }
  test('is not in the way where it names no points and is only expected to interpret', async () => {
    const { ask } = scene({ objects: [module('a', { source: { inline: 'v9' } })] })
    assert.deepEqual(await ask(schedule.score, { binding: binding(), placement: {}, clusters: [] }), {})
  })
  test('is tried again, less and less often', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    let asked = 0
    const sandboxes = {
      open: async () => {
        if (++asked < 3) throw errors.SERVER_UNREACHABLE('the pool', 'gone')
        return { functions: ['interpretHealth'], call: async () => ['Healthy'], close: () => undefined }
      },
    }
    const { ask, status } = scene({ objects: [module('a')], sandboxes })
    assert.match((await status('a'))[0] ?? '', /^Ready False LoadFailed: the pool did not answer: gone/)
    t.mock.timers.tick(1000)
    await settled()
    t.mock.timers.tick(1999)
    await settled()
    assert.equal(asked, 2)
    t.mock.timers.tick(1)
    assert.match((await status('a'))[0] ?? '', /^Ready True Loaded/)
    assert.equal(await ask(interpret.health, { manifest: web }), 'Healthy')
  })
})

describe('modules at other points', () => {
  const candidates: schedule.Candidates = {
    binding: binding(),
    placement: {},
    clusters: [cluster({ name: 'a' }), cluster({ name: 'b' })],
  }
  const scoring = (a: number) => ({ scheduleScore: () => ({ a }) })
  const anyone = { targets: [] }

  test('score together, and each is overheard by its own name', async () => {
    const { registry } = scene({
      objects: [module('x', anyone), module('y', { ...anyone, source: { inline: 'v2' } })],
      programs: { v1: scoring(70), v2: scoring(60) },
    })
    await settled()
    const heard: Exchange[] = []
    assert.deepEqual(await registry.overhear((exchange) => heard.push(exchange))(schedule.score, candidates), { a: 130 }) // biome-ignore format: one step
    assert.deepEqual(heard[0]?.answers, [
      { plugin: 'module/x', answer: { a: 70 } },
      { plugin: 'module/y', answer: { a: 60 } },
    ])
    assert.deepEqual(registry.list([schedule.score])[0]?.answers, [
      { plugin: 'policy-modules', speaksFor: [{ name: 'module/x' }, { name: 'module/y' }] },
    ])
  })
  test('are asked about bindings of the kinds they name', async () => {
    const { ask } = scene({ objects: [module('x')], programs: { v1: scoring(70) } })
    await settled()
    const of = (resource: object) => ({ ...candidates, binding: { ...binding(), spec: { ...binding().spec, resource } } as schedule.Candidates['binding'] }) // biome-ignore format: one step
    assert.deepEqual(await ask(schedule.score, of({ apiVersion: 'apps/v1', kind: 'Deployment' })), { a: 70 })
    assert.deepEqual(await ask(schedule.score, of({ apiVersion: 'batch/v1', kind: 'Job' })), {})
  })
  test('select clusters by name, and see nothing of how they are reached', async () => {
    const asked: unknown[] = []
    const v1 = {
      scheduleSelect: (question: unknown) => {
        asked.push(question)
        return { clusters: ['b'] }
      },
    }
    const { ask } = scene({ objects: [module('x', anyone)], programs: { v1 } })
    await settled()
    const clusters = [feasible('a'), feasible('b')]
    const selection = await ask(schedule.select, { ...candidates, clusters, fresh: false })
    assert.deepEqual(selection, { clusters: [clusters[1]] })
    assert.doesNotMatch(JSON.stringify(asked), /secretRef|apiEndpoint/)
  })
  test('fail when they select a cluster nobody asked about', async () => {
    const { ask } = scene({ objects: [module('x', anyone)], programs: { v1: { scheduleSelect: () => ({ clusters: ['moon'] }) } } }) // biome-ignore format: one step
    await settled()
    const asked = ask(schedule.select, { ...candidates, clusters: [feasible('a')], fresh: false })
    await assert.rejects(asked, /plugin module\/x gave schedule\.select .*"moon" is none of the clusters in question/)
  })
  test('override one after the other', async () => {
    const labelled = (label: string) => ({
      renderOverride: ({ manifest }: render.Override) => ({
        ...manifest,
        metadata: { ...manifest.metadata, labels: { ...manifest.metadata.labels, [label]: 'yes' } },
      }),
    })
    const { ask } = scene({
      objects: [module('x'), module('y', { ...anyone, source: { inline: 'v2' } })],
      programs: { v1: labelled('x'), v2: labelled('y') },
    })
    await settled()
    const changed = await ask(render.override, { manifest: web, cluster: cluster(), overriders: {} })
    assert.deepEqual(changed.metadata.labels, { ...web.metadata.labels, x: 'yes', y: 'yes' })
  })
  test('refuse writes of the kinds they name', async () => {
    const v1 = { admitRefuse: () => ({ message: 'not on Fridays' }) }
    const { ask } = scene({ objects: [module('x', { points: ['admit.refuse'] })], programs: { v1 } })
    const write = (manifest: Manifest): admit.Admission => ({ operation: 'CREATE', key: { name: 'web' }, manifest, user: 'u', dryRun: false }) // biome-ignore format: one step
    assert.deepEqual(await ask(admit.refuse, write(web)), { message: 'not on Fridays' })
    assert.equal(await ask(admit.refuse, write(job)), undefined)
  })
  test('are not passed by while they cannot be loaded, where they name their points', async () => {
    const objects = [module('x', { targets: deployments, points: ['admit.refuse'], source: { inline: 'v9' } })]
    const { ask } = scene({ objects })
    const write: admit.Admission = { operation: 'CREATE', key: { name: 'web' }, manifest: web, user: 'u', dryRun: false } // biome-ignore format: one step
    await assert.rejects(ask(admit.refuse, write), { code: 'MODULE_UNREADY' })
    await ask(admit.refuse, { ...write, manifest: job })
  })
})
