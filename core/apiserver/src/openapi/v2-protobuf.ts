import { openApiV2 } from './v2.ts'
import { bytes, double, flag, message, repeated, text, whole } from './wire.ts'

/** The media type of OpenAPI v2 as kubectl up to 1.28 reads it: it knows no JSON. */
export const protobufType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'

/** How it is asked for: also by a name that is no media type, which answers can therefore not have. */
export const wantsProtobuf = (accept = ''): boolean => /proto-openapi\.spec\.v2[.@]v1\.0\+protobuf/.test(accept)

type Json = Readonly<Record<string, unknown>>

/** Part of a document we made: what is where is known. */
const json = (value: unknown): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined

const texts = (field: number, values: unknown): Buffer =>
  repeated(Array.isArray(values) ? values : undefined, (value) => text(field, value))

/** Any value: as YAML, which all JSON is. */
const any = (value: unknown): Buffer => message(text(2, JSON.stringify(value)))

const named = (name: string, value: Buffer): Buffer => message(text(1, name), bytes(2, value))

const entries = (field: number, map: unknown, write: (value: unknown) => Buffer): Buffer =>
  repeated(Object.entries(json(map) ?? {}), ([name, value]) => bytes(field, named(name, write(value))))

const extensions = (field: number, of: Json): Buffer =>
  repeated(
    Object.entries(of).filter(([name]) => name.startsWith('x-')),
    ([name, value]) => bytes(field, named(name, any(value))),
  )

const properties = (found: unknown): Buffer | undefined => (json(found) ? entries(1, found, schema) : undefined)

function additional(found: unknown): Buffer | undefined {
  if (typeof found === 'boolean') return message(flag(2, found))
  return json(found) ? message(bytes(1, schema(found))) : undefined
}

function schema(found: unknown): Buffer {
  const of = json(found) ?? {}
  const { type, items, enum: allowed } = of
  return message(
    text(1, of.$ref),
    text(2, of.format),
    text(4, of.description),
    double(6, of.multipleOf),
    double(7, of.maximum),
    flag(8, of.exclusiveMaximum),
    double(9, of.minimum),
    flag(10, of.exclusiveMinimum),
    whole(11, of.maxLength),
    whole(12, of.minLength),
    text(13, of.pattern),
    whole(14, of.maxItems),
    whole(15, of.minItems),
    whole(17, of.maxProperties),
    whole(18, of.minProperties),
    texts(19, of.required),
    repeated(Array.isArray(allowed) ? allowed : undefined, (value) => bytes(20, any(value))),
    bytes(21, additional(of.additionalProperties)),
    bytes(22, type === undefined ? undefined : message(text(1, type))),
    bytes(23, items === undefined ? undefined : message(bytes(1, schema(items)))),
    bytes(25, properties(of.properties)),
    extensions(31, of),
  )
}

const inBody = (of: Json): Buffer =>
  message(text(2, of.name), text(3, of.in), flag(4, of.required), bytes(5, schema(of.schema)))

const inPath = (of: Json): Buffer =>
  message(
    flag(1, of.required),
    text(2, of.in),
    text(3, of.description),
    text(4, of.name),
    text(5, of.type),
    flag(19, of.uniqueItems),
  )

const inQuery = (of: Json): Buffer =>
  message(
    flag(1, of.required),
    text(2, of.in),
    text(3, of.description),
    text(4, of.name),
    text(6, of.type),
    flag(20, of.uniqueItems),
  )

function parameter(found: unknown): Buffer {
  const of = json(found) ?? {}
  if (of.in === 'body') return message(bytes(1, message(bytes(1, inBody(of)))))
  const place = of.in === 'path' ? bytes(4, inPath(of)) : bytes(3, inQuery(of))
  return message(bytes(1, message(bytes(2, place))))
}

const parameters = (field: number, found: unknown): Buffer =>
  repeated(Array.isArray(found) ? found : undefined, (each) => bytes(field, parameter(each)))

const response = (found: unknown): Buffer => {
  const of = json(found) ?? {}
  return message(bytes(1, message(text(1, of.description), bytes(2, message(bytes(1, schema(of.schema)))))))
}

const operation = (found: unknown): Buffer | undefined => {
  const of = json(found)
  if (!of) return undefined
  return message(
    text(3, of.description),
    text(5, of.operationId),
    texts(6, of.produces),
    texts(7, of.consumes),
    parameters(8, of.parameters),
    bytes(9, message(entries(1, of.responses, response))),
    texts(10, of.schemes),
    extensions(13, of),
  )
}

const path = (found: unknown): Buffer => {
  const of = json(found) ?? {}
  return message(
    bytes(2, operation(of.get)),
    bytes(3, operation(of.put)),
    bytes(4, operation(of.post)),
    bytes(5, operation(of.delete)),
    bytes(8, operation(of.patch)),
    parameters(9, of.parameters),
  )
}

/** The OpenAPI v2 document of everything that is served, as protobuf. */
export function openApiV2Protobuf(...of: Parameters<typeof openApiV2>): Uint8Array {
  const { swagger, info, paths, definitions } = openApiV2(...of) as Json // it is an object of these
  const { title, version } = json(info) ?? {}
  return message(
    text(1, swagger),
    bytes(2, message(text(1, title), text(2, version))),
    bytes(8, message(entries(2, paths, path))),
    bytes(9, message(entries(1, definitions, schema))),
  )
}
