import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deepFreeze } from '@flotilla/sdk'
import fc from 'fast-check'
import { compilePath, isObject, plainKeys, readKeys } from './json-path.ts'

const runs = { seed: 1, numRuns: 2000 }

/** Some that mean something to JavaScript, some that mean something to paths. */
const key = fc.oneof(
  fc.constantFrom('a', 'b', 'spec', 'items'),
  fc.constantFrom('constructor', 'toString', '__proto__', 'length', 'a.b', 'example.com/x', '$', 'ä'),
)
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'path' },
    fc.oneof(fc.integer(), fc.string({ maxLength: 4 }), fc.boolean(), fc.constant(null)),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie('tree')), { maxLength: 4 }).map((fields) => Object.fromEntries(fields)),
  ),
}))
const object = fc.array(fc.tuple(key, tree), { maxLength: 5 }).map((fields) => deepFreeze(Object.fromEntries(fields)))

/** Down objects, key by key, by what JSON has. */
const walk = (value: unknown, [step, ...rest]: readonly string[]): unknown => {
  if (step === undefined) return value
  const found = isObject(value) ? Object.entries(value).find(([name]) => name === step) : undefined
  return found && walk(found[1], rest)
}

const dotted = (name: string): string => `.${name.replaceAll('.', '\\.')}`
const quoted = (name: string): string => `['${name}']`

describe('paths of columns', () => {
  test('a plain one leads where a walk does, however it is written', () =>
    fc.assert(
      fc.property(object, fc.array(fc.tuple(key, fc.boolean()), { minLength: 1, maxLength: 4 }), (value, steps) => {
        const keys = steps.map(([name]) => name)
        const path = steps.map(([name, inQuotes]) => (inQuotes ? quoted(name) : dotted(name))).join('')
        assert.deepEqual(plainKeys(path), keys, path)
        assert.deepEqual(compilePath(path)(value), walk(value, keys), path)
        assert.deepEqual(readKeys(value, keys), walk(value, keys))
      }),
      runs,
    ))

  test('an item of a list, and the first of all, are what the list has', () =>
    fc.assert(
      fc.property(
        fc.array(fc.record({ a: fc.integer(), b: fc.constantFrom('x', 'y') }), { maxLength: 4 }),
        fc.nat(4),
        (list, at) => {
          const held = deepFreeze({ list })
          assert.equal(compilePath(`.list[${at}].a`)(held), list[at]?.a)
          assert.equal(compilePath('.list[*].a')(held), list[0]?.a)
          assert.equal(compilePath('.list[?(@.b=="x")].a')(held), list.find(({ b }) => b === 'x')?.a)
        },
      ),
      { ...runs, numRuns: 300 },
    ))

  test('whatever is written leads somewhere or nowhere, soon, and touches nothing', () => {
    const piece = fc.constantFrom(
      '.',
      '..',
      '[',
      ']',
      '*',
      '?',
      '(',
      ')',
      '@',
      '$',
      '==',
      '"',
      "'",
      '\\',
      ',',
      ':',
      '-1',
      '0',
      'a',
      'b',
      'constructor',
      '__proto__',
      '^',
      '~',
      '`',
      '&&',
      '||',
      '!',
      '@.a',
      'parent',
      '{',
      '}',
      ' ',
      '=',
      'length',
      'process',
      'eval',
    )
    const path = fc.oneof(
      fc.array(piece, { maxLength: 12 }).map((all) => all.join('')),
      fc.array(piece, { maxLength: 6 }).map((all) => `.a[?(${all.join('')})].b`),
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom('.a', '[0]', '..', '\\', '[').map((each) => each.repeat(500)),
    )
    const before = Object.keys(Object.prototype)
    fc.assert(
      fc.property(path, object, (text, value) => {
        const began = performance.now()
        const told = JSON.stringify(value)
        const found = compilePath(text)(value)
        assert.notEqual(typeof found, 'function', text)
        assert.equal(JSON.stringify(value), told)
        assert.ok(performance.now() - began < 2_000, text)
      }),
      runs,
    )
    assert.deepEqual(Object.keys(Object.prototype), before)
  })
})
