import { type Fields, isFields } from '@flotilla/sdk'
import { Exceeded } from '../engine.ts'
import type { Api } from './binary.ts'

/** Where Lua keeps what scripts cannot reach. */
export const registry = -10000

const type = { nil: 0, boolean: 1, number: 3, string: 4, table: 5 }

/** Deeper than any object; a table in itself has no end. */
const deepest = 500

/** Names of fields that come again and again are kept in Lua: so many, and so long. */
const mostNames = 4096
const longestName = 64

/** Longer texts get memory of their own on their way. */
const roomForText = 2 ** 16

/** A script went wrong, in Lua's words or in ours. Lua itself is as it was. */
export class ScriptError extends Error {}

/** A field that is a name like any other. */
const property = { enumerable: true, writable: true, configurable: true }

/** What each value in a result counts for beside its text. */
const perValue = 2

const isPlain = (text: string): boolean => {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) return false
  return true
}

/**
 * The values on Lua's stack. What is pushed is what JSON can hold; what is read is that, too, or it throws.
 *
 * Lua has one word for `{}` and `[]`: a table that was pushed as one of them and is still empty is read as what it was; one
 * that a script made is read as `[]`.
 */
export class Stack {
  readonly #api: Api
  readonly #L: number
  readonly #names = new Map<string, number>()
  readonly #texts = new Map<number, string>()
  readonly #room: number
  readonly #length: number
  #heap: Buffer
  #empties = 0
  readonly #objects = new Set<number>()
  readonly #lists = new Set<number>()
  readonly #path: (string | number)[] = []
  #left = 0

  constructor(api: Api, L: number) {
    this.#api = api
    this.#L = L
    this.#heap = Buffer.from(api.memory.buffer)
    this.#room = api.malloc(roomForText)
    this.#length = api.malloc(4)
  }

  /** The memory has grown: what looked at it looks at nothing. */
  grown(): void {
    this.#heap = Buffer.from(this.#api.memory.buffer)
  }

  /** Forgets which empty tables were pushed. */
  forget(): void {
    if (this.#empties === 0) return
    this.#api.luaL_unref(this.#L, registry, this.#empties)
    this.#empties = 0
    this.#objects.clear()
    this.#lists.clear()
  }

  push(value: unknown): void {
    if (typeof value === 'string') this.pushText(value)
    else if (typeof value === 'number') this.#api.lua_pushnumber(this.#L, value)
    else if (typeof value === 'boolean') this.#api.lua_pushboolean(this.#L, Number(value))
    else if (Array.isArray(value)) this.#pushList(value)
    else if (isFields(value)) this.#pushObject(value)
    else this.#api.lua_pushnil(this.#L)
  }

  pushText(text: string): void {
    const bytes = text.length * 3
    const at = bytes > roomForText ? this.#api.malloc(bytes) : this.#room
    if (at === 0) throw new Exceeded('memory')
    this.#api.lua_pushlstring(this.#L, at, this.#write(text, at))
    if (at !== this.#room) this.#api.free(at)
  }

  /** Writes a text where C looks for it, and gives its place. It is there until the next one is. */
  cString(text: string): number {
    this.#heap[this.#room + this.#write(text, this.#room)] = 0
    return this.#room
  }

  /** Text at a place, up to its end in C. */
  textAt(at: number): string {
    return this.#heap.toString('utf8', at, this.#heap.indexOf(0, at))
  }

  /** A whole number at a place. */
  int(at: number): number {
    return this.#heap.readInt32LE(at)
  }

  /** The value on top, which stays there. `room`: how much there may be of it, in bytes of JSON. */
  read(room: number): unknown {
    this.#left = room
    this.#path.length = 0
    return this.#read()
  }

  #write(text: string, at: number): number {
    const { length } = text
    if (length > 48) return this.#heap.write(text, at)
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i)
      if (code > 127) return this.#heap.write(text, at)
      this.#heap[at + i] = code
    }
    return length
  }

  #pushName(name: string): void {
    const known = this.#names.get(name)
    if (known !== undefined) {
      this.#api.lua_rawgeti(this.#L, registry, known)
      return
    }
    this.pushText(name)
    if (this.#names.size < mostNames && name.length <= longestName && isPlain(name)) this.#keepName(name)
  }

  #keepName(name: string): void {
    this.#texts.set(this.#api.lua_tolstring(this.#L, -1, this.#length), name)
    this.#api.lua_pushvalue(this.#L, -1)
    this.#names.set(name, this.#api.luaL_ref(this.#L, registry))
  }

  #table(items: number, fields: number): void {
    if (!this.#api.lua_checkstack(this.#L, 4)) throw new ScriptError('it is nested too deeply')
    this.#api.lua_createtable(this.#L, items, fields)
  }

  #pushList(list: readonly unknown[]): void {
    this.#table(list.length, 0)
    if (list.length === 0) this.#remember(this.#lists)
    let at = 0
    for (const item of list) {
      at++
      this.push(item)
      this.#api.lua_rawseti(this.#L, -2, at)
    }
  }

  #pushObject(object: Fields): void {
    const names = Object.keys(object) // entries would cost a fifth of a call
    this.#table(0, names.length)
    if (names.length === 0) this.#remember(this.#objects)
    for (const name of names) {
      const value = object[name]
      if (value === null || value === undefined) continue
      this.#pushName(name)
      this.push(value)
      this.#api.lua_rawset(this.#L, -3)
    }
  }

  /** Remembers the empty table on top by its address, and keeps it, so that no other table gets that address. */
  #remember(kind: Set<number>): void {
    const { lua_createtable, lua_pushvalue, lua_rawgeti, lua_rawseti, lua_settop, luaL_ref, lua_topointer } = this.#api
    const L = this.#L
    kind.add(lua_topointer(L, -1))
    if (this.#empties === 0) {
      lua_createtable(L, 0, 0)
      this.#empties = luaL_ref(L, registry)
    }
    lua_rawgeti(L, registry, this.#empties)
    lua_pushvalue(L, -2)
    lua_rawseti(L, -2, this.#objects.size + this.#lists.size)
    lua_settop(L, -2)
  }

  #read(): unknown {
    const kind = this.#api.lua_type(this.#L, -1)
    this.#spend(perValue)
    if (kind === type.string) return this.#readText()
    if (kind === type.number) return this.#readNumber()
    if (kind === type.table) return this.#readTable()
    if (kind === type.boolean) return this.#api.lua_toboolean(this.#L, -1) !== 0
    if (kind <= type.nil) return null
    return this.#refuse(`a ${this.textAt(this.#api.lua_typename(this.#L, kind))} cannot be JSON`)
  }

  #spend(bytes: number): void {
    this.#left -= bytes
    if (this.#left < 0) throw new Exceeded('output')
  }

  #refuse(reason: string): never {
    const place = this.#path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('')
    throw new ScriptError(`what it gives${place && ` at ${place.slice(0, 200)}`}: ${reason}`)
  }

  #readNumber(): number {
    const number = this.#api.lua_tonumber(this.#L, -1)
    return Number.isFinite(number) ? number : this.#refuse(`${number} cannot be JSON`)
  }

  #readText(): string {
    const at = this.#api.lua_tolstring(this.#L, -1, this.#length)
    const length = this.#heap.readUInt32LE(this.#length)
    this.#spend(length)
    return this.#heap.toString('utf8', at, at + length)
  }

  #readName(): string {
    const at = this.#api.lua_tolstring(this.#L, -2, this.#length)
    const length = this.#heap.readUInt32LE(this.#length)
    this.#spend(length)
    return this.#texts.get(at) ?? this.#heap.toString('utf8', at, at + length)
  }

  #readTable(): unknown {
    const { lua_checkstack, lua_pushnil, lua_next, lua_type } = this.#api
    const L = this.#L
    if (this.#path.length > deepest || !lua_checkstack(L, 4))
      this.#refuse(`it is nested more than ${deepest} levels deep, or is in itself`)
    lua_pushnil(L)
    if (lua_next(L, -2) === 0) return this.#objects.has(this.#api.lua_topointer(L, -1)) ? {} : []
    return lua_type(L, -2) === type.number ? this.#readList() : this.#readObject()
  }

  /** The first key and its value are on the stack. */
  #readObject(): object {
    const { lua_type, lua_settop, lua_next } = this.#api
    const L = this.#L
    const object: Record<string, unknown> = {}
    do {
      if (lua_type(L, -2) !== type.string) this.#refuse('its keys are neither all names nor all numbers')
      const name = this.#readName()
      this.#path.push(name)
      const value = this.#read()
      if (name === '__proto__') Object.defineProperty(object, name, { ...property, value })
      else object[name] = value
      this.#path.pop()
      lua_settop(L, -2)
    } while (lua_next(L, -2) !== 0)
    return object
  }

  /** The first key and its value are on the stack. */
  #readList(): unknown[] {
    const { lua_type, lua_tonumber, lua_settop, lua_next } = this.#api
    const L = this.#L
    const items = new Map<number, unknown>()
    let isInOrder = true
    do {
      if (lua_type(L, -2) !== type.number) this.#refuse('its keys are neither all names nor all numbers')
      const index = lua_tonumber(L, -2)
      this.#path.push(index)
      isInOrder &&= index === items.size + 1
      items.set(index, this.#read())
      this.#path.pop()
      lua_settop(L, -2)
    } while (lua_next(L, -2) !== 0)
    return isInOrder ? [...items.values()] : this.#ordered(items)
  }

  #ordered(items: ReadonlyMap<number, unknown>): unknown[] {
    return Array.from({ length: items.size }, (_, at) =>
      items.has(at + 1) ? items.get(at + 1) : this.#refuse(`it is a list without item ${at + 1}`),
    )
  }
}
