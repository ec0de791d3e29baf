import type { TestContext } from 'node:test'
import type { Metrics, Sandbox, Sandboxes, SandboxLimits } from '@flotilla/sdk'
import { fakeHost } from '@flotilla/sdk/testing'
import wabt from 'wabt'
import { createSandboxes } from '../sandboxes.ts'

const { parseWat } = await wabt()

/** A module from its text. */
export const moduleOf = (text: string): Uint8Array =>
  parseWat('module.wat', text, { memory64: true, exceptions: true }).toBinary({}).buffer

/** The imports by which a module hears what it is asked and says what it answers, and a memory with these bytes at 0. */
export const conventions = (bytes = '') => `
  (import "extism:host/env" "input_offset" (func $input (result i64)))
  (import "extism:host/env" "input_length" (func $input_length (result i64)))
  (import "extism:host/env" "input_load_u8" (func $input_byte (param i64) (result i32)))
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "store_u8" (func $store (param i64 i32)))
  (import "extism:host/env" "output_set" (func $output (param i64 i64)))
  (import "extism:host/env" "error_set" (func $error (param i64)))
  (memory (export "memory") 1)
  (data (i32.const 0) "${bytes}")
  (func $block (param $from i32) (param $length i32) (result i64)
    (local $block i64) (local $at i32)
    (local.set $block (call $alloc (i64.extend_i32_u (local.get $length))))
    (loop $next
      (if (i32.lt_u (local.get $at) (local.get $length)) (then
        (call $store (i64.add (local.get $block) (i64.extend_i32_u (local.get $at)))
          (i32.load8_u (i32.add (local.get $from) (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next))))
    (local.get $block))
  (func $say (param $from i32) (param $length i32)
    (call $output (call $block (local.get $from) (local.get $length)) (i64.extend_i32_u (local.get $length))))`

/** A module that gives back what it is asked, and knows some other ways to end a call. */
export const echo = moduleOf(`(module ${conventions('it is not to my liking')}
  (global $calls (mut i32) (i32.const 48))
  (func (export "echo") (result i32) (call $output (call $input) (call $input_length)) (i32.const 0))
  (func (export "nothing") (result i32) (i32.const 0))
  (func (export "complain") (result i32) (call $error (call $block (i32.const 0) (i32.const 22))) (i32.const 1))
  (func (export "trap") (result i32) unreachable)
  (func (export "hang") (result i32) (loop $again (br $again)) (i32.const 0))
  (func (export "count") (result i32)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (i32.store8 (i32.const 100) (global.get $calls))
    (call $say (i32.const 100) (i32.const 1))
    (i32.const 0)))`)

/** Sandboxes that end with a test. */
export function sandboxesFor(test: TestContext, metrics: Metrics = fakeHost().metrics): Sandboxes {
  const life = new AbortController()
  test.after(() => life.abort())
  return createSandboxes({ metrics, signal: life.signal })
}

export const opened = (test: TestContext, code: Uint8Array, limits: Partial<SandboxLimits> = {}): Promise<Sandbox> =>
  sandboxesFor(test).open({ name: 'guest', runtime: 'wasm', code, limits })
