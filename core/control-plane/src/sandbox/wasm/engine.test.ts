import assert from 'node:assert/strict'
import { test } from 'node:test'
import { conventions, echo, moduleOf, opened } from './modules.test-support.ts'

const failing = (code: string, message: RegExp) => (cause: unknown) => {
  assert.ok(cause instanceof Error && 'code' in cause)
  assert.equal(cause.code, code)
  assert.match(cause.message, message)
  return true
}

const mebibyte = 2 ** 20

test('a module gives a value for a value', async (t) => {
  const sandbox = await opened(t, echo)
  const object = { kind: 'Deployment', spec: { replicas: 3, name: 'größe €', list: [null, 1.5, true] } }
  assert.deepEqual(await sandbox.call('echo', [object]), [object])
})

test('a module says which functions it has', async (t) => {
  const { functions } = await opened(t, echo)
  assert.deepEqual(functions, ['echo', 'nothing', 'complain', 'trap', 'hang', 'count'])
})

test('a module that gives nothing gives null', async (t) => {
  const sandbox = await opened(t, echo)
  assert.deepEqual(await sandbox.call('nothing', [1]), [null])
})

test('what a module says went wrong is what went wrong', async (t) => {
  const sandbox = await opened(t, echo)
  await assert.rejects(
    sandbox.call('complain', [1]),
    failing('SANDBOX_FAILED', /^guest failed in complain: it is not to my liking$/),
  )
})

test('a module that traps begins anew', async (t) => {
  const sandbox = await opened(t, echo)
  assert.deepEqual(await sandbox.call('count', []), [1])
  assert.deepEqual(await sandbox.call('count', []), [2])
  await assert.rejects(sandbox.call('trap', []), failing('SANDBOX_FAILED', /unreachable/))
  assert.deepEqual(await sandbox.call('count', []), [1])
})

test('a module that complains goes on', async (t) => {
  const sandbox = await opened(t, echo)
  assert.deepEqual(await sandbox.call('count', []), [1])
  await assert.rejects(sandbox.call('complain', []))
  assert.deepEqual(await sandbox.call('count', []), [2])
})

test('a function that is not there fails by name', async (t) => {
  const sandbox = await opened(t, echo)
  await assert.rejects(
    sandbox.call('interpretHealth', [1]),
    failing('SANDBOX_FAILED', /it has no function interpretHealth/),
  )
})

test('what a module gives has to be JSON', async (t) => {
  const sandbox = await opened(
    t,
    moduleOf(`(module ${conventions('NaN')}
    (func (export "run") (call $say (i32.const 0) (i32.const 3))))`),
  )
  await assert.rejects(sandbox.call('run', [1]), failing('SANDBOX_FAILED', /not JSON/))
})

/** Modules that are refused before anything of them runs. */
const refused: Readonly<Record<string, { readonly text: string; readonly reason: RegExp }>> = {
  'that begins with more memory than it may have': {
    text: '(module (memory (export "memory") 1025))',
    reason: /begins with 64.0625 MiB of memory and may have 64/,
  },
  'that has a large table': { text: '(module (table 1000000 funcref))', reason: /table of more than 131072 entries/ },
  'that has many tables': { text: `(module ${'(table 1 funcref)'.repeat(9)})`, reason: /more than 8 tables/ },
  'that wants to speak to the network': {
    text: '(module (import "extism:host/env" "http_request" (func (param i64 i64) (result i64))))',
    reason: /it wants http_request of extism:host\/env, which a sandbox does not give/,
  },
  'that wants what nobody gives': {
    text: '(module (import "flotilla" "write" (func)))',
    reason: /it wants write of flotilla/,
  },
  'that wants the constructor of a host object': {
    text: '(module (import "env" "constructor" (func (param externref) (result externref))))',
    reason: /it wants constructor of env/,
  },
  'that wants to change host objects': {
    text: '(module (import "constructor" "defineProperty" (func (param externref externref externref))))',
    reason: /it wants defineProperty of constructor/,
  },
  'that brings no memory of its own': {
    text: '(module (import "env" "memory" (memory 1)))',
    reason: /it wants memory of env/,
  },
}

for (const [name, { text, reason }] of Object.entries(refused))
  test(`a module ${name} is refused`, async (t) => {
    await assert.rejects(opened(t, moduleOf(text)), failing('SANDBOX_PROGRAM', reason))
  })

test('bytes that are no module are refused, with the place', async (t) => {
  await assert.rejects(
    opened(t, new TextEncoder().encode('not a module')),
    failing('SANDBOX_PROGRAM', /guest cannot be run/),
  )
  await assert.rejects(opened(t, echo.subarray(0, 100)), failing('SANDBOX_PROGRAM', /cut off/))
})

test('structures that a garbage collector would keep are refused', async (t) => {
  const type = Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x5f, 1, 0x7f, 1]) // (module (type (struct (field (mut i32)))))
  await assert.rejects(opened(t, type), failing('SANDBOX_PROGRAM', /garbage collected/))
})

test('a module that begins with a loop without end is ended', { timeout: 60_000 }, async (t) => {
  const endless = moduleOf('(module (func $run (loop $again (br $again))) (start $run))')
  await assert.rejects(opened(t, endless), failing('SANDBOX_TIMEOUT', /its start/))
})

test('a module that takes more and more memory is told that there is none', async (t) => {
  const greedy = moduleOf(`(module ${conventions()}
    (func (export "run") (loop $more
      (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then unreachable))
      (br $more))))`)
  const sandbox = await opened(t, greedy, { memory: 16 * mebibyte })
  await assert.rejects(
    sandbox.call('run', []),
    failing('SANDBOX_MEMORY', /guest needed more than its 16 MiB of memory in run/),
  )
})

test('a module with a memory of 64 bits is bounded too', async (t) => {
  const greedy = moduleOf(`(module (memory (export "memory") i64 1)
    (func (export "run") (loop $more
      (if (i64.eq (memory.grow (i64.const 16)) (i64.const -1)) (then unreachable))
      (br $more))))`)
  const sandbox = await opened(t, greedy, { memory: 16 * mebibyte })
  await assert.rejects(sandbox.call('run', []), failing('SANDBOX_MEMORY', /16 MiB/))
})

test('a module cannot take memory of the host beside its own', async (t) => {
  const greedy = moduleOf(`(module ${conventions()}
    (func (export "large") (drop (call $alloc (i64.const 1000000000))))
    (func (export "many") (loop $more (drop (call $alloc (i64.const 0))) (br $more)))
    (func (export "negative") (drop (call $alloc (i64.const -1)))))`)
  const sandbox = await opened(t, greedy, { timeout: 20_000 })
  for (const name of sandbox.functions)
    await assert.rejects(sandbox.call(name, []), failing('SANDBOX_MEMORY', /64 MiB/))
})

test('what is taken in one call is there again for the next', async (t) => {
  const sandbox = await opened(
    t,
    moduleOf(`(module ${conventions()}
    (func (export "run") (drop (call $alloc (i64.const 40000000)))))`),
  )
  for (let call = 0; call < 5; call++) assert.deepEqual(await sandbox.call('run', []), [null])
})

test('a module that grows a table without end is stopped', async (t) => {
  const greedy = moduleOf(`(module (memory (export "memory") 1) (table $all 1 externref)
    (func (export "run") (loop $more
      (if (i32.eq (table.grow $all (ref.null extern) (i32.const 1000)) (i32.const -1)) (then unreachable))
      (br $more))))`)
  const sandbox = await opened(t, greedy)
  await assert.rejects(sandbox.call('run', []), failing('SANDBOX_FAILED', /unreachable/))
})

test('an answer of a hundred megabytes does not come through', async (t) => {
  const sandbox = await opened(
    t,
    moduleOf(
      `(module ${conventions()} (func (export "run") (call $output (call $alloc (i64.const 100000000)) (i64.const 100000000))))`,
    ),
    { memory: 256 * mebibyte },
  )
  await assert.rejects(
    sandbox.call('run', []),
    failing('SANDBOX_OUTPUT', /guest gave more than the 2048 KiB it may in run/),
  )
})

test('what a module says of its failure is cut', async (t) => {
  const sandbox = await opened(
    t,
    moduleOf(`(module ${conventions()}
    (func (export "run") (call $error (call $alloc (i64.const 30000000)))))`),
  )
  await assert.rejects(sandbox.call('run', []), (cause: Error) => cause.message.length < 3000)
})

test('a module that calls itself without end runs out of stack', async (t) => {
  const sandbox = await opened(
    t,
    moduleOf(`(module (memory (export "memory") 1) (func $run (export "run") (call $run)))`),
  )
  await assert.rejects(sandbox.call('run', []), failing('SANDBOX_FAILED', /stack/))
})

test('a module keeps no variables', async (t) => {
  const keeping = moduleOf(`(module
    (import "extism:host/env" "var_get" (func $get (param i64) (result i64)))
    (import "extism:host/env" "var_set" (func $set (param i64 i64)))
    ${conventions()}
    (func (export "read") (if (i64.ne (call $get (call $alloc (i64.const 1))) (i64.const 0)) (then unreachable)))
    (func (export "write") (call $set (call $alloc (i64.const 1)) (call $alloc (i64.const 1)))))`)
  const sandbox = await opened(t, keeping)
  assert.deepEqual(await sandbox.call('read', []), [null])
  await assert.rejects(sandbox.call('write', []), failing('SANDBOX_FAILED', /nothing is kept between calls/))
})

test('AssemblyScript says why it gave up', async (t) => {
  const text = [...'no spec'].map((letter) => `${letter}\\00`).join('')
  const sandbox = await opened(
    t,
    moduleOf(`(module (import "env" "abort" (func $abort (param i32 i32 i32 i32)))
    (memory (export "memory") 1) (data (i32.const 8) "\\0e\\00\\00\\00${text}")
    (func (export "run") (call $abort (i32.const 12) (i32.const 0) (i32.const 7) (i32.const 3))))`),
  )
  await assert.rejects(sandbox.call('run', []), failing('SANDBOX_FAILED', /: no spec \(line 7, column 3\)$/))
})
