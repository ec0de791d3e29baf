/** The protobuf wire format, as far as documents need it. A message is the bytes of its fields, one after another. */

const empty = Buffer.alloc(0)

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  while (rest > 0x7f) {
    bytes.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  return Buffer.from([...bytes, rest])
}

const types = { varint: 0, fixed64: 1, bytes: 2 } as const

const key = (field: number, type: keyof typeof types): Buffer => varint(field * 8 + types[type])

/** A message, a text, or anything else with a length, in a field of another message. */
export const bytes = (field: number, value: Uint8Array | undefined): Buffer =>
  value ? Buffer.concat([key(field, 'bytes'), varint(value.length), value]) : empty

export const text = (field: number, value: unknown): Buffer =>
  typeof value === 'string' ? bytes(field, Buffer.from(value)) : empty

/** Zero and false are what a missing field means. */
export const flag = (field: number, value: unknown): Buffer =>
  value === true ? Buffer.concat([key(field, 'varint'), varint(1)]) : empty

/** A whole number that is not negative. */
export const whole = (field: number, value: unknown): Buffer =>
  typeof value === 'number' && value > 0 ? Buffer.concat([key(field, 'varint'), varint(value)]) : empty

export function double(field: number, value: unknown): Buffer {
  if (typeof value !== 'number') return empty
  const number = Buffer.alloc(8)
  number.writeDoubleLE(value)
  return Buffer.concat([key(field, 'fixed64'), number])
}

export const message = (...fields: readonly Buffer[]): Buffer => Buffer.concat(fields)

/** A field that occurs once for each value. */
export const repeated = <T>(values: Iterable<T> | undefined, write: (value: T) => Buffer): Buffer =>
  values ? Buffer.concat([...values].map(write)) : empty
