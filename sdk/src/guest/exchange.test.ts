import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { binding, cluster, deployment } from '../../testing/build.ts'
import * as interpret from '../points/interpret.ts'
import { override } from '../points/render.ts'
import * as schedule from '../points/schedule.ts'
import { guestAnswer, guestQuestion } from './exchange.ts'
import { guestPoints } from './points.ts'

const hidden = {
  ...cluster({ name: 'a', labels: { tier: 'gold' } }),
  spec: { apiEndpoint: 'https://hidden', secretRef: { namespace: 'x', name: 'hidden' }, proxyHeader: { a: 'hidden' } },
} as unknown as ReturnType<typeof cluster>
const feasible: schedule.Feasible = { cluster: hidden, score: 1, assigned: 0, overflow: 0 }
const candidates: schedule.Candidates = { binding: binding(), placement: {}, clusters: [hidden] }
const feasibility: schedule.Feasibility = { binding: binding(), placement: {}, clusters: [feasible], fresh: false }

describe('a guest is not shown how a cluster is reached', () => {
  const asked = (id: string): unknown => {
    if (id === override.id) return { manifest: deployment(), cluster: hidden, overriders: {} }
    return id === schedule.select.id || id === schedule.assign.id ? feasibility : candidates
  }
  for (const point of guestPoints.filter(({ id }) => /^(schedule|render)\./.test(id))) {
    test(point.id, () => {
      const question = JSON.stringify(guestQuestion(point, asked(point.id)))
      assert.match(question, /"gold"/)
      assert.doesNotMatch(question, /hidden/)
    })
  }
})

test('a guest is shown an object as it is', () => {
  const template = { manifest: deployment() }
  assert.equal(guestQuestion(interpret.health, template), template)
})

test('a guest names the clusters it selects', () => {
  assert.deepEqual(guestAnswer(schedule.select, { clusters: ['a'] }, feasibility), { clusters: [feasible] })
  assert.deepEqual(guestAnswer(schedule.select, { unfit: 'none' }, feasibility), { unfit: 'none' })
})

test('null is no opinion', () => {
  assert.equal(guestAnswer(interpret.health, null, {}), undefined)
  assert.equal(guestAnswer(interpret.health, 'Healthy', {}), 'Healthy')
})
