import assert from 'node:assert/strict'
import { test } from 'node:test'
import { between, chosen, Field, named, oneOf, type Problems, present, unchanged, unique, written } from './field.ts'

interface Spec {
  readonly rules?: readonly { readonly name?: string; readonly ports?: Readonly<Record<string, number>> }[]
  readonly limit?: { readonly of?: { readonly most?: number } }
}

const spec = (value: Spec) => new Field<{ readonly spec?: Spec }>('', { spec: value }).at('spec')
const lines = (problems: Problems) => [...problems].map(({ field, message }) => `${field}: ${message}`)

test('a path is written as Kubernetes writes it', () => {
  const [, second] = spec({ rules: [{}, { ports: { 'a.b/c': 80 } }] })
    .at('rules')
    .items()
  assert.equal(second?.path, 'spec.rules[1]')
  assert.equal(second?.at('ports').entries()[0]?.[1].path, 'spec.rules[1].ports[a.b/c]')
})

test('where nothing is set, nothing below is', () => {
  const most = spec({}).at('limit').at('of').at('most')
  assert.equal(most.path, 'spec.limit.of.most')
  assert.equal(most.value, undefined)
  assert.deepEqual(spec({}).at('rules').items(), [])
})

const text = (value: string | undefined) => new Field('f', value)
const number = (value: number | undefined) => new Field('f', value)

const cases: readonly (readonly [what: string, problems: Problems, says: readonly string[]])[] = [
  ['present: missing', present(text(undefined)), ['f: Required value']],
  ['present: empty', present(text(''), 'say which'), ['f: Required value: say which']],
  ['present: an empty list', present(new Field('f', [])), ['f: Required value']],
  ['present: set', present(text('a')), []],
  ['present: zero is set', present(number(0)), []],
  ['one of: another word', oneOf(text('b'), ['x', 'y']), ['f: Unsupported value: "b": supported values: "x", "y"']],
  ['one of: not set', oneOf(text(undefined), ['x']), []],
  ['chosen: not set', chosen(text(''), ['x', 'y']), ['f: Required value: one of x, y']],
  ['chosen: another word', chosen(text('b'), ['x']), ['f: Unsupported value: "b": supported values: "x"']],
  ['between: below', between(number(-1), 0, 9), ['f: Invalid value: -1: must be 0 to 9']],
  ['between: above', between(number(10), 0, 9), ['f: Invalid value: 10: must be 0 to 9']],
  ['between: no bound above', between(number(0), 1, Infinity), ['f: Invalid value: 0: must be at least 1']],
  ['between: a fraction', between(number(1.5), 1, 2), ['f: Invalid value: 1.5: must be 1 to 2']],
  ['between: the bounds', between(number(9), 9, 9), []],
  ['written: wrong', written(text('b'), (it) => `${it} is wrong`), ['f: Invalid value: "b": b is wrong']],
  ['written: empty', written(text(''), () => 'wrong'), []],
  ['named: not set', named(text(undefined), () => 'wrong'), ['f: Required value']],
  ['named: wrong', named(text('b'), () => 'wrong'), ['f: Invalid value: "b": wrong']],
  ['unchanged: another', unchanged(text('b'), text('a')), ['f: Invalid value: "b": field is immutable']],
  ['unchanged: the same', unchanged(text('b'), text('b')), []],
  ['unchanged: new', unchanged(text('b'), undefined), []],
  ['written: not set', written(text(undefined), () => 'wrong'), []],
  ['unique: said twice', unique([text('a'), text('b'), text('a')]), ['f: Duplicate value: "a"']],
  ['unique: not set', unique([text(undefined), text(undefined)]), []],
]

for (const [what, problems, says] of cases) test(what, () => assert.deepEqual(lines(problems), says))

test('a long value is cut in a message', () => {
  const { message } = text('x'.repeat(10_000)).invalid('too much')
  assert.ok(message.length < 300)
  assert.match(message, /too much$/)
})

test('what has the wrong shape counts as not set', () => {
  for (const json of [
    '{"rules": null}',
    '{"rules": 7}',
    '{"rules": {"name": "a"}}',
    '{"rules": [null]}',
    '"text"',
    '7',
  ]) {
    assert.deepEqual(
      spec(JSON.parse(json) as Spec)
        .at('rules')
        .items(),
      [],
    )
  }
  const odd = JSON.parse('{"rules": [{"ports": [80]}], "limit": {"of": null}}') as Spec
  assert.deepEqual(spec(odd).at('rules').items()[0]?.at('ports').entries(), [])
  assert.equal(spec(odd).at('limit').at('of').value, undefined)
  assert.deepEqual(lines(written(JSON.parse('{"path": "f", "value": 7}') as Field<string>, () => 'wrong')), [])
})
