import { readFileSync } from 'node:fs'
import protobuf, { type Type } from 'protobufjs/light.js'

/** Messages by their name in their package, as protobufjs writes them down. */
type Package = Readonly<Record<string, protobuf.IType>>

/** What the generator wrote. */
interface Described {
  /** Which package the kinds of an `apiVersion` are in. */
  readonly versions: Readonly<Record<string, string>>
  readonly packages: Readonly<Record<string, Package>>
}

/** The same place for the sources, for `dist` and in the published package. */
const file = new URL('../../schemas/protobuf.json', import.meta.url)

interface Messages {
  readonly root: protobuf.Root
  readonly packageOf: ReadonlyMap<string, string>
}

const readMessages = (): Messages => {
  const { versions, packages } = JSON.parse(readFileSync(file, 'utf8')) as Described // the generator wrote it
  const root = new protobuf.Root()
  for (const [name, messages] of Object.entries(packages)) root.define(name, messages)
  return { root, packageOf: new Map(Object.entries(versions)) }
}

let read: Messages | undefined

/** These are the same in every group. */
const everywhere: ReadonlySet<string> = new Set(['DeleteOptions'])

const machinery = 'meta.k8s.io/v1'

/** The message a kind is on the wire; undefined for kinds Kubernetes does not have. */
export const messageOf = (apiVersion: string, kind: string): Type | undefined => {
  read ??= readMessages()
  const name = read.packageOf.get(everywhere.has(kind) ? machinery : apiVersion)
  const found = name === undefined ? null : read.root.lookup([...name.split('.'), kind], protobuf.Type)
  return found instanceof protobuf.Type ? found : undefined
}
