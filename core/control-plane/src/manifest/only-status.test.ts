import assert from 'node:assert/strict'
import { test } from 'node:test'
import { binding } from '@flotilla/sdk/testing'
import { onlyStatus } from './only-status.ts'

test('a status is sent with what says whose it is, and of which version', () => {
  const web = binding({ uid: 'one', generation: 2 })
  const known = { ...web, metadata: { ...web.metadata, resourceVersion: '7', annotations: { much: 'text' } } }
  const { apiVersion, kind, metadata } = known
  const { namespace, name } = metadata
  assert.deepEqual(onlyStatus(known, { lastScheduledTime: 'now' }), {
    apiVersion,
    kind,
    metadata: { namespace, name, uid: 'one', resourceVersion: '7' },
    status: { lastScheduledTime: 'now' },
  })
})
