import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { errors, first, least, type MetricOptions, type Metrics, on, point, Registry } from '@flotilla/sdk'
import { fakeHost } from '@flotilla/sdk/testing'
import { observed } from './observed.ts'
import { type PluginPolicyWords, policyAt } from './policy.ts'

const greet = point('test.greet', first<string, string>, (answer) =>
  typeof answer === 'string' ? undefined : 'a greeting is a text',
)

/** Metrics as lines, in the order they were counted. */
function noted(): { readonly metrics: Metrics; readonly lines: string[] } {
  const lines: string[] = []
  const note = ({ name }: MetricOptions, labels: object, value: string) =>
    lines.push(`${name} ${Object.values(labels).join(' ')}${value}`)
  const metrics: Metrics = {
    counter: (options) => ({ add: (labels = {}) => note(options, labels, '') }),
    gauge: (options) => ({ set: (value, labels = {}) => note(options, labels, ` ${value}`), forget: () => undefined }),
    histogram: (options) => ({ observe: (_, labels = {}) => note(options, labels, '') }),
  }
  return { metrics, lines }
}

/** One plugin at a point, and what is known of it. */
function watch(answer: () => unknown, words: PluginPolicyWords = {}, { at = greet, trusted = false } = {}) {
  const { metrics, lines } = noted()
  const { log, lines: logged } = fakeHost()
  const policy = policyAt(at.id, words, 1000)
  const registry = new Registry()
  registry.add(observed(on(at, answer as () => string), { plugin: 'candidate', metrics, log, policy, trusted }))
  return { ask: () => registry.ask(at, 'world'), lines, logged: () => logged.map(({ message }) => message) }
}

const unreachable = () => {
  throw errors.SERVER_UNREACHABLE('https://greeter', new Error('connect ECONNREFUSED'))
}
const broken = () => {
  throw new Error('out of ink')
}
const hung = () => new Promise<string>(() => {})
const wayOut = 'mend the plugin, or set failurePolicy: ignore where it is configured'

describe('what a plugin fails with', () => {
  const failures: Readonly<
    Record<string, { readonly answer: () => unknown; readonly code: string; readonly message: string }>
  > = {
    'what it throws': {
      answer: broken,
      code: 'PLUGIN_FAILED',
      message: `plugin candidate failed at test.greet: out of ink; ${wayOut}`,
    },
    'what it rejects with': {
      answer: () => Promise.reject(new Error('out of paper')),
      code: 'PLUGIN_FAILED',
      message: `plugin candidate failed at test.greet: out of paper; ${wayOut}`,
    },
    silence: {
      answer: hung,
      code: 'PLUGIN_FAILED',
      message:
        'plugin candidate failed at test.greet: plugin candidate did not answer test.greet within 5 ms; give it a longer timeout, or failurePolicy: ignore, where it is configured',
    },
    'an answer that cannot be': {
      answer: () => 7,
      code: 'PLUGIN_ANSWER',
      message: `plugin candidate gave test.greet an answer that cannot be: a greeting is a text; ${wayOut}`,
    },
    'such an answer, later': {
      answer: async () => null,
      code: 'PLUGIN_ANSWER',
      message: `plugin candidate gave test.greet an answer that cannot be: a greeting is a text; ${wayOut}`,
    },
  }
  for (const [name, { answer, code, message }] of Object.entries(failures)) {
    test(`${name} names it, and the way out`, async () => {
      const { ask, lines, logged } = watch(answer, { timeout: 5 })
      await assert.rejects(async () => ask(), { code, message, retry: true })
      assert.deepEqual(lines, ['flotilla_plugin_duration_seconds candidate test.greet error'])
      assert.deepEqual(logged(), ['the plugin fails'])
    })
    test(`${name} is no opinion, when failures are ignored`, async () => {
      const { ask, lines, logged } = watch(answer, { timeout: 5, failurePolicy: 'ignore' })
      assert.equal(await ask(), undefined)
      assert.equal(lines.length, 1)
      assert.deepEqual(logged(), ['the plugin fails'])
    })
  }
  test('an answer nobody can read names it, too', async () => {
    const torn = point('test.greet', first<string, string>, (answer) => (answer as { readonly word: string }).word)
    const unreadable = Object.defineProperty({}, 'word', {
      get: () => {
        throw new Error('torn')
      },
    })
    const { ask } = watch(() => unreadable, {}, { at: torn })
    await assert.rejects(async () => ask(), {
      code: 'PLUGIN_ANSWER',
      message: /candidate .*: it cannot be read: torn; /,
    })
  })
  test('is complained of once in a while, not each time', async () => {
    const { ask, logged } = watch(broken, { failurePolicy: 'ignore' })
    for (let round = 0; round < 50; round++) await ask()
    assert.deepEqual(logged(), ['the plugin fails'])
  })
  test('is not looked for in the answers of a built-in plugin', async () => {
    assert.equal(await watch(() => 7, {}, { trusted: true }).ask(), 7)
  })
})

describe('a plugin that fails again and again', () => {
  const circuitBreaker = { failures: 3, openFor: 60_000, counts: 'all' } as const

  test('is asked no longer, and named', async () => {
    let calls = 0
    const { ask, lines, logged } = watch(
      () => {
        calls++
        return broken()
      },
      { circuitBreaker },
    )
    for (let round = 0; round < 3; round++) await assert.rejects(async () => ask(), { code: 'PLUGIN_FAILED' })
    for (let round = 0; round < 5; round++) {
      await assert.rejects(async () => ask(), {
        code: 'PLUGIN_CIRCUIT_OPEN',
        retry: true,
        message: `plugin candidate is not asked test.greet for a while, for it failed many times in a row; the last time: plugin candidate failed at test.greet: out of ink; ${wayOut}`,
      })
    }
    assert.equal(calls, 3)
    assert.deepEqual(lines.slice(3), ['flotilla_plugin_circuit_open candidate test.greet 1'])
    assert.deepEqual(logged(), ['the plugin fails', 'the plugin is not asked for a while'])
  })
  test('has no opinion meanwhile, when failures are ignored', async () => {
    const { ask, lines } = watch(broken, { failurePolicy: 'ignore', circuitBreaker })
    for (let round = 0; round < 10; round++) assert.equal(await ask(), undefined)
    assert.equal(lines.filter((line) => line.startsWith('flotilla_plugin_duration')).length, 3)
  })
  test('is asked again after a while, and as before when it answers', async (t) => {
    t.mock.method(performance, 'now', () => clock)
    let clock = 1_000_000
    let answer: () => unknown = broken
    const { ask, lines, logged } = watch(() => answer(), { failurePolicy: 'ignore', circuitBreaker })
    for (let round = 0; round < 3; round++) await ask()
    answer = () => 'hello'
    assert.equal(await ask(), undefined)
    clock += 60_000
    assert.deepEqual([await ask(), await ask()], ['hello', 'hello'])
    assert.ok(lines.includes('flotilla_plugin_circuit_open candidate test.greet 0'))
    assert.equal(logged().at(-1), 'the plugin is asked again')
  })

  /** Whether it is still asked after failing so often. */
  const isAsked = async (answer: () => unknown, words: PluginPolicyWords, at = greet): Promise<boolean> => {
    const { ask } = watch(answer, { timeout: 5, ...words }, { at })
    const tried = async (): Promise<unknown> => ask()
    for (let round = 0; round < 5; round++) await tried().catch(() => undefined)
    const last = await tried().catch((error: unknown) => error)
    return (last as { readonly code?: string }).code !== 'PLUGIN_CIRCUIT_OPEN'
  }
  const scheduling = point('schedule.filter', first<string, string>)
  const unanswered = { circuitBreaker: {} }
  const scripted = (cause: Error) => () => {
    throw errors.CUSTOMIZATION_FAILED('fleets', 'InterpretHealth', 'Fleet sea/blue', cause)
  }
  const refuses = () => {
    throw errors.QUANTITY_INVALID('many')
  }
  const cases: Readonly<Record<string, readonly [asked: boolean, ...of: Parameters<typeof isAsked>]>> = {
    'one that throws is asked on': [true, broken, unanswered],
    'one that hangs is not': [false, hung, unanswered],
    'one that cannot be reached is not': [false, unreachable, unanswered],
    'one whose script throws is asked on': [true, scripted(errors.SANDBOX_FAILED('it', 'f', 'no')), unanswered],
    'one whose script does not come back is not': [false, scripted(errors.SANDBOX_TIMEOUT('it', 'f', 5)), unanswered],
    'one that throws is not, when all failures count': [false, broken, { circuitBreaker: { counts: 'all' } }],
    'one that objects to the question is asked on, even when all failures count': [
      true,
      refuses,
      { circuitBreaker: { counts: 'all' } },
    ],
    'one that hangs is asked on, when nobody said otherwise': [true, hung, {}],
    'one that hangs is not, at the points every binding passes': [false, hung, {}, scheduling],
    'one that hangs there is asked on, when the breaker is off': [
      true,
      hung,
      { circuitBreaker: { failures: 0 } },
      scheduling,
    ],
  }
  for (const [name, [asked, ...of]] of Object.entries(cases)) {
    test(name, async () => assert.equal(await isAsked(...of), asked))
  }
})

test("the scheduler's plugins are measured under Karmada's name, too", async () => {
  const estimate = point('schedule.estimate', least<{ readonly clusters: readonly [] }>)
  const { metrics, lines } = noted()
  const registry = new Registry()
  const policy = policyAt(estimate.id, {}, 1000)
  const { log } = fakeHost()
  registry.add(observed(on(estimate, () => ({ a: 1 })), { plugin: 'candidate', metrics, log, policy, trusted: true })) // biome-ignore format: one call
  await registry.ask(estimate, { clusters: [] })
  assert.deepEqual(lines, [
    'flotilla_plugin_duration_seconds candidate schedule.estimate success',
    'karmada_scheduler_plugin_execution_duration_seconds candidate Estimate success',
  ])
})
