import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deepFreeze } from '@flotilla/sdk'
import type { Schema } from '../schema/schema.ts'
import { ruleCosts } from './rule-costs.ts'

const ruled = (schema: Schema, rule: string): Schema => ({ ...schema, 'x-kubernetes-validations': [{ rule }] })
const inList = (items: Schema, more: Partial<Schema> = {}): Schema => ({
  type: 'object',
  properties: { a: { type: 'array', items, ...more } },
})
const hint =
  '(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)'

const cases: readonly (readonly [string, Schema, readonly string[]])[] = [
  ['is small', inList(ruled({ type: 'string' }, 'self.size() > 1')), []],
  ['is small where lists are', inList(ruled({ type: 'string', maxLength: 50 }, 'isIP(self)'), { maxItems: 1000 }), []],
  [
    'may be too much',
    inList(ruled({ type: 'string', maxLength: 50 }, 'isIP(self)')),
    [`Forbidden: estimated rule cost exceeds budget by factor of 2.2x ${hint}`],
  ],
  [
    'may be far too much, for all rules together as well',
    inList(ruled({ type: 'string' }, 'isIP(self)')),
    [
      `Forbidden: estimated rule cost exceeds budget by factor of more than 100x ${hint}`,
      'Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema',
      `Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x ${hint}`,
    ],
  ],
  ['is not known of what may be anything', inList(ruled({ 'x-kubernetes-int-or-string': true }, 'self == 1')), []],
]
for (const [name, schema, said] of cases)
  test(`what rules cost ${name}`, () =>
    assert.deepEqual(
      ruleCosts('schema', deepFreeze(schema)).map(({ message }) => message),
      said,
    ))
