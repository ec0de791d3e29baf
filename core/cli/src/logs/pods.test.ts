import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manifest } from '@flotilla/sdk/testing'
import { selectorOf } from './pods.ts'

for (const [what, selector, text] of [
  ['labels', { matchLabels: { app: 'web', tier: 'front' } }, 'app=web,tier=front'],
  [
    'labels and expressions',
    {
      matchLabels: { app: 'web' },
      matchExpressions: [
        { key: 'tier', operator: 'In', values: ['a', 'b'] },
        { key: 'old', operator: 'NotIn', values: ['c'] },
        { key: 'here', operator: 'Exists' },
        { key: 'gone', operator: 'DoesNotExist' },
      ],
    },
    'app=web,tier in (a,b),old notin (c),here,!gone',
  ],
  ['the labels of a Service', { app: 'web' }, 'app=web'],
  ['a Service without any', {}, undefined],
  ['nothing', null, undefined],
] as const)
  test(`pods are chosen by ${what}`, () =>
    assert.equal(selectorOf(manifest('apps/v1', 'Deployment', { spec: { selector } })), text))

test('what has no spec has no pods', () => assert.equal(selectorOf(manifest('v1', 'ConfigMap')), undefined))
