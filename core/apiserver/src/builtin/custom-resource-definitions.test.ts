import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Manifest } from '@flotilla/sdk'
import { object, stored, wrongWith } from './kind.test.fixture.ts'

type Fields = Readonly<Record<string, unknown>>

const kind = 'CustomResourceDefinition'
const version = (fields: Fields = {}): Fields => ({
  name: 'v1',
  served: true,
  storage: true,
  schema: { openAPIV3Schema: { type: 'object' } },
  ...fields,
})
const definition = (fields: Fields = {}, name = 'widgets.example.dev', more: Fields = {}): Manifest =>
  object(
    kind,
    {
      spec: {
        group: 'example.dev',
        scope: 'Namespaced',
        names: { plural: 'widgets', kind: 'Widget' },
        versions: [version()],
        ...fields,
      },
      ...more,
    },
    { name },
  )
const withSchema = (schema: unknown): Manifest =>
  definition({ versions: [version({ schema: { openAPIV3Schema: schema } })] })
const about = (property: unknown): Manifest => withSchema({ type: 'object', properties: { p: property } })

describe('a definition', () => {
  const cases: readonly (readonly [what: string, given: Manifest, wrong: readonly string[]])[] = [
    ['is fine', definition(), []],
    [
      'is called after what it defines',
      definition({}, 'x.example.dev'),
      ['metadata.name: Invalid value: "x.example.dev": must be spec.names.plural+"."+spec.group'],
    ],
    [
      'has a group of its own',
      definition({ group: 'local' }, 'widgets.local'),
      ['spec.group: Invalid value: "local": should be a domain with at least one dot'],
    ],
    [
      'is somewhere',
      definition({ scope: 'Galaxy' }),
      ['spec.scope: Unsupported value: "Galaxy": supported values: "Cluster", "Namespaced"'],
    ],
    [
      'has versions',
      definition({ versions: [] }),
      ['spec.versions: Invalid value: []: must have exactly one version marked as storage version'],
    ],
    [
      'stores one of them',
      definition({ versions: [version(), version({ name: 'v2' })] }),
      ['spec.versions: Invalid value: ["v1","v2"]: must have exactly one version marked as storage version'],
    ],
    [
      'names them differently',
      definition({ versions: [version(), version({ storage: false })] }),
      ['spec.versions[1].name: Duplicate value: "v1"'],
    ],
    [
      'describes them',
      definition({ versions: [version({ schema: {} })] }),
      ['spec.validation.openAPIV3Schema: Required value'],
    ],
    [
      'calls one and many differently',
      definition({ names: { plural: 'widgets', kind: 'Widget', listKind: 'Widget' } }),
      ['spec.names.listKind: Invalid value: "Widget": kind and listKind may not be the same'],
    ],
    [
      'shows columns of known types',
      definition({ versions: [version({ additionalPrinterColumns: [{ name: 'A', type: 'text', jsonPath: '.a' }] })] }),
      [
        'spec.additionalPrinterColumns[0].type: Invalid value: "text": must be one of boolean,date,integer,number,string',
      ],
    ],
    [
      'scales by its spec',
      definition({
        versions: [
          version({ subresources: { scale: { specReplicasPath: '.replicas', statusReplicasPath: '.status.n' } } }),
        ],
      }),
      ['spec.subresources.scale.specReplicasPath: Invalid value: ".replicas": should be a json path under .spec'],
    ],
    [
      'converts by a webhook it names',
      definition({ conversion: { strategy: 'Webhook' } }),
      [
        'spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook',
        'spec.conversion.conversionReviewVersions: Required value',
      ],
    ],
    [
      'keeps no unknown fields',
      definition({ preserveUnknownFields: true }),
      [
        'spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
      ],
    ],
  ]
  for (const [what, given, wrong] of cases) test(what, () => assert.deepEqual(wrongWith(given), wrong))

  const changes: readonly (readonly [what: string, given: Manifest, wrong: readonly string[]])[] = [
    ['may get another version', definition({ versions: [version(), version({ name: 'v2', storage: false })] }), []],
    [
      'stays where it is',
      definition({ scope: 'Cluster' }),
      ['spec.scope: Invalid value: "Cluster": field is immutable'],
    ],
    [
      'keeps its kind',
      definition({ names: { plural: 'widgets', kind: 'Gadget' } }),
      ['spec.names.kind: Invalid value: "Gadget": field is immutable'],
    ],
    [
      'keeps versions objects are stored in',
      definition({ versions: [version({ name: 'v2' })] }, 'widgets.example.dev', {
        status: { storedVersions: ['v1'] },
      }),
      [
        'status.storedVersions[0]: Invalid value: "v1": missing from spec.versions; v1 was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in v1 and removes v1 from status.storedVersions',
      ],
    ],
  ]
  for (const [what, given, wrong] of changes)
    test(what, () => assert.deepEqual(wrongWith(given, stored(definition())), wrong))

  test('says what follows from what it says', () => {
    const { names, conversion } = stored(definition()).spec as Fields
    assert.deepEqual(
      [names, conversion],
      [{ plural: 'widgets', kind: 'Widget', singular: 'widget', listKind: 'WidgetList' }, { strategy: 'None' }],
    )
  })
})

describe('a schema', () => {
  const at = 'spec.validation.openAPIV3Schema'
  const text = { type: 'string' }
  const named = { type: 'object', properties: { name: text }, required: ['name'] }
  const good: readonly unknown[] = [
    text,
    { 'x-kubernetes-int-or-string': true },
    { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
    { 'x-kubernetes-preserve-unknown-fields': true },
    { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    { type: 'object', additionalProperties: text },
    { type: 'object', additionalProperties: true },
    { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
    { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
    { type: 'array', items: named, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] },
    { ...text, anyOf: [{ pattern: 'a' }, { minLength: 2 }] },
    { ...text, default: 'a' },
    {
      ...named,
      'x-kubernetes-validations': [{ rule: "self.name.startsWith('a')", fieldPath: '.name', message: 'no' }],
    },
    { ...text, 'x-kubernetes-validations': [{ rule: 'self == oldSelf', reason: 'FieldValueForbidden' }] },
    { type: 'object', default: {}, properties: { a: { ...text, default: 'b' } } },
  ]
  for (const property of good)
    test(`${JSON.stringify(property)} is fine`, () => assert.deepEqual(wrongWith(about(property)), []))

  const p = `${at}.properties[p]`
  const bad: readonly (readonly [property: unknown, wrong: string])[] = [
    [{}, `${p}.type: Required value: must not be empty for specified object fields`],
    [
      { type: 'text' },
      `${p}.type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string"`,
    ],
    [{ type: 'array' }, `${p}.items: Required value: must be specified`],
    [{ type: 'array', items: {} }, `${p}.items.type: Required value: must not be empty for specified array items`],
    [{ type: 'array', items: [text] }, `${p}.items: Invalid value: [{"type":"string"}]: must be a schema`],
    [
      { type: 'array', items: { type: 5 } },
      `${p}.items.type: Invalid value: "integer": type in body must be of type string: "integer"`,
    ],
    [
      { type: 'array', items: text, uniqueItems: true },
      `${p}.uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic`,
    ],
    [{ ...text, $ref: '#/a' }, `${p}.$ref: Forbidden: $ref is not supported`],
    [
      { type: 'object', properties: {}, additionalProperties: text },
      `${p}.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive`,
    ],
    [
      { type: 'object', additionalProperties: false },
      `${p}.additionalProperties: Forbidden: additionalProperties cannot be set to false`,
    ],
    [
      { type: 'object', additionalProperties: {} },
      `${p}.additionalProperties.type: Required value: must not be empty for specified object fields`,
    ],
    [
      { type: 'array', items: named, 'x-kubernetes-list-type': 'map' },
      `${p}.x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map`,
    ],
    [
      { type: 'array', items: named, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['id'] },
      `${p}.x-kubernetes-list-map-keys[0]: Invalid value: "id": entries must all be names of item properties`,
    ],
    [
      {
        type: 'array',
        items: { ...named, required: [] },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
      },
      `${p}.items.properties[name].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
    ],
    [
      { ...text, 'x-kubernetes-list-type': 'set' },
      `${p}.type: Invalid value: "string": must be array if x-kubernetes-list-type is specified`,
    ],
    [
      { ...text, 'x-kubernetes-embedded-resource': true },
      `${p}.type: Invalid value: "string": must be object if x-kubernetes-embedded-resource is true`,
    ],
    [
      { type: 'object', 'x-kubernetes-preserve-unknown-fields': false },
      `${p}.x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined`,
    ],
    [{ ...text, anyOf: [{ type: 'string' }] }, `${p}.anyOf[0].type: Forbidden: must be empty to be structural`],
    [{ ...text, default: 5 }, `${p}.default: Invalid value: "integer":  in body must be of type string: "integer"`],
    [
      { ...text, 'x-kubernetes-map-type': 'atomic' },
      `${p}.type: Invalid value: "string": must be object if x-kubernetes-map-type is specified`,
    ],
    [
      { type: 'object', 'x-kubernetes-map-type': 'weird' },
      `${p}.x-kubernetes-map-type: Unsupported value: "weird": supported values: "atomic", "granular"`,
    ],
    [
      { type: 'array', items: { type: 'object' }, 'x-kubernetes-list-type': 'set' },
      `${p}.items.x-kubernetes-map-type: Invalid value: null: must be atomic as item of a list with x-kubernetes-list-type=set`,
    ],
    [
      { type: 'object', 'x-kubernetes-embedded-resource': true },
      `${p}.properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields`,
    ],
    [
      { type: 'array', items: { ...text, 'x-kubernetes-validations': [{ rule: 'self != oldSelf' }] } },
      `${p}.items.x-kubernetes-validations[0].rule: Invalid value: "self != oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within ${p}`,
    ],
    [
      { ...text, 'x-kubernetes-validations': [{ rule: '' }] },
      `${p}.x-kubernetes-validations[0].rule: Required value: rule is not specified`,
    ],
    [
      { ...text, 'x-kubernetes-validations': [{ rule: "self != 'a'", reason: 'Wrong' }] },
      `${p}.x-kubernetes-validations[0].reason: Unsupported value: "Wrong": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"`,
    ],
    [
      { ...text, 'x-kubernetes-validations': [{ rule: "self != 'a'", message: 'a\nb' }] },
      `${p}.x-kubernetes-validations[0].message: Invalid value: "a\\nb": must not contain line breaks`,
    ],
    [
      { ...text, 'x-kubernetes-validations': [{ rule: "self != 'a'", optionalOldSelf: true }] },
      `${p}.x-kubernetes-validations[0].optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule`,
    ],
    [
      { ...named, 'x-kubernetes-validations': [{ rule: "self.name != 'a'", fieldPath: '.nothing' }] },
      `${p}.x-kubernetes-validations[0].fieldPath: Invalid value: ".nothing": must be a valid path`,
    ],
    [
      { ...named, 'x-kubernetes-validations': [{ rule: 'self.none > 1' }] },
      `${p}.x-kubernetes-validations[0].rule: Invalid value: {"Rule":"self.none \\u003e 1","Message":"","MessageExpression":"","Reason":null,"FieldPath":"","OptionalOldSelf":null}: compilation failed: ERROR: line 1, column 5: undefined field 'none'`,
    ],
    [
      { ...named, 'x-kubernetes-validations': [{ rule: 'self.name' }] },
      `${p}.x-kubernetes-validations[0].rule: Invalid value: {"Rule":"self.name","Message":"","MessageExpression":"","Reason":null,"FieldPath":"","OptionalOldSelf":null}: cel expression must evaluate to a bool`,
    ],
    [
      { type: 'object', properties: { a: text }, default: { b: 1 } },
      `${p}.default: Invalid value: {"b":1}: must not have unknown fields`,
    ],
  ]
  for (const [property, wrong] of bad)
    test(wrong.replace(at, ''), () => assert.deepEqual(wrongWith(about(property)), [wrong]))

  test('is of an object', () => {
    assert.deepEqual(wrongWith(withSchema({ type: 'string' })), [
      `${at}.type: Invalid value: "string": must be object at the root`,
    ])
    assert.deepEqual(wrongWith(withSchema({})), [`${at}.type: Required value: must not be empty at the root`])
  })
})
