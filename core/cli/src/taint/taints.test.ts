import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Taint } from '@flotilla/sdk'
import { cordoned, uncordoned } from './cordon.ts'
import { taintsAfter, wordFor } from './taints.ts'
import { wishOf } from './wish.ts'

const gpu: Taint = { key: 'gpu', value: 'yes', effect: 'NoSchedule' }
const gpuOut: Taint = { key: 'gpu', effect: 'NoExecute' }
const other: Taint = { key: 'example.com/other', effect: 'NoSchedule' }

const wishes: Readonly<Record<string, readonly [texts: string, after: readonly Taint[], word: string]>> = {
  'one with a value': [
    'new=x:NoSchedule',
    [{ key: 'new', value: 'x', effect: 'NoSchedule' }, gpu, gpuOut, other],
    'tainted',
  ],
  'one without a value': ['new:NoExecute', [{ key: 'new', effect: 'NoExecute' }, gpu, gpuOut, other], 'tainted'],
  'one whose value is empty': ['new=:NoExecute', [{ key: 'new', effect: 'NoExecute' }, gpu, gpuOut, other], 'tainted'],
  'all of a key less': ['gpu-', [other], 'untainted'],
  'one effect of a key less': ['gpu:NoExecute-', [gpu, other], 'untainted'],
  'one less, with the value it had': ['gpu=yes:NoSchedule-', [gpuOut, other], 'untainted'],
  'one more and one less': ['new:NoExecute gpu-', [{ key: 'new', effect: 'NoExecute' }, other], 'modified'],
}
for (const [name, [texts, after, word]] of Object.entries(wishes)) {
  test(`taints: ${name}`, () => {
    const wish = wishOf(texts.split(' '))
    assert.deepEqual(taintsAfter([gpu, gpuOut, other], wish, false), after)
    assert.equal(wordFor(wish), word)
  })
}

test('another value is for who says so', () => {
  const wish = wishOf(['gpu=no:NoSchedule'])
  assert.throws(() => taintsAfter([gpu], wish, false), /it has gpu:NoSchedule already: --overwrite/)
  assert.deepEqual(taintsAfter([gpu], wish, true), [{ ...gpu, value: 'no' }])
})

test('what is not there cannot go', () => {
  assert.throws(() => taintsAfter([gpu], wishOf(['gpu:NoExecute-']), false), /taint "gpu:NoExecute" not found/)
  assert.throws(() => taintsAfter([], wishOf(['gpu-']), true), /taint "gpu" not found/)
})

describe('no taint', () => {
  const wrong: Readonly<Record<string, readonly [texts: readonly string[], says: RegExp]>> = {
    'is one without a key': [['=x:NoSchedule'], /"=x:NoSchedule" is no taint/],
    'is added without an effect': [['gpu=yes'], /"gpu=yes" has no effect/],
    'only prefers': [['gpu:PreferNoSchedule'], /the effect is NoSchedule or NoExecute, not PreferNoSchedule/],
    'has an empty effect': [['gpu:'], /the effect is NoSchedule or NoExecute, not nothing/],
    'is named twice': [['gpu=a:NoSchedule', 'gpu=b:NoSchedule'], /gpu:NoSchedule is named twice/],
    'comes and goes': [['gpu:NoSchedule', 'gpu-'], /gpu:NoSchedule cannot be added and removed at once/],
  }
  for (const [name, [texts, says]] of Object.entries(wrong)) test(name, () => assert.throws(() => wishOf(texts), says))
})

test('to cordon is to do it once', () => {
  const once = cordoned([gpu])
  assert.deepEqual(once, [gpu, { key: 'cluster.karmada.io/unschedulable', effect: 'NoSchedule' }])
  assert.equal(cordoned(once), once)
  const back = uncordoned(once)
  assert.deepEqual(back, [gpu])
  assert.equal(uncordoned(back), back)
})
