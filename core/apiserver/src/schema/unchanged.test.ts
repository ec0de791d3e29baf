import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { cause } from './causes.ts'
import type { Schema } from './schema.ts'
import { newlyWrong } from './unchanged.ts'

const integer: Schema = { type: 'integer' }
const schema: Schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        a: integer,
        b: integer,
        atoms: { type: 'array', items: integer },
        items: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['k'],
          items: { type: 'object', properties: { k: { type: 'string' }, v: integer } },
        },
        map: { type: 'object', additionalProperties: integer },
      },
    },
  },
}

const before = {
  metadata: { resourceVersion: '1' },
  spec: {
    a: 1,
    b: 1,
    atoms: [1, 2],
    items: [
      { k: 'x', v: 1 },
      { k: 'y', v: 1 },
    ],
    map: { 'a.b': 1, a: 1 },
  },
}

describe('what is newly wrong', () => {
  const cases: readonly [string, object, string, boolean][] = [
    ['is not what stays', { b: 2 }, 'spec.a', false],
    ['is what changes', { a: 2 }, 'spec.a', true],
    ['is not in a list that stays', { a: 2 }, 'spec.atoms[0]', false],
    ['is in a list that changes', { atoms: [1, 3] }, 'spec.atoms[0]', true],
    ['is not an item that moves', { items: [{ k: 'z' }, { k: 'x', v: 1 }] }, 'spec.items[1].v', false],
    ['is an item that changes', { items: [{ k: 'x', v: 2 }] }, 'spec.items[0].v', true],
    ['is a new item', { items: [{ k: 'z', v: 2 }] }, 'spec.items[0].v', true],
    ['is not an entry that stays', { map: { 'a.b': 1, a: 2 } }, 'spec.map.a.b', false],
    ['is an entry that changes', { map: { 'a.b': 1, a: 2 } }, 'spec.map.a', true],
  ]
  for (const [name, fields, field, isWrong] of cases)
    test(name, () => {
      const after = { metadata: { resourceVersion: '2' }, spec: { ...before.spec, ...fields } }
      const causes = [cause.invalid(field, 1, 'no')]
      assert.deepEqual(newlyWrong(causes, schema, after, before), isWrong ? causes : [])
    })

  test('is everything of a new object', () => {
    const causes = [cause.invalid('spec.a', 1, 'no')]
    assert.equal(newlyWrong(causes, schema, before, undefined), causes)
  })

  test('is always what is missing or there twice', () => {
    const causes = [cause.required('spec.c'), cause.duplicate('spec.atoms[1]', 2)]
    assert.deepEqual(newlyWrong(causes, schema, before, before), causes)
  })
})
