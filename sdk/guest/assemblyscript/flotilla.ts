// Generated from the schema of the guest points. Do not edit.

import { JSON } from 'json-as'

// The imports of a guest: what Extism gives to every program. Nothing else is there.
// @ts-ignore: decorators
@external('extism:host/env', 'input_length') declare function inputLength(): u64
// @ts-ignore: decorators
@external('extism:host/env', 'input_load_u8') declare function inputLoad8(offset: u64): u8
// @ts-ignore: decorators
@external('extism:host/env', 'input_load_u64') declare function inputLoad64(offset: u64): u64
// @ts-ignore: decorators
@external('extism:host/env', 'alloc') declare function alloc(length: u64): u64
// @ts-ignore: decorators
@external('extism:host/env', 'store_u8') declare function store8(offset: u64, value: u8): void
// @ts-ignore: decorators
@external('extism:host/env', 'store_u64') declare function store64(offset: u64, value: u64): void
// @ts-ignore: decorators
@external('extism:host/env', 'output_set') declare function outputSet(offset: u64, length: u64): void

function input(): string {
  const length = <i32>inputLength()
  const bytes = new ArrayBuffer(length)
  const start = changetype<usize>(bytes)
  let at = 0
  for (; at + 8 <= length; at += 8) store<u64>(start + at, inputLoad64(at))
  for (; at < length; at++) store<u8>(start + at, inputLoad8(at))
  return String.UTF8.decode(bytes)
}

/** Bytes where the host finds them. */
function handOver(bytes: ArrayBuffer): u64 {
  const length = bytes.byteLength
  const start = changetype<usize>(bytes)
  const to = alloc(length)
  let at = 0
  for (; at + 8 <= length; at += 8) store64(to + at, load<u64>(start + at))
  for (; at < length; at++) store8(to + at, load<u8>(start + at))
  return to
}

function output(text: string): i32 {
  const bytes = String.UTF8.encode(text)
  outputSet(handOver(bytes), bytes.byteLength)
  return 0
}

/** What the function was asked. */
export function argument<T>(): T {
  return JSON.parse<T>(input())
}

/** Answers. A function returns what this gives. */
export function answer<T>(value: T): i32 {
  return output(JSON.stringify<T>(value))
}

/** Answers with JSON that is there as a text. */
export function answerText(json: string): i32 {
  return output(json)
}

/** Answers that it has no opinion: the next one is asked. */
export function noOpinion(): i32 {
  return output('null')
}

/** The object at a path of fields, to look at: `objectAt(manifest, ['spec', 'template'])`. To change it, use `setAt`. */
export function objectAt(object: JSON.Obj, path: string[]): JSON.Obj | null {
  let now = object
  for (let i = 0; i < path.length; i++) {
    const value = now.get(path[i])
    if (value === null || value.type !== JSON.Types.Object) return null
    now = value.get<JSON.Obj>()
  }
  return now
}

/** What stands at a path of fields: null when there is nothing, or a null. */
export function valueAt(object: JSON.Obj, path: string[]): JSON.Value | null {
  const last = path.length - 1
  const parent = objectAt(object, path.slice(0, last))
  if (parent === null) return null
  const value = parent.get(path[last])
  return value === null || value.type === JSON.Types.Null ? null : value
}

/** The whole number at a path of fields, or another one when there is none. */
export function integerAt(object: JSON.Obj, path: string[], otherwise: i64): i64 {
  const value = valueAt(object, path)
  return value === null ? otherwise : <i64>value.get<f64>()
}

/** The text at a path of fields: empty when there is none. */
export function textAt(object: JSON.Obj, path: string[]): string {
  const value = valueAt(object, path)
  return value === null || value.type !== JSON.Types.String ? '' : value.get<string>()
}

/** The objects in a list at a path of fields: none when there is no list. */
export function objectsAt(object: JSON.Obj, path: string[]): JSON.Obj[] {
  const objects: JSON.Obj[] = []
  const value = valueAt(object, path)
  if (value === null || value.type !== JSON.Types.Array) return objects
  const list = value.get<JSON.Arr>()
  for (let i = 0; i < list.length; i++) {
    const item = list.at(i)
    if (item.type === JSON.Types.Object) objects.push(item.get<JSON.Obj>())
  }
  return objects
}

/** Puts a value at a path of fields; objects on the way are made where they are missing. */
export function setAt<T>(object: JSON.Obj, path: string[], value: T): void {
  if (path.length === 1) {
    object.set<T>(path[0], value)
    return
  }
  const below = objectAt(object, [path[0]])
  const child = below === null ? new JSON.Obj() : below
  setAt<T>(child, path.slice(1), value)
  object.set<JSON.Obj>(path[0], child)
}
