/**
 * What JavaScript cannot be by itself: functions that Lua can call by their number. `call` is a `lua_CFunction` that calls ours.
 * `alloc` is a `lua_Alloc` that counts: beyond `limit` there is no memory.
 *
 * ```wat
 * (module
 *   (import "" "call" (func $call (param i32) (result i32)))
 *   (import "" "realloc" (func $realloc (param i32 i32) (result i32)))
 *   (import "" "free" (func $free (param i32)))
 *   (global $used (export "used") (mut i32) (i32.const 0))
 *   (global $limit (export "limit") (mut i32) (i32.const 0x7fffffff))
 *   (func (export "call") (param i32) (result i32) (call $call (local.get 0)))
 *   (func (export "alloc") (param $data i32) (param $at i32) (param $old i32) (param $new i32) (result i32) (local $sum i32)
 *     (local.set $sum (i32.add (i32.sub (global.get $used) (local.get $old)) (local.get $new)))
 *     (if (i32.eqz (local.get $new))
 *       (then (call $free (local.get $at)) (global.set $used (local.get $sum)) (return (i32.const 0))))
 *     (if (i32.and (i32.gt_u (local.get $new) (local.get $old)) (i32.gt_u (local.get $sum) (global.get $limit)))
 *       (then (return (i32.const 0))))
 *     (local.tee $at (call $realloc (local.get $at) (local.get $new)))
 *     (if (then (global.set $used (local.get $sum))))
 *     (local.get $at)))
 * ```
 */
const sized = (bytes: readonly number[]): readonly number[] => [bytes.length, ...bytes] // none is longer than a byte can say
const section = (id: number, ...bytes: readonly number[]): readonly number[] => [id, ...sized(bytes)]
const text = (value: string): readonly number[] => sized([...value].map((letter) => letter.charCodeAt(0)))

const i32 = 0x7f
const bytes = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  // types: (i32) -> i32, (i32 i32) -> i32, (i32) -> (), (i32 i32 i32 i32) -> i32
  ...section(
    1,
    ...[4, 0x60, 1, i32, 1, i32, 0x60, 2, i32, i32, 1, i32, 0x60, 1, i32, 0],
    ...[0x60, 4, i32, i32, i32, i32, 1, i32],
  ),
  // imports, from a module without a name
  ...section(2, 3, 0, ...text('call'), 0, 0, 0, ...text('realloc'), 0, 1, 0, ...text('free'), 0, 2),
  // functions by type: call, alloc
  ...section(3, 2, 0, 3),
  // globals: used, limit
  ...section(6, 2, i32, 1, 0x41, 0, 0x0b, i32, 1, 0x41, 0xff, 0xff, 0xff, 0xff, 0x07, 0x0b),
  ...section(7, 4, ...text('call'), 0, 3, ...text('alloc'), 0, 4, ...text('used'), 3, 0, ...text('limit'), 3, 1),
  // code: call, alloc
  ...section(
    10,
    2,
    ...sized([0, 0x20, 0, 0x10, 0, 0x0b]),
    ...sized([
      ...[1, 1, i32],
      ...[0x23, 0, 0x20, 2, 0x6b, 0x20, 3, 0x6a, 0x21, 4],
      ...[0x20, 3, 0x45, 0x04, 0x40, 0x20, 1, 0x10, 2, 0x20, 4, 0x24, 0, 0x41, 0, 0x0f, 0x0b],
      ...[0x20, 3, 0x20, 2, 0x4b, 0x20, 4, 0x23, 1, 0x4b, 0x71, 0x04, 0x40, 0x41, 0, 0x0f, 0x0b],
      ...[0x20, 1, 0x20, 3, 0x10, 1, 0x22, 1, 0x04, 0x40, 0x20, 4, 0x24, 0, 0x0b, 0x20, 1, 0x0b],
    ]),
  ),
])

export interface Bridge {
  /** How many bytes are in use. */
  readonly used: WebAssembly.Global
  /** How many may be. */
  readonly limit: WebAssembly.Global
  readonly call: () => number
  readonly alloc: () => number
}

let compiled: WebAssembly.Module | undefined

export interface Banks {
  /** What a function in Lua that is one of ours does with its state. How many results it left on the stack. */
  readonly call: (L: number) => number
  readonly realloc: (at: number, bytes: number) => number
  readonly free: (at: number) => void
}

export function bridge({ call, realloc, free }: Banks): Bridge {
  compiled ??= new WebAssembly.Module(bytes)
  return new WebAssembly.Instance(compiled, { '': { call, realloc, free } }).exports as unknown as Bridge // see above
}
