import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type SchedulingQuestion, schedulingReview } from '@flotilla/sdk'
import { binding, cluster } from '@flotilla/sdk/testing'
import { answer } from './carbon.ts'

const asked = (point: 'filter' | 'score' | 'estimate'): SchedulingQuestion => {
  const clusters = Object.entries({ oslo: '30', paris: '60', coaltown: '900', somewhere: undefined }).map(
    ([name, grams]) => ({
      ...cluster({ name, ...(grams && { labels: { 'carbon-intensity': grams } }) }),
      status: {},
    }),
  )
  return { ...schedulingReview, request: { point, binding: binding(), placement: {}, clusters } }
}

test('a cluster on coal gets no new work', () => {
  assert.deepEqual(answer(asked('filter')), {
    coaltown: { reason: 'cluster(s) ran on 900 g CO2/kWh', resolvable: false, resolvedBy: ['labels'] },
  })
})

test('the cleaner a cluster, the better', () => {
  assert.deepEqual(answer(asked('score')), { oslo: 94, paris: 88, coaltown: 0 })
})

test('it knows nothing of room', () => {
  assert.equal(answer(asked('estimate')), null)
})
