import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { FlotillaError, type Sandbox, type SandboxLimits } from '@flotilla/sdk'
import { createMetrics } from '../../server/metrics.ts'
import { metersOf } from '../meter.ts'
import { defaultLimits } from '../sandboxes.ts'
import { conventions, echo, moduleOf } from '../wasm/modules.test-support.ts'
import { Pool, type PoolOptions } from './pool.ts'

const code = (cause: unknown) => (cause instanceof FlotillaError ? cause.code : `no error of ours: ${cause}`)

/** What a call came to: its value, or the code of its error. */
const outcome = (call: Promise<readonly unknown[]>): Promise<unknown> => call.then(([value]) => value, code)

/** A pool with one thread, and one more for whoever waits behind a slow call. */
function poolFor(test: TestContext, options: Partial<PoolOptions> = {}) {
  const life = new AbortController()
  test.after(() => life.abort())
  const pool = new Pool({ threads: 1, signal: life.signal, ...options })
  const metrics = createMetrics()
  const meter = metersOf(metrics)('wasm')
  const open = (name: string, limits: Partial<SandboxLimits> = {}, module = echo): Promise<Sandbox> =>
    pool.open('wasm', { name, code: module, limits: { ...defaultLimits, ...limits } }, meter)
  return { open, metrics, end: () => life.abort() }
}

test('who does not come back is ended alone', async (t) => {
  const { open, metrics } = poolFor(t)
  const [hanging, other] = [await open('hanging', { timeout: 1000 }), await open('other')]
  const calls = [hanging.call('hang', []), other.call('echo', ['still here']), other.call('echo', ['and here'])]
  assert.deepEqual(await Promise.all(calls.map(outcome)), ['SANDBOX_TIMEOUT', 'still here', 'and here'])
  assert.deepEqual(await hanging.call('echo', ['back']), ['back'])
  assert.match(await metrics.expose(), /flotilla_sandbox_lost_total\{runtime="wasm",reason="timeout"\} 1/)
})

test('nobody waits for who does not come back', async (t) => {
  const { open } = poolFor(t)
  const [hanging, other] = [await open('hanging', { timeout: 60_000 }), await open('other', { timeout: 30_000 })]
  const hung = outcome(hanging.call('hang', []))
  assert.deepEqual(await other.call('echo', [1]), [1])
  hanging.close()
  assert.equal(await hung, 'SANDBOX_FAILED')
})

test('programs take turns', async (t) => {
  const { open } = poolFor(t)
  const [busy, other] = [await open('busy', { timeout: 30_000 }), await open('other', { timeout: 30_000 })]
  const before = async () => {
    let calls = 0
    const many = Array.from({ length: 500 }, () => busy.call('echo', [1]).then(() => calls++))
    await other.call('echo', [1])
    const others = calls
    await Promise.all(many)
    return others
  }
  let calls = await before()
  for (let again = 0; calls > 2 && again < 20; again++) calls = await before() // a machine that is slow makes other threads stand in
  assert.ok(calls <= 2, `${calls} calls went first`)
})

test('calls of one program wait for each other, no longer than a call may take', async (t) => {
  const { open } = poolFor(t)
  const sandbox = await open('one', { timeout: 200 })
  const calls = [sandbox.call('hang', []), sandbox.call('hang', [])]
  assert.deepEqual(await Promise.all(calls.map(outcome)), ['SANDBOX_TIMEOUT', 'SANDBOX_BUSY'])
})

test('a program that may have several calls at once has them', async (t) => {
  const { open } = poolFor(t, { threads: 2 })
  const sandbox = await open('two', { timeout: 200, concurrency: 2 })
  const calls = [sandbox.call('hang', []), sandbox.call('hang', [])]
  assert.deepEqual(await Promise.all(calls.map(outcome)), ['SANDBOX_TIMEOUT', 'SANDBOX_TIMEOUT'])
})

test('no more than a thousand calls of a program wait', async (t) => {
  const { open, metrics, end } = poolFor(t)
  const sandbox = await open('one', { timeout: 60_000 })
  const calls = [sandbox.call('hang', []), ...Array.from({ length: 1000 }, () => sandbox.call('echo', [1]))].map(
    outcome,
  )
  await assert.rejects(sandbox.call('echo', [1]), /one had no turn for echo: 1000 calls of it wait/)
  assert.match(await metrics.expose(), /flotilla_sandbox_waiting_calls\{runtime="wasm"\} 1000/)
  end()
  assert.deepEqual([...new Set(await Promise.all(calls))], ['SANDBOX_FAILED'])
  assert.match(await metrics.expose(), /flotilla_sandbox_waiting_calls\{runtime="wasm"\} 0/)
})

test('a program that is closed answers nobody any more, and holds nothing', async (t) => {
  const { open, metrics } = poolFor(t)
  const sandbox = await open('one')
  assert.match(await metrics.expose(), /flotilla_sandbox_programs\{runtime="wasm"\} 1/)
  const call = outcome(sandbox.call('echo', [1]))
  sandbox.close()
  sandbox.close()
  assert.equal(await call, 'SANDBOX_FAILED')
  await assert.rejects(sandbox.call('echo', [1]), /it was closed/)
  await (await open('other')).close() // after what was on its way
  const text = await metrics.expose()
  assert.match(text, /flotilla_sandbox_programs\{runtime="wasm"\} 0/)
  assert.match(text, /flotilla_sandbox_memory_bytes\{runtime="wasm"\} 0/)
})

test('nothing is opened in a pool that has ended', async (t) => {
  const { open, end } = poolFor(t)
  const sandbox = await open('one')
  end()
  await assert.rejects(sandbox.call('echo', [1]), /it was closed/)
  await assert.rejects(open('two'), /it was closed/)
})

test('what was not used for the longest time is given back, and begins anew', async (t) => {
  const { open } = poolFor(t, { memory: 2 ** 20 }) // three programs of a page each
  const all = [await open('a'), await open('b'), await open('c'), await open('d')]
  const count = async (sandbox: Sandbox | undefined) => (await sandbox?.call('count', []))?.[0]
  const [a, b, , d] = all
  assert.deepEqual([await count(b), await count(b)], [1, 2])
  assert.deepEqual([await count(d), await count(a), await count(b)], [1, 1, 3])
})

test('what a broken program held is given back at once', async (t) => {
  const { open, metrics } = poolFor(t)
  const greedy = await open(
    'greedy',
    {},
    moduleOf(`(module ${conventions()}
    (func (export "run") (drop (memory.grow (i32.const 500))) unreachable))`),
  )
  await assert.rejects(greedy.call('run', []))
  assert.match(await metrics.expose(), /flotilla_sandbox_memory_bytes\{runtime="wasm"\} 262144/)
})

test('what is not JSON is nothing to ask about', async (t) => {
  const { open } = poolFor(t)
  const sandbox = await open('one')
  const circle: Record<string, unknown> = {}
  circle.self = circle
  await assert.rejects(sandbox.call('echo', [circle]), /one failed in echo: what it is asked about is not JSON/)
  assert.deepEqual(await sandbox.call('echo', [{ a: Number.NaN, b: undefined }]), [{ a: null }])
})

test('a process does not stay for its sandboxes', async () => {
  const script = `
    import { createSandboxes } from '${new URL('../sandboxes.js', import.meta.url)}'
    import { echo } from '${new URL('../wasm/modules.test-support.js', import.meta.url)}'
    import { fakeHost } from '@flotilla/sdk/testing'
    const sandboxes = createSandboxes({ metrics: fakeHost().metrics, signal: new AbortController().signal })
    const sandbox = await sandboxes.open({ name: 'one', runtime: 'wasm', code: echo, limits: { timeout: 1000 } })
    await sandbox.call('hang', []).catch(() => undefined)
    console.log((await sandbox.call('echo', ['done']))[0])`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: new URL('.', import.meta.url),
    timeout: 60_000,
  })
  assert.equal(stdout, 'done\n')
})
