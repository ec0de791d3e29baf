import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readFrom, repeatedIn } from './repeated.ts'

const cases: readonly (readonly [text: string, repeated: readonly string[]])[] = [
  ['{"a":1}', []],
  ['{"a":1}\n', []],
  ['{"a":1,"a":1}\n', ['a']],
  ['{ "a" : [ {"b":1}, {"b":2} ], "b": "a" }', []],
  ['{"a":1,"a":2}', ['a']],
  ['{"a":1,"b":{"a":1,"c":[0,{"d":1,"d":2},"x"],"a":3},"a":2,"a":3}', ['b.c[1].d', 'b.a', 'a']],
  ['{"a":{"x":"{\\"y\\":1,\\"y\\":2}"},"\\u0061":1}', ['a']],
  ['{"":1,"":2,"a":{"":1}}', ['']],
  ['[{"a":1,"a":1}]', ['[0].a']],
  ['"a"', []],
]

test('what a body names twice is found', () => {
  for (const [text, repeated] of cases) assert.deepEqual(repeatedIn(readFrom(JSON.parse(text), text)), repeated, text)
  assert.deepEqual(repeatedIn({ a: 1 }), [])
})
