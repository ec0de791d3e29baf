import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Recorder } from '@flotilla/sdk'
import { manifest } from '@flotilla/sdk/testing'
import { reporting } from './reporting.ts'

const web = manifest('apps/v1', 'Deployment', { namespace: 'shop', name: 'web' })

const told = (successEvents: 'few' | 'all'): readonly string[] => {
  const reasons: string[] = []
  const record: Recorder = (_about, _type, reason) => void reasons.push(reason)
  const event = reporting(record, successEvents)
  event(web, 'Normal', 'GetReplicasSucceed', 'two')
  event(web, 'Warning', 'GetReplicasFailed', 'none')
  event(web, 'Normal', 'ScheduleBindingSucceed', 'done')
  return reasons
}

test('steps that went well are not told of, unless they are asked for', () => {
  assert.deepEqual(told('few'), ['GetReplicasFailed', 'ScheduleBindingSucceed'])
  assert.deepEqual(told('all'), ['GetReplicasSucceed', 'GetReplicasFailed', 'ScheduleBindingSucceed'])
})
