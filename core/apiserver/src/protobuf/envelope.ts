import protobuf from 'protobufjs/light.js'
import { refusal } from '../status.ts'
import { messageOf } from './messages.ts'
import { readMessage } from './read.ts'

/** What a body should hold. */
interface Kind {
  readonly apiVersion: string
  readonly kind: string
}

/** What every body begins with: `k8s` and a zero. */
const prefix: readonly number[] = [0x6b, 0x38, 0x73, 0x00]

const delimited = 2

/** The texts and messages in a message, by their number. */
const partsOf = (bytes: Uint8Array): ReadonlyMap<number, Uint8Array> => {
  const reader = protobuf.Reader.create(bytes)
  const parts = new Map<number, Uint8Array>()
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if ((tag & 7) === delimited) parts.set(tag >>> 3, reader.bytes())
    else reader.skipType(tag & 7)
  }
  return parts
}

const textOf = (bytes: Uint8Array | undefined): string => (bytes ? Buffer.from(bytes).toString() : '')

interface Envelope extends Kind {
  readonly raw: Uint8Array
}

const empty = new Uint8Array()

/** A `runtime.Unknown` of Kubernetes. What it does not say of its kind is as expected. */
const opened = (bytes: Uint8Array, expected: Kind): Envelope => {
  if (!prefix.every((byte, i) => bytes[i] === byte))
    throw new TypeError(`provided data does not appear to be a protobuf message, expected prefix [${prefix.join(' ')}]`)
  if (bytes.length === prefix.length) throw new TypeError('empty body')
  const parts = partsOf(bytes.subarray(prefix.length))
  const [typeMeta, raw = empty] = [1, 2].map((number) => parts.get(number))
  const kinds = partsOf(typeMeta ?? empty)
  return { apiVersion: textOf(kinds.get(1)) || expected.apiVersion, kind: textOf(kinds.get(2)) || expected.kind, raw }
}

const readRaw = ({ apiVersion, kind, raw }: Envelope): unknown => {
  const message = messageOf(apiVersion, kind)
  if (!message) throw new TypeError(`no kind "${kind}" is registered for version "${apiVersion}"`)
  return readMessage(message, raw)
}

/** Throws what a step throws as the 400 it means. */
const refusing = <T>(said: string, step: () => T): T => {
  try {
    return step()
  } catch (cause) {
    throw refusal.badRequest(`${said}: ${cause instanceof Error ? cause.message : String(cause)}`, cause)
  }
}

/** The object in a body of `application/vnd.kubernetes.protobuf`. Throws 400 when there is none. */
export const readEnvelope = (bytes: Uint8Array, expected: Kind): unknown => {
  const unrecognized = `the object provided is unrecognized (must be of type ${expected.kind})`
  const envelope = refusing(unrecognized, () => opened(bytes, expected))
  const { apiVersion, kind } = envelope
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1)
  const wrong = `${kind} in version "${version}" cannot be handled as a ${expected.kind}`
  return { kind, apiVersion, ...(refusing(wrong, () => readRaw(envelope)) as object) }
}
