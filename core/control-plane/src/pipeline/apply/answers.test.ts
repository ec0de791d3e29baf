import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Condition, Manifest, Work } from '@flotilla/sdk'
import { Answers } from './answers.ts'
import { desired, workFor } from './scene.test-support.ts'

const work = workFor('member1')
const text = 'karmada-es-member1/web-x'
const wish = desired('member1')
const answer = (resourceVersion: string, spec: object = wish.spec as object): Manifest => ({
  ...wish,
  metadata: { ...wish.metadata, resourceVersion },
  spec,
})
const filled = { replicas: 1, paused: false }
const condition: Condition = { type: 'Applied', status: 'True', reason: 'R', message: '', lastTransitionTime: '' }
const appliedWork: Work = { ...work, status: { conditions: [condition] } }

describe('an answer', () => {
  test('is recognized in an object that is as it was, whatever its version', () => {
    const answers = new Answers()
    answers.remember(work, 0, wish, wish, answer('1', filled))
    assert.equal(answers.get(work, 0, answer('2', { paused: false, replicas: 1 }))?.desired, wish)
    assert.equal(answers.get(work, 0, answer('2', { ...filled, replicas: 2 })), undefined)
    assert.equal(answers.get(work, 1, answer('2', filled)), undefined)
  })
  test('that says what was asked is not kept, and takes the place of another', () => {
    const answers = new Answers()
    answers.remember(work, 0, wish, wish, answer('1', filled))
    answers.remember(work, 0, wish, wish, answer('2'))
    assert.equal(answers.get(work, 0, answer('2', filled)), undefined)
  })
  test('is known by its version until the next', () => {
    const answers = new Answers()
    answers.remember(work, 0, wish, wish, answer('1'))
    answers.remember(work, 0, wish, wish, answer('2'))
    assert.deepEqual([answers.isOwn(text, answer('1')), answers.isOwn(text, answer('2'))], [false, true])
    answers.forget(text)
    assert.equal(answers.isOwn(text, answer('2')), false)
  })
})

test('what was held is known for the same generation of a Work', () => {
  const answers = new Answers()
  assert.equal(answers.wasSettled(work), false)
  answers.settle(work)
  assert.equal(answers.wasSettled(work), true)
  assert.equal(answers.wasSettled({ ...work, metadata: { ...work.metadata, generation: 2 } }), false)
})

test('what was desired the last time is known where the member added to it, and after a start', () => {
  const answers = new Answers()
  assert.equal(answers.last(work, 0, wish), undefined)
  assert.equal(answers.last(appliedWork, 0, wish), wish)
  answers.settle(work)
  assert.equal(answers.last(appliedWork, 0, wish), undefined)
  answers.remember(work, 0, wish, wish, answer('1', filled))
  assert.equal(answers.last(work, 0, desired('member1', 5)), wish)
})
