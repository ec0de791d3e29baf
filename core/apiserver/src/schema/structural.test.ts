import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deepFreeze } from '@flotilla/sdk'
import type { Schema } from './schema.ts'
import { compileSchema } from './structural.ts'

const text: Schema = { type: 'string' }
const integer: Schema = { type: 'integer' }

/** A schema in which `spec.x` is what a case is about. */
const about = (x: Schema): Schema => ({
  type: 'object',
  properties: { spec: { type: 'object', properties: { x, replicas: integer } } },
})

const object = (x: unknown) => ({ apiVersion: 'example.dev/v1', kind: 'Thing', metadata: { name: 'a' }, spec: { x } })

const closed: Schema = { type: 'object', properties: { a: text } }
const recursive: { type: 'object'; properties: Record<string, Schema> } = { type: 'object', properties: { a: integer } }
recursive.properties.next = recursive

describe('prune', () => {
  const cases: readonly (readonly [name: string, schema: Schema, given: unknown, expected: unknown])[] = [
    ['drops fields nobody names', closed, { a: '1', b: '2' }, { a: '1' }],
    ['drops all fields of an object without any', { type: 'object' }, { b: 1 }, {}],
    ['looks into lists', { type: 'array', items: closed }, [{ a: '1' }, { b: 1 }], [{ a: '1' }, {}]],
    ['looks into maps', { type: 'object', additionalProperties: closed }, { k: { a: '1', b: 2 } }, { k: { a: '1' } }],
    [
      'keeps any value of an open map',
      { type: 'object', additionalProperties: true },
      { k: { b: 2 } },
      { k: { b: 2 } },
    ],
    [
      'keeps unknown fields where told to, and still looks into known ones',
      { type: 'object', properties: { in: closed }, 'x-kubernetes-preserve-unknown-fields': true },
      { in: { a: '1', b: 2 }, out: { c: 3 } },
      { in: { a: '1' }, out: { c: 3 } },
    ],
    [
      'keeps everything where the schema says nothing',
      { 'x-kubernetes-preserve-unknown-fields': true },
      [{ b: 1 }],
      [{ b: 1 }],
    ],
    ['leaves numbers and strings', { 'x-kubernetes-int-or-string': true }, '50%', '50%'],
    [
      'knows the fields of an embedded object',
      { type: 'object', properties: { spec: closed }, 'x-kubernetes-embedded-resource': true },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'p', labels: { l: '1' }, foo: 1 },
        spec: { a: '1', b: 1 },
        c: 1,
      },
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', labels: { l: '1' } }, spec: { a: '1' } },
    ],
    ['follows a schema into itself', recursive, { next: { next: { a: 1, b: 2 } } }, { next: { next: { a: 1 } } }],
    ['leaves what is not of the type', closed, 'text', 'text'],
    ['takes names of JavaScript for ordinary ones', closed, { constructor: 1, a: '1' }, { a: '1' }],
  ]
  for (const [name, schema, given, expected] of cases) {
    test(name, () => {
      const { prune } = compileSchema(about(schema))
      assert.deepEqual(prune(deepFreeze(object(given))), object(expected))
    })
  }

  test('gives the same object when nothing was pruned', () => {
    const whole = deepFreeze(object({ a: '1' }))
    assert.equal(compileSchema(about(closed)).prune(whole), whole)
  })

  test('shares what it did not change', () => {
    const whole = deepFreeze({ ...object({ a: '1' }), extra: 1 })
    assert.equal(compileSchema(about(closed)).prune(whole).spec, whole.spec)
  })

  test('keeps what every object has, and drops strange metadata', () => {
    const given = { ...object({}), metadata: { name: 'a', labels: { l: '1' }, strange: 1 } }
    assert.deepEqual(compileSchema({ type: 'object' }).prune(given), {
      apiVersion: 'example.dev/v1',
      kind: 'Thing',
      metadata: { name: 'a', labels: { l: '1' } },
    })
  })
})

test('unknown fields are told by their paths', () => {
  const { unknownFields } = compileSchema(about({ type: 'array', items: closed }))
  const given = { ...object([{ a: '1' }, { b: 1, c: 1 }]), foo: {}, metadata: { name: 'a', bar: 1 } }
  assert.deepEqual(unknownFields(given), ['metadata.bar', 'spec.x[1].b', 'spec.x[1].c', 'foo'])
  assert.deepEqual(unknownFields(object([])), [])
})

describe('applyDefaults', () => {
  const defaulted: Schema = { type: 'object', properties: { a: { ...integer, default: 1 }, b: text } }
  const cases: readonly (readonly [name: string, schema: Schema, given: unknown, expected: unknown])[] = [
    ['fills in what is missing', defaulted, { b: 'b' }, { b: 'b', a: 1 }],
    ['leaves what is there', defaulted, { a: 2 }, { a: 2 }],
    ['leaves zero and empty', defaulted, { a: 0, b: '' }, { a: 0, b: '' }],
    ['adds no parents', { type: 'object', properties: { in: defaulted } }, {}, {}],
    [
      'fills in a default itself',
      { type: 'object', properties: { in: { ...defaulted, default: {} } } },
      {},
      { in: { a: 1 } },
    ],
    ['fills in items of lists', { type: 'array', items: defaulted }, [{}, { a: 2 }], [{ a: 1 }, { a: 2 }]],
    ['fills in values of maps', { type: 'object', additionalProperties: defaulted }, { k: {} }, { k: { a: 1 } }],
    ['takes null for missing', defaulted, { a: null, b: null }, { a: 1 }],
    ['removes null from maps', { type: 'object', additionalProperties: text }, { k: null, l: '' }, { l: '' }],
    [
      'leaves null where it is a value',
      { type: 'object', properties: { a: { ...integer, nullable: true, default: 1 } } },
      { a: null },
      { a: null },
    ],
    ['takes a null item for its default', { type: 'array', items: { ...text, default: 'd' } }, [null, 'a'], ['d', 'a']],
    ['leaves a null item without one', { type: 'array', items: text }, [null], [null]],
    [
      'leaves null inside what it does not know',
      { 'x-kubernetes-preserve-unknown-fields': true },
      { a: null },
      { a: null },
    ],
    ['writes amounts in one way', { 'x-kubernetes-int-or-string': true, format: 'quantity' }, 0.5, '500m'],
    ['shortens amounts', { 'x-kubernetes-int-or-string': true, format: 'quantity' }, '1024Mi', '1Gi'],
    ['leaves what is no amount', { 'x-kubernetes-int-or-string': true, format: 'quantity' }, 'much', 'much'],
  ]
  for (const [name, schema, given, expected] of cases) {
    test(name, () => {
      const { applyDefaults } = compileSchema(about(schema))
      assert.deepEqual(applyDefaults(deepFreeze(object(given))), object(expected))
    })
  }

  test('gives the same object when nothing was missing', () => {
    const whole = deepFreeze(object({ a: 2, b: '' }))
    assert.equal(compileSchema(about(defaulted)).applyDefaults(whole), whole)
  })
})

describe('validate', () => {
  const named: Schema = { type: 'object', properties: { name: text, port: integer }, required: ['name'] }
  const invalid = (value: string, detail: string) =>
    ['FieldValueInvalid', `Invalid value: ${value}: ${detail}`] as const
  const wrongType = (type: string, found: string) =>
    ['FieldValueTypeInvalid', `Invalid value: "${found}": spec.x in body must be of type ${type}: "${found}"`] as const
  const good = [undefined, undefined] as const
  const endless = `${'a'.repeat(50)}!` // for an engine that goes back and forth
  const cases: readonly (readonly [Schema, unknown, string | undefined, string | undefined, string?])[] = [
    [integer, 1, ...good],
    [integer, '1', ...wrongType('integer', 'string')],
    [integer, 1.5, ...wrongType('integer', 'number')],
    [integer, null, ...wrongType('integer', 'null')],
    [{ ...integer, nullable: true }, null, ...good],
    [text, 5, ...wrongType('string', 'integer')],
    [text, true, ...wrongType('string', 'boolean')],
    [{ type: 'boolean' }, 'true', ...wrongType('boolean', 'string')],
    [{ type: 'object' }, [], ...wrongType('object', 'array')],
    [{ type: 'array', items: text }, {}, ...wrongType('array', 'object')],
    [{ 'x-kubernetes-int-or-string': true }, '25%', ...good],
    [{ 'x-kubernetes-int-or-string': true }, 3, ...good],
    [{ 'x-kubernetes-int-or-string': true }, {}, ...wrongType('integer,string', 'object')],
    [named, {}, 'FieldValueRequired', 'Required value', 'spec.x.name'],
    [{ type: 'array', items: named }, [{ name: 'a' }, {}], 'FieldValueRequired', 'Required value', 'spec.x[1].name'],
    [
      { type: 'object', additionalProperties: named },
      { k: {} },
      'FieldValueRequired',
      'Required value',
      'spec.x.k.name',
    ],
    [
      { ...text, enum: ['a', 'b'] },
      'c',
      'FieldValueNotSupported',
      'Unsupported value: "c": supported values: "a", "b"',
    ],
    [{ ...text, enum: ['a'], nullable: true }, null, ...good],
    [
      { ...text, enum: ['a'], nullable: true },
      'b',
      'FieldValueNotSupported',
      'Unsupported value: "b": supported values: "a"',
    ],
    [{ ...integer, minimum: 1 }, 0, ...invalid('0', 'spec.x in body should be greater than or equal to 1')],
    [{ ...integer, minimum: 1, exclusiveMinimum: true }, 1, ...invalid('1', 'spec.x in body should be greater than 1')],
    [{ ...integer, maximum: 9 }, 10, ...invalid('10', 'spec.x in body should be less than or equal to 9')],
    [{ ...integer, maximum: 9, exclusiveMaximum: true }, 9, ...invalid('9', 'spec.x in body should be less than 9')],
    [{ ...integer, multipleOf: 5 }, 7, ...invalid('7', 'spec.x in body should be a multiple of 5')],
    [{ ...text, pattern: '^a+$' }, 'b', ...invalid('"b"', "spec.x in body should match '^a+$'")],
    [{ ...text, pattern: '(?i)^a+$' }, 'AA', ...good],
    [{ ...text, pattern: '^[\\-a]+$' }, '-a', ...good],
    [{ ...text, pattern: '^(?P<letter>\\p{L})\\z' }, 'ä', ...good],
    [{ ...text, pattern: '(?P<n' }, 'what is no pattern', ...good],
    [
      { ...text, pattern: '^((a+)+)+$' },
      endless,
      ...invalid(`"${endless}"`, "spec.x in body should match '^((a+)+)+$'"),
    ],
    [{ ...text, format: 'cidr' }, 'fd00::/8', ...good],
    [
      { ...text, format: 'cidr' },
      '10.0.0.0/33',
      ...invalid('"10.0.0.0/33"', 'spec.x in body must be of type cidr: "10.0.0.0/33"'),
    ],
    [{ ...text, minLength: 2 }, 'a', ...invalid('"a"', 'spec.x in body should be at least 2 chars long')],
    [{ ...text, maxLength: 2 }, 'abc', 'FieldValueTooLong', 'Too long: may not be more than 2 bytes'],
    [
      { type: 'array', items: text, maxItems: 1 },
      ['a', 'b'],
      'FieldValueTooMany',
      'Too many: 2: must have at most 1 items',
    ],
    [{ type: 'array', items: text, minItems: 1 }, [], ...invalid('[]', 'spec.x in body should have at least 1 items')],
    [
      { type: 'object', additionalProperties: text, minProperties: 1 },
      {},
      ...invalid('{}', 'spec.x in body should have at least 1 properties'),
    ],
    [
      { ...integer, format: 'int32' },
      2 ** 31,
      ...invalid('2147483648', 'spec.x in body must be of type int32: 2147483648'),
    ],
    [
      { ...text, format: 'date-time' },
      'noon',
      ...invalid('"noon"', 'spec.x in body must be of type date-time: "noon"'),
    ],
    [{ ...text, format: 'date-time' }, '2026-11-22T16:00:00.123456Z', ...good],
    [{ ...text, format: 'byte' }, 'YQ==', ...good],
    [{ ...text, format: 'byte' }, '%', ...invalid('"%"', 'spec.x in body must be of type byte: "%"')],
    [{ ...text, format: 'duration' }, '1h30m', ...good],
    [{ ...text, format: 'duration' }, 'soon', ...invalid('"soon"', 'spec.x in body must be of type duration: "soon"')],
    [{ ...text, format: 'of-our-own' }, 'anything', ...good],
    [{ 'x-kubernetes-int-or-string': true, format: 'quantity' }, '1.5Gi', ...good],
    [
      { 'x-kubernetes-int-or-string': true, format: 'quantity' },
      '1GB',
      ...invalid(
        '"1GB"',
        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
      ),
    ],
    [
      { ...text, anyOf: [{ pattern: '^a' }, { pattern: '^b' }] },
      'c',
      ...invalid('"c"', '"spec.x" must validate at least one schema (anyOf)'),
    ],
    [
      { ...text, oneOf: [{ pattern: '^a' }, { pattern: 'b$' }] },
      'ab',
      ...invalid('"ab"', '"spec.x" must validate one and only one schema (oneOf)'),
    ],
    [
      { ...text, allOf: [{ pattern: '^a' }, { maxLength: 2 }] },
      'b',
      ...invalid('"b"', "spec.x in body should match '^a'"),
    ],
    [{ ...text, not: { pattern: '^a' } }, 'a', ...invalid('"a"', '"spec.x" must not validate the schema (not)')],
    [
      { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
      ['a', 'b', 'a'],
      'FieldValueDuplicate',
      'Duplicate value: "a"',
      'spec.x[2]',
    ],
    [
      { type: 'array', items: named, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] },
      [
        { name: 'a', port: 1 },
        { name: 'a', port: 2 },
      ],
      'FieldValueDuplicate',
      'Duplicate value: {"name":"a"}',
      'spec.x[1]',
    ],
    [
      { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
      { apiVersion: 'v1' },
      'FieldValueRequired',
      'Required value',
      'spec.x.kind',
    ],
    [recursive, { next: { next: { a: 1 } } }, ...good],
  ]
  for (const [schema, value, reason, message, field = 'spec.x'] of cases) {
    test(`${JSON.stringify(value).slice(0, 80)} ${message ?? 'is valid'}`, () => {
      const causes = compileSchema(about(schema)).validate(deepFreeze(object(value)))
      assert.deepEqual(causes, reason ? [{ reason, message, field }] : [])
    })
  }

  test('tells everything that is wrong', () => {
    const schema = about({ type: 'array', items: named })
    const fields = compileSchema(schema)
      .validate(object([{ port: '80' }, {}]))
      .map(({ field }) => field)
    assert.deepEqual(fields, ['spec.x[0].name', 'spec.x[0].port', 'spec.x[1].name'])
  })

  test('does not look at metadata', () => {
    const schema: Schema = { type: 'object', properties: { metadata: { type: 'object', required: ['labels'] } } }
    assert.deepEqual(compileSchema(schema).validate(object({})), [])
  })

  test('a field may have the name of a keyword', () => {
    const schema: Schema = about({
      type: 'object',
      properties: { anyOf: { type: 'array', items: integer }, not: integer },
    })
    const causes = compileSchema(schema).validate(object({ anyOf: ['a'], not: 'b' }))
    assert.deepEqual(
      causes.map(({ field }) => field),
      ['spec.x.anyOf[0]', 'spec.x.not'],
    )
  })
})

test('a schema is compiled once', () => {
  assert.equal(compileSchema(closed), compileSchema(closed))
})
