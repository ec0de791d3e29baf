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

const work = manifest('work.karmada.io/v1alpha1', 'Work', { namespace: 'karmada-es-member1', name: 'web-x' })

test('what stands on a template is not repeated on its Works', () => {
  for (const [successEvents, expected] of [
    ['few', ['Deployment']],
    ['all', ['Work', 'Deployment']],
  ] as const) {
    const about: string[] = []
    const event = reporting(({ kind }) => void about.push(kind), successEvents)
    for (const object of [work, web]) event(object, 'Normal', 'SyncSucceed', 'done')
    assert.deepEqual(about, expected)
  }
})

test('steps that went well are not told of, unless they are asked for', () => {
  assert.deepEqual(told('few'), ['GetReplicasFailed', 'ScheduleBindingSucceed'])
  assert.deepEqual(told('all'), ['GetReplicasSucceed', 'GetReplicasFailed', 'ScheduleBindingSucceed'])
})
