import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isBefore } from './version.ts'

const cases: readonly (readonly [string | undefined, string | undefined, boolean])[] = [
  ['9', '10', true],
  ['10', '9', false],
  ['10', '10', false],
  ['99', '100', true],
  ['18446744073709551614', '18446744073709551615', true],
  ['', '10', false],
  ['10', '', false],
  [undefined, '10', false],
  ['a', 'b', false],
  ['1', 'b', false],
]
for (const [version, other, expected] of cases)
  test(`${version} ${expected ? 'is' : 'is not known to be'} before ${other}`, () =>
    assert.equal(isBefore(version, other), expected))
