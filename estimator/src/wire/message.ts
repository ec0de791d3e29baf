import protobuf from 'protobufjs'
import { payloads, protocol } from './protocol.ts'

/** A message on the wire: an object one way, bytes the other way. */
export interface Message<T> {
  encode(value: T): Buffer
  /** Throws when the bytes are none of this message. */
  decode(bytes: Uint8Array): T
}

const estimating = protobuf.parse(protocol, { keepCase: true }).root
const kubernetes = protobuf.parse(payloads, { keepCase: true }).root

/** Lists and maps are always there, what else was not sent is not. */
const readable = { longs: Number, arrays: true, objects: true }

function messageOf<T extends object>(type: protobuf.Type): Message<T> {
  return {
    encode: (value) => Buffer.from(type.encode(type.fromObject(value)).finish()),
    decode: (bytes) => type.toObject(type.decode(bytes), readable) as T, // the fields are those of the type
  }
}

/** A message of the protocol, by its name there. */
export const spoken = <T extends object>(name: string): Message<T> =>
  messageOf<T>(estimating.lookupType(`github.com.karmada_io.karmada.pkg.estimator.pb.${name}`))

/** A message of Kubernetes' own, by its name there. */
export const carried = <T extends object>(name: string): Message<T> =>
  messageOf<T>(kubernetes.lookupType(`k8s.io.${name}`))
