import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { NodeClaim, Taint } from '@flotilla/sdk'
import { type Ground, mayRun, type NodeRequirement } from './affinity.ts'

const node = (more: Partial<Ground> = {}): Ground => ({
  name: 'n1',
  labels: { zone: 'a', disk: 'ssd', cores: '16' },
  taints: [],
  isCordoned: false,
  ...more,
})

const requiring = (...matchExpressions: readonly NodeRequirement[]): NodeClaim => ({
  hardNodeAffinity: { nodeSelectorTerms: [{ matchExpressions }] },
})

describe('a replica may run on a node', () => {
  const cases: Readonly<Record<string, readonly [claim: NodeClaim | undefined, may: boolean]>> = {
    'without a claim': [undefined, true],
    'that has the labels it selects': [{ nodeSelector: { zone: 'a', disk: 'ssd' } }, true],
    'that lacks one of them': [{ nodeSelector: { zone: 'a', gpu: 'yes' } }, false],
    'In, one of the values': [requiring({ key: 'zone', operator: 'In', values: ['b', 'a'] }), true],
    'In, none of the values': [requiring({ key: 'zone', operator: 'In', values: ['b'] }), false],
    'NotIn, another value': [requiring({ key: 'zone', operator: 'NotIn', values: ['b'] }), true],
    'NotIn, no such label': [requiring({ key: 'rack', operator: 'NotIn', values: ['b'] }), true],
    'NotIn, that value': [requiring({ key: 'zone', operator: 'NotIn', values: ['a'] }), false],
    Exists: [requiring({ key: 'zone', operator: 'Exists' }), true],
    'Exists, but does not': [requiring({ key: 'rack', operator: 'Exists' }), false],
    DoesNotExist: [requiring({ key: 'rack', operator: 'DoesNotExist' }), true],
    'DoesNotExist, but does': [requiring({ key: 'zone', operator: 'DoesNotExist' }), false],
    Gt: [requiring({ key: 'cores', operator: 'Gt', values: ['8'] }), true],
    'Gt, the same': [requiring({ key: 'cores', operator: 'Gt', values: ['16'] }), false],
    'Gt, no number': [requiring({ key: 'zone', operator: 'Gt', values: ['1'] }), false],
    Lt: [requiring({ key: 'cores', operator: 'Lt', values: ['17'] }), true],
    'Lt, no such label': [requiring({ key: 'rack', operator: 'Lt', values: ['17'] }), false],
    'an operator nobody knows': [requiring({ key: 'zone', operator: 'Like', values: ['a'] }), false],
    'all of a term': [requiring({ key: 'zone', operator: 'Exists' }, { key: 'rack', operator: 'Exists' }), false],
    'any of the terms': [
      {
        hardNodeAffinity: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'rack', operator: 'Exists' }] },
            { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] },
          ],
        },
      },
      true,
    ],
    'a field of another node': [
      {
        hardNodeAffinity: {
          nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n2'] }] }],
        },
      },
      false,
    ],
    'an empty term holds for no node': [{ hardNodeAffinity: { nodeSelectorTerms: [{}] } }, false],
    'no term at all': [{ hardNodeAffinity: {} }, false],
    'a label that every object has': [requiring({ key: 'constructor', operator: 'Exists' }), false],
  }
  for (const [name, [claim, may]] of Object.entries(cases)) test(name, () => assert.equal(mayRun(node(), claim), may))
})

describe('taints keep away', () => {
  const taint = (effect: Taint['effect']): Taint => ({ key: 'gpu', value: 'yes', effect })
  const tolerating = (...tolerations: NonNullable<NodeClaim['tolerations']>): NodeClaim => ({ tolerations })
  const cases: Readonly<
    Record<string, readonly [effect: Taint['effect'], claim: NodeClaim | undefined, may: boolean]>
  > = {
    NoSchedule: ['NoSchedule', undefined, false],
    NoExecute: ['NoExecute', undefined, false],
    'but not PreferNoSchedule': ['PreferNoSchedule', undefined, true],
    'but not what tolerates them': ['NoSchedule', tolerating({ key: 'gpu', value: 'yes' }), true],
    'what tolerates another value': ['NoSchedule', tolerating({ key: 'gpu', value: 'no' }), false],
    'what tolerates another effect': [
      'NoExecute',
      tolerating({ key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }),
      false,
    ],
    'but not what tolerates everything': ['NoExecute', tolerating({ operator: 'Exists' }), true],
  }
  for (const [name, [effect, claim, may]] of Object.entries(cases))
    test(name, () => assert.equal(mayRun(node({ taints: [taint(effect)] }), claim), may))

  test('a cordoned node, unless that is tolerated', () => {
    const cordoned = node({ isCordoned: true })
    assert.equal(mayRun(cordoned), false)
    assert.equal(mayRun(cordoned, tolerating({ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' })), true)
  })
})
