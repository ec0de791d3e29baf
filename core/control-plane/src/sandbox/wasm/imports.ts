import type { CallContext } from '@extism/extism'
import { Exceeded } from '../engine.ts'
import { notCapable, systemOn } from './system.ts'

/** Functions that a module may import, by where they come from. Extism gives them the context of the call. */
type Functions = Record<string, Record<string, (context: CallContext, ...args: never[]) => unknown>>

const wasi = 'wasi_snapshot_preview1'
const extism = 'extism:host/env'

/** What Extism itself gives, and may stay: how what is asked comes in, and what is answered goes out. */
const given: readonly string[] = [
  'free',
  'length',
  'length_unsafe',
  'load_u8',
  'load_u64',
  'store_u8',
  'store_u64',
  'input_offset',
  'input_length',
  'input_load_u8',
  'input_load_u64',
  'output_set',
  'error_set',
  'config_get',
]

/** A module that asks for what every object has, like its constructor, gets that neither. */
const isGiven = (own: Functions, home: string, name: string): boolean =>
  Object.hasOwn(own, home) && (Object.hasOwn(own[home] ?? {}, name) || (home === extism && given.includes(name)))

/** What a block of Extism's costs beside its bytes. */
const upkeep = 512

/** Everything around one instance. */
export interface Surroundings {
  readonly functions: Functions
  /** A new call may need as much memory as the one before. */
  renew(): void
  /** What the module printed lately. */
  printed(): string
}

/** What AssemblyScript calls when it gives up: a text lies at `at`, its length before it. */
function abortReason(memory: ArrayBuffer, at: number): string {
  const length = at > 4 ? new DataView(memory).getUint32(at - 4, true) : 0
  return Buffer.from(memory, at, Math.min(length, 2000)).toString('utf16le')
}

/** A text that a module that gives up leaves behind. */
const abortOn =
  (memory: () => ArrayBuffer) =>
  (_context: CallContext, message: number, _file: number, line: number, column: number): never => {
    throw new Error(`${abortReason(memory(), message)} (line ${line}, column ${column})`)
  }

const ignored = () => undefined

/** What is here instead of what Extism has: no variables, and nobody who reads a log. */
const quiet: Functions[string] = {
  var_get: () => 0n,
  var_set() {
    throw new Error('it wants to keep a variable, and nothing is kept between calls')
  },
  get_log_level: () => 2 ** 31 - 1, // none is worth logging
  log_trace: ignored,
  log_debug: ignored,
  log_info: ignored,
  log_warn: ignored,
  log_error: ignored,
}

/** Blocks of the host's memory, as many as a call may have. */
function blocks(most: number) {
  let taken = 0
  return {
    renew() {
      taken = 0
    },
    alloc(context: CallContext, size: bigint) {
      taken += Number(BigInt.asUintN(64, size)) + upkeep
      if (taken > most) throw new Exceeded('memory')
      return context.alloc(size)
    },
  }
}

/** Gives a module what it imports. Throws when that is something that a sandbox does not give. */
export function surroundingsOf(
  module: WebAssembly.Module,
  { memory, most }: { memory: () => ArrayBuffer; most: number },
): Surroundings {
  const system = systemOn(memory)
  const known = new Map(Object.entries(system.functions))
  const { alloc, renew } = blocks(most)
  const functions: Functions = { [extism]: { ...quiet, alloc }, env: { abort: abortOn(memory) } }
  const ofSystem: Functions[string] = {}
  for (const { module: home, name } of WebAssembly.Module.imports(module)) {
    if (home === wasi) ofSystem[name] = (_context, ...args) => (known.get(name) ?? notCapable)(...args)
    else if (!isGiven(functions, home, name))
      throw new Error(`it wants ${name} of ${home}, which a sandbox does not give`)
  }
  return { functions: { ...functions, [wasi]: ofSystem }, renew, printed: system.printed }
}
