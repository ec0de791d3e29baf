import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { FlotillaError, first, type Host, on, onBehalf, type Plugin, point, Registry } from '@flotilla/sdk'
import { fakeHost } from '@flotilla/sdk/testing'
import { createMetrics } from '../server/metrics.ts'
import { type LoaderOptions, loadPlugins, type PluginEntry } from './loader.ts'
import { importPlugins } from './packages.ts'

const greet = point('test.greet', first<string, string>)

const loader = (registry = new Registry(), timeout = 1000): LoaderOptions => ({
  registry,
  version: '0.1.0',
  timeout,
  host: (_, options, signal) => ({ ...fakeHost({ options }), metrics: createMetrics(), signal }),
})

const says = (name: string, answer: (who: string) => string | undefined | Promise<string>): Plugin => ({
  name,
  extensions: () => [on(greet, answer)],
})

test('who speaks for others is within no time of its own, and its failures are theirs', async () => {
  const registry = new Registry()
  const spokesman: Plugin = {
    name: 'spokesman',
    extensions: () => [
      onBehalf(greet, async (who) => {
        if (who === 'nobody') throw new Error('theirs')
        await new Promise((resolve) => setTimeout(resolve, 50))
        return `hello, says ${who}`
      }),
    ],
  }
  loadPlugins([{ plugin: spokesman }], loader(registry, 1))
  assert.equal(await registry.ask(greet, 'someone'), 'hello, says someone')
  await assert.rejects(registry.ask(greet, 'nobody'), /^Error: theirs$/)
})

test('what an answer says of itself is kept: what it is about, and whom it speaks for', () => {
  const registry = new Registry()
  const about = { apiVersion: 'v1', kind: 'Someone' }
  const speakers = () => [{ name: 'a guest' }]
  const plugin: Plugin = {
    name: 'host',
    extensions: () => [{ ...on(greet, () => 'hello'), about }, onBehalf(greet, () => 'hello', speakers)],
  }
  loadPlugins([{ plugin }], loader(registry))
  assert.deepEqual(registry.list([greet])[0]?.answers, [
    { plugin: 'host', about: ['v1 Someone'] },
    { plugin: 'host', speaksFor: [{ name: 'a guest' }] },
  ])
})

const load = (...plugins: readonly Plugin[]) =>
  loadPlugins(
    plugins.map((plugin) => ({ plugin })),
    loader(),
  )

describe('a plugin is refused at start, by name', () => {
  const fine = says('fine', () => 'hello')
  const cases: Record<string, { entries: readonly PluginEntry[]; code: string; names: string }> = {
    'two of one name': { entries: [{ plugin: fine }, { plugin: fine }], code: 'PLUGIN_DUPLICATE', names: 'fine' },
    'made for another Flotilla': {
      entries: [{ plugin: { ...fine, host: '>=2' } }],
      code: 'PLUGIN_HOST_VERSION',
      names: 'fine',
    },
    'a need that is not there': {
      entries: [{ plugin: { ...fine, needs: ['other'] } }],
      code: 'PLUGIN_NEEDS',
      names: 'other',
    },
    'a need that comes later': {
      entries: [{ plugin: { ...fine, needs: ['other'] } }, { plugin: says('other', () => 'x') }],
      code: 'PLUGIN_NEEDS',
      names: 'other',
    },
    'a name that cannot be written in a config file': {
      entries: [{ plugin: { ...fine, name: 'Not Fine' } }],
      code: 'PLUGIN_INVALID',
      names: 'Not Fine',
    },
    'nothing in it': { entries: [{ plugin: { name: 'empty' } }], code: 'PLUGIN_INVALID', names: 'empty' },
    'options nobody asked for': { entries: [{ plugin: fine, options: {} }], code: 'PLUGIN_OPTIONS', names: 'fine' },
    'a throw when it is asked for its extensions': {
      entries: [{ plugin: { name: 'torn', extensions: () => assert.fail('no licence') } }],
      code: 'PLUGIN_LOAD_FAILED',
      names: 'torn cannot be loaded: no licence',
    },
    'a throw when it is asked for its controllers': {
      entries: [{ plugin: { name: 'torn', controllers: () => assert.fail('no licence') } }],
      code: 'PLUGIN_LOAD_FAILED',
      names: 'torn cannot be loaded: no licence',
    },
    'options of the wrong type': {
      entries: [
        { plugin: { ...fine, schema: { properties: { limit: { type: 'number' } } } }, options: { limit: 'many' } },
      ],
      code: 'PLUGIN_OPTIONS',
      names: 'options/limit',
    },
  }
  for (const [name, { entries, code, names }] of Object.entries(cases)) {
    test(name, () => {
      assert.throws(
        () => loadPlugins(entries, loader()),
        (error) => error instanceof FlotillaError && error.code === code && error.message.includes(names),
      )
    })
  }
})

test('plugins answer in the order they are loaded', async () => {
  const registry = new Registry()
  const plugins = [says('shy', () => undefined), says('first', () => 'one'), says('second', () => 'two')]
  loadPlugins(
    plugins.map((plugin) => ({ plugin })),
    loader(registry),
  )
  assert.equal(await registry.ask(greet, 'world'), 'one')
})

test('a plugin that throws fails its own call, with its name and the point', async () => {
  const registry = new Registry()
  const broken = says('broken', () => {
    throw new Error('out of ink')
  })
  loadPlugins([{ plugin: broken }], loader(registry))
  await assert.rejects(registry.ask(greet, 'world'), {
    code: 'PLUGIN_FAILED',
    message:
      'plugin broken failed at test.greet: out of ink; mend the plugin, or set failurePolicy: ignore where it is configured',
  })
})

test('a plugin that hangs is given up on', async () => {
  const registry = new Registry()
  loadPlugins([{ plugin: says('asleep', () => new Promise(() => {})) }], loader(registry, 5))
  await assert.rejects(registry.ask(greet, 'world'), /plugin asleep did not answer test.greet within 5 ms/)
})

test('a controller of a plugin that gives up is logged, and takes nobody with it', async () => {
  const logged: unknown[] = []
  const log = { error: (message: string, fields: object) => logged.push([message, fields]) }
  const error = new Error('no more paper')
  const plugin: Plugin = { name: 'weary', controllers: () => [{ name: 'printer', run: () => Promise.reject(error) }] }
  const { controllers } = loadPlugins([{ plugin }], { ...loader(), host: () => ({ log }) as unknown as Host })
  await Promise.all(controllers.map((controller) => controller.run(AbortSignal.abort())))
  assert.deepEqual(logged, [['a controller of the plugin ended by itself', { controller: 'printer', error }]])
})

test('what a plugin started ends with its scope, the last loaded first', async () => {
  const ended: string[] = []
  const listens = (name: string): Plugin => ({
    name,
    extensions: ({ signal }) => {
      signal.addEventListener('abort', () => ended.push(name))
      return []
    },
  })
  const loaded = load(listens('first'), listens('second'))
  assert.deepEqual(loaded.names, ['first', 'second'])
  await loaded.end()
  assert.deepEqual(ended, ['second', 'first'])
})

describe('a plugin package', () => {
  const directory = mkdtempSync(join(tmpdir(), 'plugins-'))
  const write = (name: string, text: string) => {
    const home = join(directory, 'node_modules', name)
    mkdirSync(home, { recursive: true })
    writeFileSync(join(home, 'package.json'), JSON.stringify({ name, type: 'module', exports: './index.js' }))
    writeFileSync(join(home, 'index.js'), text)
  }
  write('one', `export const plugin = { name: 'one', extensions: () => [] }`)
  write('many', `export const plugins = [{ name: 'a', extensions: () => [] }, { name: 'b', extensions: () => [] }]`)
  write('none', 'export const answer = 42')

  test('is found beside the config file', async () => {
    assert.deepEqual(
      (await importPlugins('one', directory)).map(({ name }) => name),
      ['one'],
    )
    assert.deepEqual(
      (await importPlugins('many', directory)).map(({ name }) => name),
      ['a', 'b'],
    )
  })
  test('without a plugin in it is refused', async () => {
    await assert.rejects(importPlugins('none', directory), { code: 'PLUGIN_INVALID' })
  })
  test('that is not installed is named', async () => {
    await assert.rejects(importPlugins('absent', directory), { code: 'PLUGIN_NOT_FOUND', message: /absent/ })
  })
})
