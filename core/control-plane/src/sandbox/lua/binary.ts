import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

type Pointer = number

/** Of Lua's C API, what is used here. A state is `L`, a place on its stack an `index`; texts are addresses. */
export interface Api {
  readonly memory: WebAssembly.Memory
  readonly __indirect_function_table: WebAssembly.Table
  __wasm_call_ctors(): void
  emscripten_stack_init(): void
  stackSave(): number
  stackRestore(at: number): void
  setThrew(threw: number, value: number): void
  malloc(bytes: number): Pointer
  realloc(at: Pointer, bytes: number): Pointer
  free(at: Pointer): void

  lua_newstate(allocator: number, data: number): Pointer
  luaopen_base(L: Pointer): number
  luaopen_table(L: Pointer): number
  luaopen_string(L: Pointer): number
  luaopen_math(L: Pointer): number
  luaL_loadbuffer(L: Pointer, code: Pointer, bytes: number, name: Pointer): number
  luaL_ref(L: Pointer, table: number): number
  luaL_unref(L: Pointer, table: number, ref: number): void
  lua_call(L: Pointer, args: number, results: number): void
  lua_pcall(L: Pointer, args: number, results: number, handler: number): number
  lua_error(L: Pointer): number
  lua_gc(L: Pointer, what: number, data: number): number
  lua_getstack(L: Pointer, level: number, record: Pointer): number
  lua_getinfo(L: Pointer, what: Pointer, record: Pointer): number
  lua_setfenv(L: Pointer, index: number): number

  lua_checkstack(L: Pointer, extra: number): number
  lua_gettop(L: Pointer): number
  lua_settop(L: Pointer, index: number): void
  lua_pushvalue(L: Pointer, index: number): void
  lua_insert(L: Pointer, index: number): void
  lua_pushnil(L: Pointer): void
  lua_pushboolean(L: Pointer, value: number): void
  lua_pushnumber(L: Pointer, value: number): void
  lua_pushlstring(L: Pointer, at: Pointer, bytes: number): void
  lua_pushcclosure(L: Pointer, fn: number, upvalues: number): void
  lua_createtable(L: Pointer, items: number, fields: number): void
  lua_getfield(L: Pointer, index: number, key: Pointer): void
  lua_setfield(L: Pointer, index: number, key: Pointer): void
  lua_rawset(L: Pointer, index: number): void
  lua_rawgeti(L: Pointer, index: number, item: number): void
  lua_rawseti(L: Pointer, index: number, item: number): void
  lua_next(L: Pointer, index: number): number
  lua_type(L: Pointer, index: number): number
  lua_typename(L: Pointer, type: number): Pointer
  lua_toboolean(L: Pointer, index: number): number
  lua_tonumber(L: Pointer, index: number): number
  lua_tolstring(L: Pointer, index: number, bytes: Pointer): Pointer
  lua_topointer(L: Pointer, index: number): Pointer
}

/** Lua ended the process it thinks it runs in: it had no memory left where it could not say so. */
export class Panic extends Error {}

/** Thrown through the frames between an error in Lua and where Lua catches it. */
const jump: unique symbol = Symbol('longjmp')

/** Lua 5.1.5, as it is compiled to WebAssembly: compiled once for a thread. */
let compiled: WebAssembly.Module | undefined

function binary(): WebAssembly.Module {
  const file = fileURLToPath(import.meta.resolve('wasmoon-lua5.1/dist/liblua5.1.wasm'))
  compiled ??= new WebAssembly.Module(readFileSync(file))
  return compiled
}

/** What a C library answers when there is nothing of the kind. */
const notThere = -52

/**
 * A Lua of its own, with nothing around it: of what its C library would ask a system for, it gets memory, as far as `grow`
 * gives it, and the time. There are no files, no environment and no processes to ask for.
 */
export function instantiate(grow: (memory: WebAssembly.Memory, bytes: number) => boolean): Api {
  const functions = new Map<number, (a: number, b: number) => void>()
  const functionAt = (index: number) => {
    const known = functions.get(index) ?? api.__indirect_function_table.get(index)
    functions.set(index, known)
    return known
  }
  const system: Readonly<Record<string, (...args: never[]) => unknown>> = {
    exit: () => {
      throw new Panic()
    },
    /** Calls what may jump: how C's `setjmp` is compiled. */
    invoke_vii: (index: number, a: number, b: number) => {
      const at = api.stackSave()
      try {
        functionAt(index)(a, b)
      } catch (thrown) {
        if (thrown !== jump) throw thrown
        api.stackRestore(at)
        api.setThrew(1, 0)
      }
    },
    _emscripten_throw_longjmp: () => {
      throw jump
    },
    emscripten_resize_heap: (bytes: number) => Number(grow(api.memory, bytes >>> 0)),
    emscripten_memcpy_js: (to: number, from: number, bytes: number) =>
      new Uint8Array(api.memory.buffer).copyWithin(to, from, from + bytes),
    emscripten_date_now: () => Date.now(),
    environ_sizes_get: () => 0,
    environ_get: () => 0,
  }
  const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {}
  for (const { module, name } of WebAssembly.Module.imports(binary())) {
    imports[module] ??= {}
    imports[module][name] = system[name] ?? (() => notThere)
  }
  const api = new WebAssembly.Instance(binary(), imports).exports as unknown as Api // the binary is the one in package.json
  api.__wasm_call_ctors()
  api.emscripten_stack_init()
  return api
}
