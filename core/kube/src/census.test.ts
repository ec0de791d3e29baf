import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Census, differences, lasting } from './census.ts'
import { configMap } from './testing/objects.ts'

const counted = (version: string, items: Readonly<Record<string, string>>): Census => ({
  version,
  items: new Map(Object.entries(items).map(([name, identity]) => [`default/${name}`, identity])),
})

const cases: Readonly<
  Record<string, readonly [held: Parameters<typeof configMap>[], there: Census, expected: string[]]>
> = {
  'what is the same does not differ': [[['a', 3]], counted('5', { a: 'a 3' }), []],
  'an older version differs': [[['a', 2]], counted('5', { a: 'a 3' }), ['default/a']],
  'another object of the name differs': [[['a', 3, { uid: 'old' }]], counted('5', { a: 'a 3' }), ['default/a']],
  'what is not there differs': [[['a', 3]], counted('5', {}), ['default/a']],
  'what is not here differs': [[], counted('5', { a: 'a 3' }), ['default/a']],
  'what changed since does not': [[['a', 9]], counted('5', { a: 'a 3' }), []],
  'what was made since does not': [[['a', 9]], counted('5', {}), []],
}
for (const [name, [held, there, expected]] of Object.entries(cases))
  test(name, () => {
    const objects = held.map((each) => configMap(...each))
    assert.deepEqual([...differences(objects, there).keys()], expected)
  })

test('only what differs in the same way twice is lasting', () => {
  const first = differences(
    [configMap('a', 1), configMap('b', 1), configMap('c', 1)],
    counted('5', { a: 'a 2', b: 'b 2' }),
  )
  const second = differences([configMap('a', 1), configMap('b', 2)], counted('7', { a: 'a 2', b: 'b 6' }))
  assert.deepEqual(lasting(first, second), ['default/a'])
})
