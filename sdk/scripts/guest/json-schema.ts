import type { Declaration, Exported, Field, Struct, Type } from './model.ts'

const quantity = { anyOf: [{ type: 'integer' }, { type: 'string' }] }

const simple = {
  text: { type: 'string' },
  flag: { type: 'boolean' },
  number: { type: 'number' },
  integer: { type: 'integer' },
  quantity,
  anything: {},
  fields: { type: 'object' },
} as const

export function jsonSchema(type: Type): object {
  switch (type.is) {
    case 'named':
      return { $ref: `#/$defs/${type.name}` }
    case 'word':
      return { enum: type.words }
    case 'list':
      return { type: 'array', items: jsonSchema(type.of) }
    case 'map':
      return { type: 'object', additionalProperties: jsonSchema(type.of) }
    default:
      return simple[type.is]
  }
}

const object = (fields: readonly Field[]): object => ({
  type: 'object',
  required: fields.filter(({ required }) => required).map(({ name }) => name),
  properties: Object.fromEntries(
    fields.map(({ name, description, type }) => [name, { description, ...jsonSchema(type) }]),
  ),
})

const struct = ({ fields, either }: Struct): object =>
  either.length > 0 ? { anyOf: either.map(object) } : object(fields)

const definition = (declaration: Declaration): readonly [string, object] => [
  declaration.name,
  {
    description: declaration.description,
    ...(declaration.is === 'alias' ? jsonSchema(declaration.type) : struct(declaration)),
  },
]

const exchange = ({ point, name, description, argument, answer }: Exported) => [
  point,
  {
    description,
    function: name,
    argument: jsonSchema(argument),
    answer: { anyOf: [jsonSchema(answer), { type: 'null' }] },
  },
]

/** The schema for whoever writes guests in a language without bindings here. */
export const schemaDocument = (declared: readonly Declaration[], points: readonly Exported[]): string =>
  JSON.stringify(
    {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'https://flotilla.dev/schemas/guest.json',
      description: 'What guests are given at each point, and what they may give back.',
      'x-points': Object.fromEntries(points.map(exchange)),
      $defs: Object.fromEntries(declared.map(definition)),
    },
    undefined,
    2,
  )
