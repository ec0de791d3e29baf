import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Taint, Toleration } from './manifest.ts'
import { taintText, tolerates } from './toleration.ts'

const taint: Taint = { key: 'gpu', value: 'a100', effect: 'NoExecute' }

const cases: readonly (readonly [toleration: Toleration, holds: boolean])[] = [
  [{ key: 'gpu', operator: 'Exists' }, true],
  [{ key: 'gpu', operator: 'Exists', effect: 'NoExecute' }, true],
  [{ key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }, false],
  [{ key: 'disk', operator: 'Exists' }, false],
  [{ operator: 'Exists' }, true],
  [{ key: 'gpu', operator: 'Equal', value: 'a100' }, true],
  [{ key: 'gpu', value: 'a100' }, true],
  [{ key: 'gpu', value: 'h100' }, false],
  [{ key: 'gpu' }, false],
]

for (const [toleration, holds] of cases) {
  test(`${JSON.stringify(toleration)} ${holds ? 'tolerates' : 'does not tolerate'} ${taintText(taint)}`, () =>
    assert.equal(tolerates(toleration, taint), holds))
}

test('no value is the empty value', () => {
  assert.equal(tolerates({ key: 'a' }, { key: 'a', effect: 'NoSchedule' }), true)
  assert.equal(taintText({ key: 'a', effect: 'NoSchedule' }), 'a:NoSchedule')
})
