import protobuf, { type Field, type Type } from 'protobufjs/light.js'
import { values } from './values.ts'

type Reader = protobuf.Reader

/** A whole number; the largest lose their last digits, as they do in JSON. */
const whole = (reader: Reader): number => Number(reader.int64())

const finite = (reader: Reader): number => {
  const number = reader.double()
  if (Number.isFinite(number)) return number
  throw new RangeError(`${number} cannot be said in JSON`)
}

interface Scalar {
  /** How it is on the wire. */
  readonly wire: number
  readonly read: (reader: Reader) => unknown
}

const varint = 0
const fixed64 = 1
const delimited = 2

const scalars: ReadonlyMap<string, Scalar> = new Map<string, Scalar>([
  ['bool', { wire: varint, read: (reader) => reader.bool() }],
  ['int32', { wire: varint, read: (reader) => reader.int32() }],
  ['int64', { wire: varint, read: whole }],
  ['double', { wire: fixed64, read: finite }],
  ['string', { wire: delimited, read: (reader) => reader.string() }],
  ['bytes', { wire: delimited, read: (reader) => Buffer.from(reader.bytes()).toString('base64') }],
])

const checkWire = ({ name }: Field, expected: number, wire: number): void => {
  if (wire !== expected) throw new TypeError(`${name} has the wire type ${wire} instead of ${expected}`)
}

/** The value of a field, of an element of it, or of an entry of a map. */
const readValue = (field: Field, reader: Reader, wire: number, depth: number): unknown => {
  const scalar = scalars.get(field.type)
  checkWire(field, scalar?.wire ?? delimited, wire)
  return scalar ? scalar.read(reader) : readInside(field.resolvedType as Type, reader, depth) // there are no enums
}

const nameOf = ({ name, options }: Field): string => options?.json ?? name

/** What is read of a message so far. Its names are those of the description. */
type Draft = Record<string, unknown>

const listIn = (draft: Draft, field: Field): unknown[] => {
  const name = nameOf(field)
  draft[name] ??= []
  return draft[name] as unknown[] // who else writes a repeated field
}

/** So many messages, elements and entries a body may have in it: an object of 3 MiB that says something has far fewer. */
const most = 250_000

/** Of the body that is being read. Nothing interrupts that. */
let found = 0

const count = (): void => {
  found += 1
  if (found > most) throw new RangeError(`it has more than ${most} messages, elements and entries in it`)
}

/** Numbers may come one by one, or all in one piece. */
const readElements = (draft: Draft, field: Field, reader: Reader, wire: number, depth: number): void => {
  const list = listIn(draft, field)
  const scalar = scalars.get(field.type)
  if (!scalar || scalar.wire === delimited || wire !== delimited) {
    count()
    list.push(readValue(field, reader, wire, depth) ?? null)
    return
  }
  const packed = protobuf.Reader.create(reader.bytes())
  while (packed.pos < packed.len) {
    count()
    list.push(scalar.read(packed))
  }
}

/** Keys are a stranger's: `__proto__` is one like any other. */
const setEntry = (draft: Draft, field: Field, key: string, value: unknown): void => {
  const name = nameOf(field)
  draft[name] ??= {}
  Object.defineProperty(draft[name], key, { value, enumerable: true, writable: true, configurable: true })
}

/** What an entry holds that says nothing of its value. */
const nothing = (field: Field): unknown =>
  scalars.has(field.type) ? '' : readMessage(field.resolvedType as Type, new Uint8Array(), 1) // maps are to texts and messages

const keyNumber = 1
const valueNumber = 2

const readEntry = (draft: Draft, field: Field, reader: Reader, wire: number, depth: number): void => {
  checkWire(field, delimited, wire)
  count()
  const entry = protobuf.Reader.create(reader.bytes())
  let key = ''
  let value: unknown
  while (entry.pos < entry.len) {
    const tag = entry.uint32()
    if (tag === ((keyNumber << 3) | delimited)) key = entry.string()
    else if (tag >>> 3 === valueNumber) value = readValue(field, entry, tag & 7, depth)
    else entry.skipType(tag & 7)
  }
  setEntry(draft, field, key, value ?? nothing(field) ?? null)
}

/** What Go leaves out: zeros, and what is null. */
const isLeftOut = ({ type, options }: Field, value: unknown): boolean =>
  value === undefined || (!value && scalars.has(type) && !options?.zero)

const readSingle = (draft: Draft, field: Field, reader: Reader, wire: number, depth: number): void => {
  const value = readValue(field, reader, wire, depth)
  const name = nameOf(field)
  if (field.options?.inline) Object.assign(draft, value)
  else if (!isLeftOut(field, value)) draft[name] = value
  else if (name in draft) delete draft[name] // the last one counts
}

const readField = (draft: Draft, type: Type, reader: Reader, depth: number): void => {
  const tag = reader.uint32()
  const number = tag >>> 3
  if (number === 0) throw new RangeError('there is no field 0')
  const field = type.fieldsById[number]
  if (!field) reader.skipType(tag & 7)
  else if (field.resolve().map) readEntry(draft, field, reader, tag & 7, depth)
  else if (field.repeated) readElements(draft, field, reader, tag & 7, depth)
  else readSingle(draft, field, reader, tag & 7, depth)
}

/** Lists and maps that Go writes although nothing is in them. */
const addEmpty = (draft: Draft, type: Type): void => {
  for (const field of type.fieldsArray) if (field.options?.empty) draft[nameOf(field)] ??= null
}

/** Deeper than anything anyone means. */
const deepest = 500

/**
 * A message as Go writes it in JSON: zeros that mean nothing are left out, what is inline is among the rest. Fields nobody knows yet are passed
 * over. Throws when the bytes are none of this message.
 */
export function readMessage(type: Type, bytes: Uint8Array, depth = 0): unknown {
  if (depth === 0) found = 0
  const reader = protobuf.Reader.create(bytes)
  return readUntil(type, reader, reader.len, depth)
}

function readUntil(type: Type, reader: Reader, end: number, depth: number): unknown {
  if (depth > deepest) throw new RangeError(`it is nested more than ${deepest} levels deep`)
  count()
  const draft: Draft = {}
  while (reader.pos < end) readField(draft, type, reader, depth + 1)
  if (reader.pos > end) throw new RangeError('a message is longer than its length says')
  addEmpty(draft, type)
  const value = type.options && values.get(type.options.as)
  return value ? value(draft) : draft
}

/** A message that begins with its length. */
function readInside(type: Type, reader: Reader, depth: number): unknown {
  const end = reader.uint32() + reader.pos
  if (end > reader.len) throw new RangeError('index out of range: a message is longer than what there is')
  return readUntil(type, reader, end, depth)
}
