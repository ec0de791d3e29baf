import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Host, on, type Plugin, Registry, schedule } from '@flotilla/sdk'
import { binding, clusters, fakeHost } from '@flotilla/sdk/testing'
import { readConfig } from '../config/config.ts'
import { loadPlugins, type PluginEntry } from './loader.ts'
import { profilesOf } from './profiles.ts'

const scores = (name: string, score: number, more: Partial<Plugin> = {}): Plugin => ({
  name,
  extensions: () => [on(schedule.score, () => ({ a: score }))],
  ...more,
})

const refuses = (name: string, needs: readonly string[] = []): Plugin => ({
  name,
  needs,
  extensions: () => [on(schedule.filter, () => ({ a: { reason: name, resolvable: true } }))],
})

/** Scores what its options say. */
const optional: Plugin = {
  name: 'optional',
  schema: { type: 'object', properties: { score: { type: 'integer' } } },
  extensions: ({ options }: Host) => {
    const { score = 1 } = (options ?? {}) as { readonly score?: number }
    return [on(schedule.score, async () => ({ a: score }))]
  },
}

const elsewhere: Plugin = { name: 'elsewhere', extensions: () => [] }

const entries: readonly PluginEntry[] = [
  ...[refuses('one'), refuses('two'), refuses('three', ['two', 'elsewhere'])].map((plugin) => ({ plugin })),
  { plugin: scores('ten', 10) },
  { plugin: scores('heavy', 5), weight: 4 },
  { plugin: optional },
].toSpliced(0, 0, { plugin: elsewhere })

/** The profiles of a config, over the plugins above. */
function profiled(schedulerProfiles: readonly object[]) {
  const loaded = loadPlugins(entries, {
    registry: new Registry(),
    version: '0.1.0',
    timeout: 1000,
    host: (_, options) => fakeHost({ options }),
  })
  return profilesOf(readConfig({ schedulerProfiles }).schedulerProfiles, loaded.scheduling)
}

const asked: schedule.Candidates = { binding: binding(), placement: {}, clusters: clusters('a') }

/** Why the first plugin refuses, and what all scores come to. */
async function decided(profile: object): Promise<readonly [reason: string | undefined, score: number | undefined]> {
  const ask = profiled([{ schedulerName: 'mine', ...profile }]).get('mine')?.ask
  assert.ok(ask)
  const { a: refusal } = await ask(schedule.filter, asked)
  const { a: score } = await ask(schedule.score, asked)
  return [refusal?.reason, score]
}

describe('a profile', () => {
  const cases: Readonly<
    Record<string, readonly [profile: object, reason: string | undefined, score: number | undefined]>
  > = {
    'asks every plugin as it was loaded': [{}, 'one', 31],
    'asks those it names before all others': [{ order: ['two', 'one'] }, 'two', 31],
    'leaves plugins out': [{ plugins: [{ name: 'one', enabled: false }] }, 'two', 31],
    'weighs scores': [{ plugins: [{ name: 'ten', weight: 3 }] }, 'one', 51],
    'weighs them in place of the weight they have': [{ plugins: [{ name: 'heavy', weight: 1 }] }, 'one', 16],
    'asks for no scores that weigh nothing': [{ plugins: [{ name: 'ten', weight: 0 }] }, 'one', 21],
    'gives a plugin other options': [{ plugins: [{ name: 'optional', options: { score: 9 } }] }, 'one', 39],
    'weighs what comes of them': [{ plugins: [{ name: 'optional', weight: 2, options: { score: 9 } }] }, 'one', 48],
    'has only the plugins it names': [{ plugins: ['ten', { name: '*', enabled: false }] }, undefined, 10],
    'weighs all others': [
      {
        plugins: [
          { name: 'ten', weight: 0 },
          { name: '*', weight: 2 },
        ],
      },
      'one',
      12,
    ],
  }
  for (const [name, [profile, reason, score]] of Object.entries(cases)) {
    test(name, async () => assert.deepEqual(await decided(profile), [reason, score]))
  }
  test('knows nothing of another', async () => {
    const asks = profiled([
      { schedulerName: 'light', plugins: [{ name: 'optional', options: { score: 0 } }] },
      { schedulerName: 'bright', plugins: [{ name: 'optional', options: { score: 100 } }] },
    ])
    const scoreOf = async (name: string) => (await asks.get(name)?.ask(schedule.score, asked))?.a
    assert.deepEqual([await scoreOf('light'), await scoreOf('bright'), asks.get('dim')], [30, 130, undefined])
  })
})

describe('a profile that does not fit is named with its field', () => {
  const mine = { schedulerName: 'mine' }
  const cases: Readonly<Record<string, readonly [profiles: readonly object[], message: RegExp]>> = {
    'without a scheduler': [[{}], /config schedulerProfiles\.0: must have required property 'schedulerName'/],
    'of a scheduler that has one': [[mine, mine], /config schedulerProfiles\.1\.schedulerName: there is another/],
    'with a word there is not': [
      [{ ...mine, weights: {} }],
      /config schedulerProfiles\.0: there is no setting "weights"/,
    ],
    'with a plugin there is not': [
      [mine, { schedulerName: 'b', plugins: ['nine'] }],
      /config schedulerProfiles\.1\.plugins\.0\.name: no plugin "nine" answers the scheduler; there are heavy, one, /,
    ],
    'with one that answers nothing of the kind': [
      [{ ...mine, order: ['elsewhere'] }],
      /schedulerProfiles\.0\.order\.0: no/,
    ],
    'that speaks of a plugin twice': [
      [{ ...mine, plugins: ['one', { name: 'one', weight: 2 }] }],
      /schedulerProfiles\.0\.plugins\.1\.name: the profile speaks of "one" twice/,
    ],
    'that orders what it leaves out': [
      [{ ...mine, order: ['one'], plugins: [{ name: 'one', enabled: false }] }],
      /schedulerProfiles\.0\.order\.0: the profile does not enable "one"/,
    ],
    'that leaves out what another plugin needs': [
      [{ ...mine, plugins: [{ name: 'two', enabled: false }] }],
      /config schedulerProfiles\.0: the plugin "three" needs "two" to be asked before it/,
    ],
    'that asks it too late': [[{ ...mine, order: ['three'] }], /the plugin "three" needs "two" to be asked before it/],
    'with options that do not fit': [
      [{ ...mine, plugins: ['one', { name: 'optional', options: { score: 'high' } }] }],
      /config schedulerProfiles\.0\.plugins\.1\.options: .*optional.*score must be integer/,
    ],
    'with options for what takes none': [
      [{ ...mine, plugins: [{ name: 'one', options: {} }] }],
      /config schedulerProfiles\.0\.plugins\.0\.options: .*it takes none/,
    ],
    'with a negative weight': [
      [{ ...mine, plugins: [{ name: 'ten', weight: -1 }] }],
      /plugins\.0\.weight: must be >= 0/,
    ],
    'with an absurd weight': [[{ ...mine, plugins: [{ name: 'ten', weight: 1e9 }] }], /weight: must be <= 100/],
    'with a part of a weight': [[{ ...mine, plugins: [{ name: 'ten', weight: 0.5 }] }], /weight: must be integer/],
  }
  for (const [name, [profiles, message]] of Object.entries(cases)) {
    test(name, () => assert.throws(() => profiled(profiles), { code: 'CONFIG_INVALID', message }))
  }
})

test('what a profile has begun with its own options ends with the plugins', async () => {
  const ended: unknown[] = []
  const loaded = loadPlugins(
    [
      {
        plugin: {
          name: 'optional',
          schema: {},
          extensions: ({ signal, options }) => {
            signal.addEventListener('abort', () => ended.push(options))
            return [on(schedule.score, () => undefined)]
          },
        },
        options: 'own',
      },
    ],
    {
      registry: new Registry(),
      version: '0.1.0',
      timeout: 1000,
      host: (_, options, signal) => ({ ...fakeHost({ options }), signal }),
    },
  )
  profilesOf([{ schedulerName: 'mine', plugins: [{ name: 'optional', options: 'other' }] }], loaded.scheduling)
  await loaded.end()
  assert.deepEqual(ended, ['other', 'own'])
})
