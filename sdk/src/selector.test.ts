import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LabelSelector, LabelSelectorRequirement } from './manifest.ts'
import { matchesLabels } from './selector.ts'

const labels = { app: 'web', tier: '' }

const rule = (key: string, operator: LabelSelectorRequirement['operator'], ...values: readonly string[]) => ({
  matchExpressions: [{ key, operator, ...(values.length > 0 && { values }) }],
})

const cases: readonly (readonly [selector: LabelSelector | undefined, holds: boolean])[] = [
  [undefined, true],
  [{}, true],
  [{ matchLabels: {} }, true],
  [{ matchLabels: { app: 'web' } }, true],
  [{ matchLabels: { app: 'web', tier: '' } }, true],
  [{ matchLabels: { app: 'api' } }, false],
  [{ matchLabels: { app: 'web', other: 'x' } }, false],
  [rule('app', 'In', 'api', 'web'), true],
  [rule('app', 'In', 'api'), false],
  [rule('other', 'In', 'x'), false],
  [rule('app', 'In'), false],
  [rule('app', 'NotIn', 'web'), false],
  [rule('app', 'NotIn', 'api'), true],
  [rule('other', 'NotIn', 'x'), true],
  [rule('tier', 'Exists'), true],
  [rule('other', 'Exists'), false],
  [rule('tier', 'DoesNotExist'), false],
  [rule('other', 'DoesNotExist'), true],
  [{ matchLabels: { app: 'web' }, ...rule('tier', 'DoesNotExist') }, false],
  [rule('other', 'NotIn'), false],
  [rule('tier', 'Exists', 'x'), false],
  [rule('other', 'DoesNotExist', 'x'), false],
  [rule('app', 'Equals' as 'In', 'web'), false],
]
for (const [selector, holds] of cases)
  test(`${JSON.stringify(selector)} ${holds ? 'holds' : 'does not hold'}`, () =>
    assert.equal(matchesLabels(selector, labels), holds))

test('without labels only what is absent holds', () => {
  assert.equal(matchesLabels(rule('app', 'DoesNotExist'), undefined), true)
  assert.equal(matchesLabels({ matchLabels: { app: 'web' } }, undefined), false)
})
