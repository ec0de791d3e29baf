import { reasonOf } from '@flotilla/sdk'
import { Exceeded } from '../engine.ts'
import { type Api, instantiate, Panic } from './binary.ts'
import { type Bridge, bridge } from './bridge.ts'
import { clock } from './clock.ts'
import { type HostFunction, kube } from './kube.ts'
import { library } from './library.ts'
import { registry, ScriptError, Stack } from './stack.ts'

const globals = -10002
/** Where a function of ours finds its number. */
const upvalue = globals - 1
const allResults = -1
const outOfMemory = 4
const collect = 2
const setPause = 6
const type = { nil: 0, function: 6 }

/** How Lua describes a call on its stack: what that takes, and where it says which line of what it is at. */
const record = { bytes: 100, line: 20, source: 36 }

const page = 2 ** 16
const mebibyte = 2 ** 20
const most = 2 ** 31 - 1

/** Garbage is collected when memory has grown by so many percent: little of it lasts, and looking for that costs more than the garbage. */
const pause = 1000

/** With more than so much in use after a call, garbage is not left to lie. */
const untidy = 4 * mebibyte

/** A Lua that has grown beyond so much is not kept: memory of WebAssembly is never given back. */
const oversized = 48 * mebibyte

/** What Lua begins with: mostly room for the stack of C. */
const initial = 16 * mebibyte

/** What a script is called in Lua's own messages: they begin with `line:7: `. */
const script = 'line'
const placed = /^line:(\d+): /

/** What one call may have. */
export interface Room {
  readonly memory: number
  readonly output: number
}

/** A Lua, and the scripts in it, known by number. What a script does to its globals is gone after the call. */
export class State {
  readonly #api: Api
  readonly #bridge: Bridge
  readonly #L: number
  readonly #stack: Stack
  readonly #hosts: HostFunction[] = []
  /** The function of C that calls ours. */
  readonly #call: number
  readonly #record: number
  readonly #handler: number
  readonly #fresh: number
  #room = 64 * mebibyte
  #isBroken = false

  constructor() {
    this.#api = instantiate((memory, bytes) => this.#grow(memory, bytes))
    this.#bridge = bridge({ call: () => this.#host(), realloc: this.#api.realloc, free: this.#api.free })
    this.#call = this.#numbered(this.#bridge.call)
    this.#L = this.#api.lua_newstate(this.#numbered(this.#bridge.alloc), 0)
    this.#stack = new Stack(this.#api, this.#L)
    this.#record = this.#api.malloc(record.bytes)
    const { luaopen_base, luaopen_math, luaopen_string, luaopen_table } = this.#api
    for (const open of [luaopen_base, luaopen_math, luaopen_string, luaopen_table]) this.#open(open)
    this.#pushFunction(([message]) => this.#told(message))
    this.#handler = this.#api.luaL_ref(this.#L, registry)
    this.#fresh = this.#library()
    this.#api.lua_gc(this.#L, setPause, pause)
    this.#tidy()
  }

  /** Whether it cannot be used any longer. */
  get isBroken(): boolean {
    return this.#isBroken
  }

  /** Compiles a script, and gives its number. */
  compile(code: string, room: Room): number {
    if (code.startsWith('\x1b')) throw new ScriptError('it is no text')
    return this.#guarded(room, () => {
      this.#load(code, script)
      return this.#api.luaL_ref(this.#L, registry)
    })
  }

  forget(number: number): void {
    if (!this.#isBroken) this.#api.luaL_unref(this.#L, registry, number)
  }

  /** Runs a script with globals of its own, and calls one of the functions it defines. */
  call(number: number, name: string, args: readonly unknown[], room: Room): readonly unknown[] {
    return this.#guarded(room, () => {
      this.#api.lua_rawgeti(this.#L, registry, this.#handler)
      this.#define(number)
      this.#find(name)
      const below = this.#api.lua_gettop(this.#L) - 1
      for (const each of args) this.#stack.push(each)
      this.#run(args.length, allResults)
      return this.#results(this.#api.lua_gettop(this.#L) - below, room.output)
    })
  }

  /** The number by which Lua calls a function. */
  #numbered(fn: (...args: never[]) => number): number {
    const { __indirect_function_table: table } = this.#api
    const number = table.grow(1)
    table.set(number, fn)
    return number
  }

  #open(library: (L: number) => number): void {
    this.#api.lua_pushcclosure(this.#L, this.#numbered(library), 0)
    this.#api.lua_call(this.#L, 0, 0)
  }

  #pushFunction(fn: HostFunction): void {
    this.#api.lua_pushnumber(this.#L, this.#hosts.push(fn) - 1)
    this.#api.lua_pushcclosure(this.#L, this.#call, 1)
  }

  #pushFunctions(functions: Readonly<Record<string, HostFunction>>): void {
    this.#api.lua_createtable(this.#L, 0, Object.keys(functions).length)
    for (const [name, fn] of Object.entries(functions)) {
      this.#pushFunction(fn)
      this.#api.lua_setfield(this.#L, -2, this.#stack.cString(name))
    }
  }

  /** The number of what makes a new set of globals. */
  #library(): number {
    const { lua_setfield, lua_getfield, lua_call, luaL_ref } = this.#api
    this.#load(library, 'library')
    this.#pushFunctions(clock(Date.now))
    this.#pushFunctions(kube)
    lua_setfield(this.#L, -2, this.#stack.cString('kube'))
    lua_getfield(this.#L, globals, this.#stack.cString('getmetatable'))
    lua_call(this.#L, 2, 1)
    return luaL_ref(this.#L, registry)
  }

  #load(code: string, name: string): void {
    const bytes = Buffer.from(code)
    const at = this.#api.malloc(bytes.length || 1)
    if (at === 0) throw new Exceeded('memory')
    new Uint8Array(this.#api.memory.buffer).set(bytes, at)
    const status = this.#api.luaL_loadbuffer(this.#L, at, bytes.length, this.#stack.cString(`=${name}`))
    this.#api.free(at)
    this.#check(status)
  }

  /** Runs a script; its globals are then on the stack. */
  #define(number: number): void {
    const { lua_rawgeti, lua_pushvalue, lua_setfenv } = this.#api
    lua_rawgeti(this.#L, registry, this.#fresh)
    this.#run(0, 1)
    lua_rawgeti(this.#L, registry, number)
    lua_pushvalue(this.#L, -2)
    lua_setfenv(this.#L, -2)
    this.#run(0, 0)
  }

  /** Puts a function among the globals that are on the stack on the stack. */
  #find(name: string): void {
    const { lua_getfield, lua_type, lua_typename } = this.#api
    lua_getfield(this.#L, -1, this.#stack.cString(name))
    const found = lua_type(this.#L, -1)
    if (found === type.nil) throw new ScriptError(`not found function ${name}`)
    if (found !== type.function) {
      throw new ScriptError(`${name} is a ${this.#stack.textAt(lua_typename(this.#L, found))}, not a function`)
    }
  }

  #run(args: number, results: number): void {
    this.#check(this.#api.lua_pcall(this.#L, args, results, 1))
  }

  #check(status: number): void {
    if (status === outOfMemory) throw new Exceeded('memory')
    if (status !== 0) throw new ScriptError(this.#message())
  }

  /** What went wrong, in the script's words: they may be anything. */
  #message(): string {
    try {
      const message = this.#stack.read(4096)
      return typeof message === 'string' ? message.replace(placed, 'line $1: ') : JSON.stringify(message)
    } catch {
      return 'it failed with something that is no text'
    }
  }

  #results(count: number, output: number): readonly unknown[] {
    const results: unknown[] = []
    for (let left = count; left > 0; left--) {
      results.unshift(this.#stack.read(output))
      this.#api.lua_settop(this.#L, -2)
    }
    return results
  }

  /** Called by Lua for a function of ours: its arguments are all that is on the stack. */
  #host(): number {
    const { lua_tonumber, lua_error } = this.#api
    const fn = this.#hosts[lua_tonumber(this.#L, upvalue)]
    let problem: string
    try {
      this.#stack.push(fn?.(this.#arguments()))
      return 1
    } catch (cause) {
      if (isOfLua(cause)) throw cause
      problem = reasonOf(cause)
    }
    this.#stack.pushText(problem)
    return lua_error(this.#L)
  }

  #arguments(): readonly unknown[] {
    const { lua_gettop, lua_pushvalue, lua_settop } = this.#api
    return Array.from({ length: lua_gettop(this.#L) }, (_, at) => {
      lua_pushvalue(this.#L, at + 1)
      const value = this.#stack.read(this.#room)
      lua_settop(this.#L, -2)
      return value
    })
  }

  /** A message of an error with the line of the script, whatever the script called. Asked by Lua, where the error is. */
  #told(message: unknown): unknown {
    if (typeof message !== 'string' || placed.test(message)) return message
    const line = this.#line()
    const words = message.replace(/^library:\d+: /, '')
    return line === undefined ? words : `${script}:${line}: ${words}`
  }

  #line(): number | undefined {
    const { lua_getstack, lua_getinfo } = this.#api
    for (let level = 1; lua_getstack(this.#L, level, this.#record) !== 0; level++) {
      lua_getinfo(this.#L, this.#stack.cString('Sl'), this.#record)
      const line = this.#stack.int(this.#record + record.line)
      if (line > 0 && this.#stack.textAt(this.#record + record.source) === script) return line
    }
    return undefined
  }

  #grow(memory: WebAssembly.Memory, bytes: number): boolean {
    if (bytes > initial + 2 * this.#room) return false // pieces lie apart: what they take is more than what they are
    try {
      memory.grow(Math.ceil(Math.max(bytes - memory.buffer.byteLength, mebibyte) / page))
    } catch {
      return false
    }
    this.#stack.grown()
    return true
  }

  #guarded<T>({ memory }: Room, run: () => T): T {
    this.#room = memory
    this.#bridge.limit.value = Math.min(this.#bridge.used.value + memory, most)
    try {
      return run()
    } catch (cause) {
      if (cause instanceof ScriptError) throw cause
      if (cause instanceof Exceeded && cause.what === 'output') throw cause
      this.#isBroken = true
      throw understood(cause)
    } finally {
      if (!this.#isBroken) this.#tidy()
    }
  }

  /** Nothing of a call stays. */
  #tidy(): void {
    this.#bridge.limit.value = most
    this.#api.lua_settop(this.#L, 0)
    this.#stack.forget()
    if (this.#bridge.used.value > untidy) this.#api.lua_gc(this.#L, collect, 0)
    this.#isBroken = this.#api.memory.buffer.byteLength > oversized
  }
}

/** Whether it is on its way through Lua, or has left Lua in the middle of something. */
const isOfLua = (cause: unknown): boolean =>
  !(cause instanceof Error) ||
  cause instanceof Panic ||
  cause instanceof RangeError ||
  cause instanceof WebAssembly.RuntimeError

/** What broke Lua, as whoever asked should hear it. */
function understood(cause: unknown): unknown {
  if (cause instanceof Panic) return new Exceeded('memory')
  if (cause instanceof RangeError) return new ScriptError('it nests too deeply')
  return cause
}
