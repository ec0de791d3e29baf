import { type Answer, decode, encode } from 'dns-packet'
import type { Question, Reply } from './answer.ts'
import { type Code, code, type RecordSet } from './record.ts'

/** What a client said of itself by EDNS. */
export interface Edns {
  readonly version: number
  readonly wantsSecurity: boolean
  /** The longest answer it takes in one packet. */
  readonly size: number
}

export interface Query extends Question {
  /** The bytes it was asked in, which are said again as they are: some clients tell by upper and lower case who answers. */
  readonly bytes: Buffer
  readonly edns?: Edns
}

/** A message that is a query, or what is wrong with it. */
export type Reading = { readonly query: Query } | { readonly error: Code }

const headerLength = 12
const pointerToQuestion = Buffer.from([0xc0, headerLength])
const isResponse = 0x80
/** Additional records of a query: one for EDNS, one for a signature, and some to spare. */
const mostAdditional = 8

const shown = (byte: number): string => {
  const isPlain = byte > 0x20 && byte < 0x7f && byte !== 0x2e && byte !== 0x5c
  return isPlain ? String.fromCharCode(byte) : `\\${String(byte).padStart(3, '0')}`
}

/** The name at the beginning of a question, and where it ends; undefined: it is none. */
function nameAt(message: Buffer, start: number): { readonly name: string; readonly end: number } | undefined {
  const labels: string[] = []
  let at = start
  for (let length = message[at]; length !== 0; length = message[at]) {
    if (length === undefined || length > 63 || at + length - start > 253) return undefined
    const label = message.subarray(at + 1, at + 1 + length)
    const text = label.toString('latin1')
    labels.push(/^[\w-]*$/.test(text) ? text : [...label].map(shown).join('')) // a dot in a label does not end it
    at += length + 1
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 }
}

interface Opt {
  readonly udpPayloadSize: number
  readonly ednsVersion: number
  readonly flag_do: boolean
}

const ednsOf = ({ udpPayloadSize, ednsVersion, flag_do }: Opt): Edns => ({
  version: ednsVersion,
  wantsSecurity: flag_do,
  size: udpPayloadSize,
})

const malformed: Reading = { error: code.malformed }

/** The EDNS of a message that can be read from end to end; throws when it cannot. */
function ednsIn(message: Buffer): Edns | undefined | 'twice' {
  const options = (decode(message).additionals ?? []).filter(({ type }) => type === 'OPT')
  if (options.length > 1 || options.some(({ name }) => name !== '.')) return 'twice'
  return options[0] && ednsOf(options[0] as unknown as Opt) // the types do not know what it decodes
}

/** Reads a message; undefined: nobody is to be answered. */
export function read(message: Buffer): Reading | undefined {
  if (message.length < headerLength || message.readUInt8(2) & isResponse) return undefined
  if ((message.readUInt8(2) >> 3) & 0xf) return { error: code.unsupported }
  const [questions, answers, authorities, additional] = [4, 6, 8, 10].map((at) => message.readUInt16BE(at))
  if (questions !== 1 || answers !== 0 || (authorities ?? 0) > 1 || (additional ?? 0) > mostAdditional) return malformed
  const found = nameAt(message, headerLength)
  if (!found || found.end + 4 > message.length) return malformed
  try {
    const edns = ednsIn(message)
    if (edns === 'twice') return malformed
    return {
      query: {
        name: found.name,
        type: message.readUInt16BE(found.end),
        class: message.readUInt16BE(found.end + 2),
        bytes: Buffer.from(message.subarray(headerLength, found.end + 4)), // the message is not kept for it
        ...(edns && { edns }),
      },
    }
  } catch {
    return malformed // the library says why, the protocol has one word for it
  }
}

/** What the library makes of a record, from its owner on. */
const encoded = (record: Answer): Buffer => encode({ type: 'response', answers: [record] }).subarray(headerLength)

function rows(set: RecordSet, name: string): readonly Buffer[] {
  const { type, ttl } = set
  return set.data.map((data) => encoded({ type, name, ttl, data } as Answer)) // a set holds what its type has
}

/** Encodes what it has not encoded yet. */
function kept(make: (set: RecordSet) => readonly Buffer[]): (set: RecordSet) => readonly Buffer[] {
  const known = new WeakMap<RecordSet, readonly Buffer[]>()
  return (set) => {
    const made = known.get(set) ?? make(set)
    known.set(set, made)
    return made
  }
}

const named = kept((set) => rows(set, set.name))
/** The name of the question is not said twice. */
const answering = kept((set) => rows(set, '.').map((row) => Buffer.concat([pointerToQuestion, row.subarray(1)])))

const rowsOf = (set: RecordSet, { name }: Question): readonly Buffer[] =>
  set.name === name ? answering(set) : named(set)

const turned = <T>(items: readonly T[], by: number): readonly T[] =>
  items.length < 2 ? items : [...items.slice(by % items.length), ...items.slice(0, by % items.length)]

export interface Limits {
  /** The longest answer, in bytes. */
  readonly size: number
  /** The longest that is taken from others in one packet. */
  readonly ownSize: number
  /** With how manieth of the answers it begins. */
  readonly turn: number
}

const optLength = 11
const biggest = 65_535
/** One answer is written at a time. */
const page = Buffer.allocUnsafe(biggest)

class Writer {
  readonly #end: number
  at: number

  constructor(at: number, end: number) {
    this.at = at
    this.#end = end
  }

  /** How many of them there was room for. */
  put(rows: readonly Buffer[]): number {
    for (const [count, row] of rows.entries()) {
      if (this.at + row.length > this.#end) return count
      this.at += row.copy(page, this.at)
    }
    return rows.length
  }
}

const authoritative = 0x04
const truncated = 0x02

function writeOpt(at: number, { code }: Reply, { wantsSecurity }: Edns, ownSize: number): number {
  page[at] = 0
  page.writeUInt16BE(41, at + 1)
  page.writeUInt16BE(ownSize, at + 3)
  page[at + 5] = code >> 4
  page[at + 6] = 0
  page.writeUInt16BE(wantsSecurity ? 0x8000 : 0, at + 7)
  page.writeUInt16BE(0, at + 9)
  return at + optLength
}

/**
 * The reply on the wire, without the id and the flags of who asked. What there is no room for is left out: of answers as
 * many as fit are said, and that they are not all.
 */
export function write(query: Query, reply: Reply, { size, ownSize, turn }: Limits): Buffer {
  const { edns, bytes } = query
  const writer = new Writer(headerLength + bytes.copy(page, headerLength), size - (edns ? optLength : 0))
  const all = reply.answers.flatMap((set) => turned(rowsOf(set, query), turn))
  const reasons = reply.authority.flatMap((set) => rowsOf(set, query))
  const answers = writer.put(all)
  const isCut = answers < all.length
  const authorities = isCut ? 0 : writer.put(reasons)
  const additional = isCut ? 0 : writer.put(reply.additional.flatMap((set) => turned(rowsOf(set, query), turn)))
  page.writeUInt16BE(0, 0)
  page[2] = isResponse | (reply.authoritative ? authoritative : 0) | (isCut ? truncated : 0)
  page[3] = reply.code & 0xf
  for (const [i, count] of [1, answers, authorities, additional + (edns ? 1 : 0)].entries())
    page.writeUInt16BE(count, 4 + 2 * i)
  const end = edns ? writeOpt(writer.at, reply, edns, ownSize) : writer.at
  return Buffer.from(page.subarray(0, end))
}

/** Says what is wrong with a message whose question cannot be said again. */
export function complain(why: Code): Buffer {
  const complaint = Buffer.alloc(headerLength)
  complaint[2] = isResponse
  complaint[3] = why & 0xf
  return complaint
}

/** The same for one who asked: with his id, and what he said of recursion. Of that we have none to offer. */
export function addressed(reply: Buffer, message: Buffer): Buffer {
  const copy = Buffer.allocUnsafe(reply.length)
  reply.copy(copy)
  copy[0] = message[0] ?? 0
  copy[1] = message[1] ?? 0
  copy[2] = (reply[2] ?? 0) | ((message[2] ?? 0) & 0x79) // the opcode, and whether recursion is desired
  return copy
}
