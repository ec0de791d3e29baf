import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deepFreeze } from '@flotilla/sdk'
import { rulesOf } from './rules.ts'
import type { Schema, ValidationRule } from './schema.ts'

const integer: Schema = { type: 'integer' }

const rule = (text: string, more: Partial<ValidationRule> = {}): ValidationRule => ({ rule: text, ...more })

const spec: Schema = {
  type: 'object',
  'x-kubernetes-validations': [
    rule('self.min <= self.max', { message: 'min may not be above max' }),
    rule('self.max < 100', {
      reason: 'FieldValueForbidden',
      fieldPath: '.max',
      message: 'plain',
      messageExpression: "self.max > 150 ? 'far too large' : 'too large'",
    }),
    rule('self.max != 50', { message: 'plain', messageExpression: 'self.nothing.there' }),
    rule('!has(self.name) || self.name == oldSelf.name'),
    rule("!has(self.mode) || oldSelf.hasValue() || self.mode != 'late'", {
      optionalOldSelf: true,
      message: 'only later',
    }),
    rule('!has(self.opt) || self.opt.x > 0'),
  ],
  properties: {
    min: integer,
    max: { type: 'integer', 'x-kubernetes-validations': [rule('self != 7')] },
    name: { type: 'string' },
    mode: { type: 'string', enum: ['early', 'late'] },
    opt: { type: 'object', additionalProperties: integer },
    at: {
      type: 'string',
      format: 'date-time',
      'x-kubernetes-validations': [
        rule('self.getFullYear() > 2000', { message: 'too old', reason: 'FieldValueRequired' }),
      ],
    },
    ratio: { type: 'number', 'x-kubernetes-validations': [rule('self * 2.0 < 3.0')] },
    list: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k'],
      items: {
        type: 'object',
        required: ['k'],
        properties: {
          k: { type: 'string' },
          v: { type: 'integer', 'x-kubernetes-validations': [rule('self >= oldSelf', { message: 'may only grow' })] },
        },
      },
    },
    map: {
      type: 'object',
      additionalProperties: {
        type: 'integer',
        'x-kubernetes-validations': [rule('self > 0', { reason: 'FieldValueDuplicate' })],
      },
    },
  },
}

const check = rulesOf({ type: 'object', properties: { spec } })

const said = (fields: object, before?: object) => {
  const wrap = (spec: object) => deepFreeze({ spec })
  const causes = check?.(wrap(fields), before && wrap(before)) ?? assert.fail()
  return causes.map(({ field, message }) => `${field}: ${message}`)
}

const good = { min: 1, max: 2, list: [{ k: 'a', v: 3 }] }

describe('the rules of a schema', () => {
  const cases: readonly [string, object, object | undefined, readonly string[]][] = [
    ['keep quiet', good, undefined, []],
    ['say a message', { min: 3, max: 2 }, undefined, ['spec: Invalid value: min may not be above max']],
    [
      'say a computed one at a field, with a reason',
      { min: 3, max: 200 },
      undefined,
      ['spec.max: Forbidden: far too large'],
    ],
    ['say the plain one when that cannot be computed', { min: 3, max: 50 }, undefined, ['spec: Invalid value: plain']],
    [
      'say the rule when there is no other word',
      { min: 3, max: 7 },
      undefined,
      ['spec.max: Invalid value: 7: failed rule: self != 7'],
    ],
    [
      'say what went wrong',
      { ...good, opt: { y: 1 } },
      undefined,
      ['spec: Invalid value: "object": no such key: x evaluating rule: !has(self.opt) || self.opt.x > 0'],
    ],
    ['know times', { ...good, at: '1999-01-01T00:00:00Z' }, undefined, ['spec.at: Required value: too old']],
    [
      'know whole numbers that are real',
      { ...good, ratio: 2 },
      undefined,
      ['spec.ratio: Invalid value: 2: failed rule: self * 2.0 < 3.0'],
    ],
    ['name keys of maps', { ...good, map: { a: 0 } }, undefined, ['spec.map[a]: Duplicate value: 0']],
    ['about a change need one', { ...good, name: 'a' }, undefined, []],
    [
      'about a change look back',
      { ...good, name: 'b' },
      { ...good, name: 'a' },
      ['spec: Invalid value: failed rule: !has(self.name) || self.name == oldSelf.name'],
    ],
    [
      'find items by their keys',
      {
        ...good,
        list: [
          { k: 'b', v: 1 },
          { k: 'a', v: 2 },
        ],
      },
      good,
      ['spec.list[1].v: Invalid value: 2: may only grow'],
    ],
    ['may be about a beginning', { ...good, mode: 'late' }, undefined, ['spec: Invalid value: only later']],
    ['may be about a beginning that is over', { ...good, mode: 'late' }, good, []],
    ['let be what nobody touched', { min: 1, max: 7 }, { min: 0, max: 7 }, []],
  ]
  for (const [name, fields, before, wrong] of cases) test(name, () => assert.deepEqual(said(fields, before), wrong))

  test('end before they cost too much', () => {
    const list: Schema = {
      type: 'array',
      items: {
        type: 'integer',
        'x-kubernetes-validations': [
          rule('[1,2,3,4,5,6,7,8,9].all(a, [1,2,3,4,5,6,7,8,9].all(b, [1,2,3,4,5,6,7,8,9].all(c, a+b+c > 0)))'),
        ],
      },
    }
    const rules = rulesOf({ type: 'object', properties: { list } })
    const begun = performance.now()
    const causes = rules?.({ list: Array.from({ length: 100_000 }, (_, i) => i) }) ?? []
    assert.ok(performance.now() - begun < 10_000)
    assert.match(causes[0]?.message ?? '', /running out of cost budget/)
    assert.equal(causes.length, 1)
  })

  test('are none where no schema has any', () => {
    assert.equal(rulesOf({ type: 'object', properties: { spec: { type: 'object' } } }), undefined)
  })
})
