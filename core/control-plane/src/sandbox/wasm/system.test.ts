import assert from 'node:assert/strict'
import { test } from 'node:test'
import { conventions, moduleOf, opened } from './modules.test-support.ts'

/** A module for WASI: what it imports of it, by name and parameters, and what it does. It finds a text at 0. */
const reactor = (imports: Readonly<Record<string, string>>, body: string, text = '') => {
  const each = Object.entries(imports).map(
    ([name, types]) => `(import "wasi_snapshot_preview1" "${name}" (func $${name} (param ${types}) (result i32)))`,
  )
  return moduleOf(`(module ${each.join(' ')} ${conventions(text)} ${body})`)
}

const digit = (value: string) =>
  `(i32.store8 (i32.const 1000) (i32.add (i32.const 48) ${value})) (call $say (i32.const 1000) (i32.const 1))`

test('a reactor is told that it begins', async (t) => {
  const sandbox = await opened(
    t,
    reactor(
      {},
      `(global $begun (mut i32) (i32.const 0))
      (func (export "_initialize") (global.set $begun (i32.const 7)))
      (func (export "run") ${digit('(global.get $begun)')})`,
    ),
  )
  assert.deepEqual(sandbox.functions, ['run'])
  assert.deepEqual(await sandbox.call('run', []), [7])
})

test('there are no files', async (t) => {
  const sandbox = await opened(
    t,
    reactor(
      { path_open: 'i32 i32 i32 i32 i32 i64 i64 i32 i32', fd_prestat_get: 'i32 i32' },
      `(func (export "open") (i32.store8 (i32.const 1000)
          (call $path_open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 11) (i32.const 0)
            (i64.const -1) (i64.const -1) (i32.const 0) (i32.const 500)))
        (i32.store8 (i32.const 1001) (i32.add (i32.const 48) (i32.rem_u (i32.load8_u (i32.const 1000)) (i32.const 10))))
        (i32.store8 (i32.const 1000) (i32.add (i32.const 48) (i32.div_u (i32.load8_u (i32.const 1000)) (i32.const 10))))
        (call $say (i32.const 1000) (i32.const 2)))
      (func (export "folders") ${digit('(call $fd_prestat_get (i32.const 3) (i32.const 500))')})`,
      '/etc/passwd',
    ),
  )
  assert.deepEqual(await sandbox.call('open', []), [76]) // not capable
  assert.deepEqual(await sandbox.call('folders', []), [8]) // no such file
})

test('there is no environment, and there are no arguments', async (t) => {
  const count = (name: string) => `(i32.store (i32.const 500) (i32.const 9))
    (drop (call $${name} (i32.const 500) (i32.const 504))) ${digit('(i32.load (i32.const 500))')}`
  const sandbox = await opened(
    t,
    reactor(
      { environ_sizes_get: 'i32 i32', args_sizes_get: 'i32 i32' },
      `(func (export "environment") ${count('environ_sizes_get')}) (func (export "arguments") ${count('args_sizes_get')})`,
    ),
  )
  assert.deepEqual(await sandbox.call('environment', []), [0])
  assert.deepEqual(await sandbox.call('arguments', []), [0])
})

test('what a module printed before it left is why it failed', async (t) => {
  const sandbox = await opened(
    t,
    moduleOf(`(module
      (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      ${conventions('panic: no spec')}
      (func (export "run")
        (i32.store (i32.const 504) (i32.const 14))
        (drop (call $write (i32.const 2) (i32.const 500) (i32.const 1) (i32.const 600)))
        (if (i32.ne (i32.load (i32.const 600)) (i32.const 14)) (then unreachable))
        (call $exit (i32.const 2))))`),
  )
  await assert.rejects(sandbox.call('run', []), /guest failed in run: panic: no spec \(it left with 2\)$/)
})

test('who sleeps wakes at once, as nobody else has anything to do', async (t) => {
  const sandbox = await opened(
    t,
    reactor(
      { poll_oneoff: 'i32 i32 i32 i32' },
      `(func (export "run")
        (i64.store (i32.const 100) (i64.const 5)) (i64.store (i32.const 124) (i64.const 3600000000000))
        (if (call $poll_oneoff (i32.const 100) (i32.const 200) (i32.const 1) (i32.const 300)) (then unreachable))
        (if (i64.ne (i64.load (i32.const 200)) (i64.const 5)) (then unreachable))
        ${digit('(i32.load (i32.const 300))')})`,
    ),
    { timeout: 20_000 },
  )
  assert.deepEqual(await sandbox.call('run', []), [1])
})

test('there is a clock, and chance', async (t) => {
  const sandbox = await opened(
    t,
    reactor(
      { clock_time_get: 'i32 i64 i32', random_get: 'i32 i32' },
      `(func (export "run")
        (drop (call $clock_time_get (i32.const 0) (i64.const 0) (i32.const 500)))
        (if (i64.lt_u (i64.load (i32.const 500)) (i64.const 1700000000000000000)) (then unreachable))
        (drop (call $random_get (i32.const 600) (i32.const 16)))
        (if (i64.eq (i64.load (i32.const 600)) (i64.load (i32.const 608))) (then unreachable)))`,
    ),
  )
  assert.deepEqual(await sandbox.call('run', []), [null])
})

test('what a module says of its memory is not believed', async (t) => {
  const sandbox = await opened(
    t,
    reactor(
      { random_get: 'i32 i32', fd_write: 'i32 i32 i32 i32' },
      `(func (export "chance") (drop (call $random_get (i32.const -1) (i32.const -1))))
       (func (export "write") (drop (call $fd_write (i32.const 1) (i32.const 65535) (i32.const 100) (i32.const 0))))`,
    ),
  )
  for (const name of sandbox.functions) await assert.rejects(sandbox.call(name, []), /guest failed in/)
})
