import { type CelObjectType, objectType } from '@bufbuild/cel'
import { create, createFileRegistry, type DescMessage, type Message } from '@bufbuild/protobuf'
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect'
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema,
} from '@bufbuild/protobuf/wkt'

const { STRING, MESSAGE } = FieldDescriptorProto_Type

/** Types that only functions know what to do with, by the fields that tell their values apart. */
const types: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'net.IP': { text: 'string' },
  'net.CIDR': { text: 'string' },
  'kubernetes.NamedFormat': { name: 'string' },
  'kubernetes.authorization.Authorizer': { requestResource: '.kubernetes.authorization.ResourceCheck' },
  'kubernetes.authorization.PathCheck': {},
  'kubernetes.authorization.GroupCheck': {},
  'kubernetes.authorization.ResourceCheck': {},
  'kubernetes.authorization.Decision': {},
  JSONPatch: {},
}

const fieldOf = ([name, type]: readonly [string, string], i: number) => ({
  name,
  jsonName: name,
  number: i + 1,
  label: FieldDescriptorProto_Label.OPTIONAL,
  ...(type === 'string' ? { type: STRING } : { type: MESSAGE, typeName: type }),
})

/** The evaluator knows types of its own only as messages of protobuf: a package has a file. */
const descriptors = (): ReadonlyMap<string, DescMessage> => {
  const packages = Map.groupBy(Object.keys(types), (name) => name.split('.').slice(0, -1).join('.'))
  return new Map(
    [...packages].flatMap(([name, members]) => {
      const messageType = members.map((each) => ({
        name: each.split('.').at(-1) ?? '',
        field: Object.entries(types[each] ?? {}).map(fieldOf),
      }))
      const file = create(FileDescriptorProtoSchema, {
        name: `${name}.proto`,
        syntax: 'proto3',
        package: name,
        messageType,
      })
      const registry = createFileRegistry(file, () => undefined)
      return members.flatMap((each) => {
        const found = registry.getMessage(each)
        return found ? [[each, found] as const] : []
      })
    }),
  )
}

const known = descriptors()

/** A type of values that expressions hand on, and that functions know more of than can be seen. */
export interface Opaque<State> {
  readonly type: CelObjectType
  make(state: State, fields?: Readonly<Record<string, unknown>>): ReflectMessage
  of(value: ReflectMessage): State
}

export function opaque<State>(name: string): Opaque<State> {
  const desc = known.get(name)
  if (!desc) throw new TypeError(`${name} is no type`)
  const states = new WeakMap<Message, State>()
  return {
    type: objectType(desc),
    make(state, fields) {
      const message = create(desc, fields as never) // as `types` says
      states.set(message, state)
      return reflect(desc, message)
    },
    of: ({ message }) => states.get(message) as State, // nobody else makes any
  }
}
