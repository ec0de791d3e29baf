import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { deepFreeze, FlotillaError, type Metrics, type SandboxLimits } from '@flotilla/sdk'
import { createSandboxes } from '../sandboxes.ts'

const run = promisify(execFile)
const isolating = 'javascript/main.js'

/** Counts what was lost. */
const counting = () => {
  const lost: string[] = []
  const metrics: Metrics = {
    counter: () => ({ add: ({ reason = '' } = {}) => lost.push(reason) }),
    gauge: () => ({ set: () => undefined, forget: () => undefined }),
    histogram: () => ({ observe: () => undefined }),
  }
  return { metrics, lost }
}

/** Sandboxes that end with the test. */
function sandboxes(t: TestContext, processes = 0) {
  const life = new AbortController()
  t.after(() => life.abort())
  const { metrics, lost } = counting()
  const { open: openProgram } = createSandboxes({ metrics, signal: life.signal, processes })
  const open = (code: string, limits: Partial<SandboxLimits> = {}, name = 'module shop/health') =>
    openProgram({ name, runtime: 'javascript', code, limits: { timeout: 10_000, ...limits } })
  return { open, openProgram, lost, life }
}

/** What processes for programs somebody has. */
async function processesOf(parent: number): Promise<readonly number[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,args='])
  const lines = stdout.split('\n').filter((line) => line.includes(isolating))
  return lines
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([pid = 0, of]) => (of === parent ? [pid] : []))
}

const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 60_000; performance.now() < end; await pause(20)) if (await holds()) return
  assert.fail('it did not come about within a minute')
}

const codeOf = async (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'none',
    (error) => (error instanceof FlotillaError ? error.code : String(error)),
  )

test('a program is called with what JSON can hold, and gives as much', async (t) => {
  const { open } = sandboxes(t)
  const program = await open(`
    const secret = 1
    export function ready({ manifest }) { return manifest.status.ready >= secret }
    export const same = (...args) => args
    export async function later(value) { await null; return { value } }
    export const text = () => ({ a: '{"__proto__":1}', toJSON: undefined }), silent = () => new (class { toJSON() {} })()
    export const nothing = () => {}, no = () => null, gone = () => ({ a: undefined, at: new Date(0) })`)
  assert.deepEqual([...program.functions].sort(), ['gone', 'later', 'no', 'nothing', 'ready', 'same', 'silent', 'text'])
  const manifest = deepFreeze({ status: { ready: 2 } })
  assert.deepEqual(await program.call('ready', [{ manifest }]), [true])
  assert.deepEqual(await program.call('same', [manifest, 'ü\u2028', 1.5, null, []]), [
    [manifest, 'ü\u2028', 1.5, null, []],
  ])
  assert.deepEqual(await program.call('later', [1]), [{ value: 1 }])
  assert.deepEqual(await program.call('nothing', []), [null])
  assert.deepEqual(await program.call('no', []), [null])
  assert.deepEqual(await program.call('silent', []), [null])
  assert.deepEqual(await program.call('text', []), [{ a: '{"__proto__":1}' }])
  assert.deepEqual(await program.call('gone', []), [{ at: '1970-01-01T00:00:00.000Z' }])
})

test('a program may come as bytes', async (t) => {
  const { openProgram } = sandboxes(t)
  const code = new TextEncoder().encode("export const hello = () => 'grüß Gott'")
  const program = await openProgram({ name: 'bytes', runtime: 'javascript', code })
  assert.deepEqual(await program.call('hello', []), ['grüß Gott'])
})

const refused: Readonly<Record<string, readonly [code: string, reason: RegExp, timeout?: number]>> = {
  'does not parse': ['export const a = 1\nexport function f( {', /Unexpected end of input \(line 2, column 21\)$/],
  imports: [
    "\nimport fs from 'node:fs'\nexport const f = () => 1",
    /it imports 'node:fs': a program stands alone, bundle/,
  ],
  'imports later': [
    "await import('node:fs')\nexport const f = () => 1",
    /there is no import\(\): a program stands alone/,
  ],
  'throws when it starts': ["\n\nthrow new Error('boo')", /boo \(line 3, column 7\)$/],
  'does not come to its end': ['for(;;);', /does not come to its end within 300 ms$/, 300],
  'needs too much memory to start': [
    'const a = []; for (;;) a.push({ a: [1] })',
    /more than its 32 MiB of memory to start$/,
  ],
  'exports no function': ['export const a = 1', /it exports no function$/],
  'waits for what never comes': ['await new Promise(() => {})\nexport const f = () => 1', /'f' before initialization/],
}

test('a program that cannot be run is refused, with the place', async (t) => {
  const { open } = sandboxes(t)
  for (const [name, [code, reason, timeout = 20_000]] of Object.entries(refused))
    await t.test(name, () =>
      assert.rejects(open(code, { timeout, memory: 2 ** 25 }), (error: FlotillaError) => {
        assert.equal(error.code, 'SANDBOX_PROGRAM')
        assert.match(error.message, /^module shop\/health cannot be run: /)
        assert.match(error.message, reason)
        return true
      }),
    )
})

const failing: Readonly<Record<string, readonly [body: string, reason: RegExp]>> = {
  'throws an error': [
    '\n  return null.spec',
    /^TypeError: Cannot read properties of null \(reading 'spec'\) \(line 2, column 15\)$/,
  ],
  'throws an error of its own': [
    'class Mine extends Error {}; throw new Mine("no")',
    /^Error: no \(line 1, column \d+\)$/,
  ],
  'throws an object': ['throw { a: 1 }', /^it threw {"a":1}, which is no Error$/],
  'throws nothing': ['throw undefined', /^it threw undefined, which is no Error$/],
  'throws what cannot be shown': [
    'const e = new Error(); Object.defineProperty(e, "message", { get() { throw e } }); throw e',
    /cannot be shown/,
  ],
  'throws a book': ['throw new Error("x".repeat(1e6))', /^Error: x{1000,2000}$/],
  'rejects later': ['return (async () => { await null; throw new Error("late") })()', /^Error: late \(line 1/],
  'waits for what never comes': ['return new Promise(() => {})', /^its promise is never settled/],
  'recurs without end': ['return (function f() { return f() + 1 })()', /^RangeError: Maximum call stack size exceeded/],
  'gives NaN': ['return { a: [1, { b: NaN }] }', /^what it gave is not JSON: a\[1\]\.b is NaN$/],
  'gives an infinity': ['return -Infinity', /^what it gave is not JSON: it is -Infinity$/],
  'gives itself': ['const a = {}; a.b = [a]; return a', /^what it gave is not JSON: b\[0\] contains itself$/],
  'gives a function': ['return { f() {} }', /: f is a function, which JSON cannot hold$/],
  'gives a BigInt': ['return [10n]', /: \[0\] is a bigint, which JSON cannot hold$/],
  'gives a symbol': ['return Symbol()', /: it is a symbol, which JSON cannot hold$/],
  'gives a Map': ['return { m: new Map() }', /: m is a Map, which JSON cannot hold$/],
  'gives a hole': ['return [1, , 2]', /: \[1\] is undefined$/],
  'gives a promise inside': ['return { p: Promise.resolve(1) }', /: p is a promise: await it$/],
  'gives what is too deep': ['let a = {}; for (let i = 0; i < 1e5; i++) a = { a }; return a', /is nested too deeply$/],
  'gives a name that changes prototypes': [
    'return JSON.parse(\'{"a":{"__proto__":{"x":1}}}\')',
    /: __proto__ is a name that no object has$/,
  ],
  'gives such a name when it is written': [
    'return new (class { toJSON() { return JSON.parse(\'{"__proto__":{"x":1}}\') } })()',
    /: __proto__ is a name that no object has$/,
  ],
  'gives a name that is a book': ['return { ["x".repeat(1e6)]: NaN }', /^what it gave is not JSON: x{1900,2000}$/],
  'imports while it runs': ["return import('node:fs')", /^Error: there is no import\(\): a program stands alone/],
  'reaches for the process': ["return this.constructor.constructor('return process')()", /^(Reference|Type)Error: /],
  'reaches for the process through what it is given': [
    "return args.constructor.constructor('return process.env')()",
    /^ReferenceError: process is not defined/,
  ],
  'requires a module': ["return require('fs')", /^ReferenceError: require is not defined/],
  'asks the network': ["return fetch('http://127.0.0.1')", /^ReferenceError: fetch is not defined/],
  'makes a buffer that is too large': [
    'return new Uint8Array(1e9).length',
    /^RangeError: Array buffer allocation failed/,
  ],
}

test('a call that fails says why, and where; the next is answered', async (t) => {
  const { open, lost } = sandboxes(t)
  const innocent = await open('export const f = (x) => x + 1')
  for (const [name, [body, reason]] of Object.entries(failing))
    await t.test(name, async () => {
      const program = await open(`export function f(args) {${body}}\nexport const g = () => 1`)
      await assert.rejects(program.call('f', [{}]), (error: FlotillaError) => {
        assert.equal(error.code, 'SANDBOX_FAILED', error.message)
        const [, said = ''] = /^module shop\/health failed in f: (.*)$/s.exec(error.message) ?? []
        assert.match(said, reason)
        return true
      })
      assert.deepEqual(await program.call('g', []), [1])
      assert.deepEqual(await innocent.call('f', [1]), [2])
    })
  assert.deepEqual(lost, [])
})

test('a function that is not there is said not to be', async (t) => {
  const { open } = sandboxes(t)
  const program = await open('export const f = () => 1, a = 1')
  for (const name of ['g', 'a', 'toString', '__proto__', 'a\nb'])
    await assert.rejects(program.call(name, []), /it exports no function of this name$/)
})

/**
 * What V8 ends in time is given little of it. What only memory ends is given more than it needs; where V8 does not see it, it may
 * also be V8 that breaks first.
 */
const attacks: Readonly<Record<string, readonly [body: string, codes: RegExp, timeout?: number]>> = {
  'loops without end': ['for (;;);', /TIMEOUT/, 300],
  'lets a pattern backtrack without end': ['/^(a+)+$/.test("a".repeat(40) + "b")', /TIMEOUT/, 300],
  'awaits without end': ['return (async () => { for (;;) await null })()', /TIMEOUT/, 300],
  'catches what should end it': ['for (;;) try { for (;;); } finally { continue }', /TIMEOUT/, 300],
  'reckons without end': ['let a = 2n; for (;;) a = a ** 2n', /TIMEOUT|MEMORY|FAILED/, 300],
  'fills arrays': ['const a = []; for (;;) a.push(new Array(1000).fill(1))', /MEMORY|FAILED/],
  'fills one array': ['return new Array(1e8).fill({}).length', /MEMORY|FAILED/],
  'makes objects': ['const a = []; for (;;) a.push({ a: [1] })', /MEMORY/],
  'makes texts': ['let s = "x"; const a = []; for (;;) { s += s.slice(0, 1e6) + "y"; a.push(s) }', /MEMORY/],
  'makes buffers': ['const a = []; for (;;) a.push(new Uint8Array(1e6).fill(1))', /MEMORY|FAILED/],
  'fills a map': ['const m = new Map(); for (let i = 0; ; i++) m.set(i, i)', /MEMORY|TIMEOUT|FAILED/, 1000],
  'parses what is large': ['const t = "[" + "1,".repeat(2e7) + "1]"; return JSON.parse(t).length', /MEMORY|FAILED/],
  'sorts what is large': ['return Array.from({ length: 2e7 }, () => Math.random()).sort().length', /MEMORY|FAILED/],
  'gives a long text': ['return "x".repeat(3e6)', /OUTPUT/],
  'gives 100 MB': ['return "x".repeat(1e8)', /MEMORY|OUTPUT/],
  'gives many small things': ['return Array.from({ length: 1e6 }, (_, i) => i)', /OUTPUT/],
}

test('whoever attacks ends alone', async (t) => {
  const { open } = sandboxes(t)
  const innocent = await open('let calls = 0\nexport const f = (x) => x + 1')
  for (const [name, [body, codes, timeout = 20_000]] of Object.entries(attacks))
    await t.test(name, async () => {
      const attacker = await open(`export function f() {${body}}\nexport const g = () => 1`, { timeout })
      const attack = attacker.call('f', [])
      const others = Promise.all(Array.from({ length: 20 }, (_, index) => innocent.call('f', [index])))
      assert.match(await codeOf(attack), codes)
      assert.deepEqual(
        (await others).flat(),
        Array.from({ length: 20 }, (_, index) => index + 1),
      )
      assert.deepEqual(await attacker.call('g', []), [1])
      attacker.close()
    })
})

test('a program finds the language, and nothing else', async (t) => {
  const { open } = sandboxes(t)
  const program = await open('export const f = () => Object.getOwnPropertyNames(globalThis)')
  const [names] = await program.call('f', [])
  const others = ['process', 'require', 'module', 'fetch', 'setTimeout', 'queueMicrotask', 'WebAssembly', 'Atomics']
  assert.deepEqual(
    [...others, 'SharedArrayBuffer', 'Buffer', 'global', 'URL', 'crypto', 'performance'].filter((name) =>
      (names as string[]).includes(name),
    ),
    [],
  )
  assert.ok((names as string[]).includes('JSON'))
})

test('what a program does to prototypes is its own affair', async (t) => {
  const { open } = sandboxes(t)
  const vandal = await open(`
    export function f(value) {
      Object.prototype.polluted = 1
      Array.prototype[Symbol.iterator] = function* () { yield 'other' }
      JSON.stringify = () => '{"stolen":1}'
      JSON.parse = Promise.prototype.then = String.prototype.slice = () => { throw new Error('gone') }
      return { value }
    }`)
  const neighbour = await open('export const f = () => [({}).polluted ?? null, JSON.stringify([...[1]])]')
  assert.deepEqual(await vandal.call('f', [2]), [{ value: 2 }])
  assert.deepEqual(await neighbour.call('f', []), [[null, '[1]']])
  assert.equal('polluted' in {}, false)
})

test('nobody waits for the end of a slow call', async (t) => {
  const { open, lost } = sandboxes(t)
  const loop = 'export const loop = () => { for (;;); }, f = (x) => x'
  const limits = { timeout: 5000 }
  const [innocent, ...slow] = await Promise.all([
    open('export const f = (x) => x'),
    open(loop, limits),
    open(loop, limits),
  ])
  const order: string[] = []
  const calls = slow.flatMap((program) => [program.call('loop', []), program.call('f', ['after'])])
  const ends = calls.map((call) =>
    call.then(
      ([value]) => order.push(String(value)),
      ({ code }) => order.push(code),
    ),
  )
  for (let count = 0; count < 5; count++) order.push(String(await innocent?.call('f', [count])))
  await Promise.all(ends)
  assert.deepEqual(order.slice(0, -2).sort(), ['0', '1', '2', '3', '4', 'after', 'after'])
  assert.deepEqual(order.slice(-2), ['SANDBOX_TIMEOUT', 'SANDBOX_TIMEOUT'])
  assert.deepEqual(lost, [])
})

test('a program that took its process with it is kept apart: nobody waits for it', async (t) => {
  const { open, lost } = sandboxes(t)
  const innocent = await open('export const f = (x) => x')
  const attacker = await open(
    'export const fill = () => new Array(1e8).fill({}).length\nexport const loop = () => { for (;;); }',
    { timeout: 60_000, memory: 2 ** 25 },
  )
  assert.match(await codeOf(attacker.call('fill', [])), /MEMORY|FAILED/)
  assert.equal(lost.length, 1)
  let isOver = false
  const attack = codeOf(attacker.call('loop', [])).finally(() => {
    isOver = true
  })
  for (let count = 0; count < 5; count++) assert.deepEqual(await innocent.call('f', [count]), [count])
  assert.equal(isOver, false)
  attacker.close()
  assert.equal(await attack, 'SANDBOX_FAILED')
})

test('programs that were slow wait for each other, and nobody for them', async (t) => {
  const { open } = sandboxes(t)
  const innocent = await open('export const f = (x) => x')
  const spin = 'export const spin = (time) => { for (const end = Date.now() + time; Date.now() < end; ); }'
  const slow = await Promise.all([1, 2, 3].map(() => open(spin, { timeout: 60_000 })))
  await Promise.all(slow.map((program) => program.call('spin', [3000])))
  let over = 0
  const calls = slow.map((program) => codeOf(program.call('spin', [50_000])).finally(() => over++))
  for (let count = 0; count < 5; count++) assert.deepEqual(await innocent.call('f', [count]), [count])
  assert.equal(over, 0)
  for (const program of slow) program.close()
  await Promise.all(calls)
})

test('a program that was ended begins anew', async (t) => {
  const { open } = sandboxes(t)
  const program = await open('let n = 0\nexport const f = () => ++n, loop = () => { for (;;); }', { timeout: 300 })
  assert.deepEqual(await program.call('f', []), [1])
  assert.deepEqual(await program.call('f', []), [2])
  assert.equal(await codeOf(program.call('loop', [])), 'SANDBOX_TIMEOUT')
  assert.deepEqual(await program.call('f', []), [1])
})

test('what a program hoards over its calls does not stay', async (t) => {
  const { open } = sandboxes(t)
  const program = await open(
    'globalThis.all = []\nexport const f = () => { for (let i = 0; i < 200; i++) all.push(new Array(1000).fill(1)); return all.length }',
    { memory: 2 ** 24 },
  )
  let most = 0
  for (let count = 0; count < 100; count++) {
    const [held] = await program.call('f', []).catch(() => [0])
    most = Math.max(most, held as number)
  }
  assert.ok(most * 8000 < 3 * 2 ** 24, `${most} arrays were held`)
})

test('calls that wait are bounded', async (t) => {
  const { open } = sandboxes(t)
  const program = await open('export const f = () => 1')
  const codes = await Promise.all(Array.from({ length: 1100 }, () => codeOf(program.call('f', []))))
  assert.equal(codes.filter((code) => code === 'SANDBOX_BUSY').length, 98) // two are on their way
  assert.equal(codes.filter((code) => code === 'none').length, 1002)
})

test('a program may have as many calls at once as it says, in as many processes', async (t) => {
  const { open } = sandboxes(t, 2)
  const program = await open('export const f = (x) => x', { concurrency: 2 })
  const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => program.call('f', [index])))
  assert.deepEqual(
    answers.flat(),
    Array.from({ length: 20 }, (_, index) => index),
  )
  assert.ok((await processesOf(process.pid)).length >= 2)
})

test('calls fail when a program is closed', async (t) => {
  const { open } = sandboxes(t)
  const program = await open('export const f = () => { for (;;); }', { timeout: 500 })
  const calls = [1, 2, 3, 4].map(() => program.call('f', []))
  program.close()
  for (const call of calls) await assert.rejects(call, /it was closed$/)
  await assert.rejects(program.call('f', []), /it is closed$/)
})

test('all ends with the signal', async (t) => {
  const { open, life } = sandboxes(t)
  const program = await open('export const f = () => { for (;;); }')
  const call = program.call('f', [])
  await until(async () => (await processesOf(process.pid)).length > 0)
  life.abort()
  await assert.rejects(call, /the control plane ends$/)
  await assert.rejects(program.call('f', []), /the control plane ends$/)
  await until(async () => (await processesOf(process.pid)).length === 0)
})

const script = (body: string) => `
  import { createSandboxes } from ${JSON.stringify(new URL('../sandboxes.js', import.meta.url))}
  const nothing = () => ({ add() {}, set() {}, forget() {}, observe() {} })
  const metrics = { counter: nothing, gauge: nothing, histogram: nothing }
  const { open } = createSandboxes({ metrics, signal: new AbortController().signal })
  const program = await open({
    name: 'any',
    runtime: 'javascript',
    code: 'export const f = () => 1, loop = () => { for (;;); }',
    limits: { timeout: 600_000 },
  })
  ${body}`

test('sandboxes keep nobody alive who has nothing else to do', async () => {
  const { stdout } = await run(process.execPath, [
    '--input-type=module',
    '-e',
    script("console.log(...(await program.call('f', [])))"),
  ])
  assert.equal(stdout, '1\n')
})

test('no process outlives whoever started it, whatever it does', async () => {
  const body = "void program.call('loop', []); setImmediate(() => console.log('said'))"
  const starter = spawn(process.execPath, ['--input-type=module', '-e', script(body)])
  await once(starter.stdout, 'data')
  const children = await processesOf(starter.pid ?? 0)
  assert.equal(children.length, 1)
  starter.kill('SIGKILL')
  await once(starter, 'exit')
  await until(() => !children.some(isThere))
})
