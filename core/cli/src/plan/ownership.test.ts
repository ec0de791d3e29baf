import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deepFreeze } from '@flotilla/sdk'
import { manifest } from '@flotilla/sdk/testing'
import { handedOver } from './ownership.ts'

const entry = (manager: string, operation: string, fieldsV1: object) => ({
  manager,
  operation,
  apiVersion: 'v1',
  fieldsType: 'FieldsV1',
  fieldsV1,
})

const owned = (...managedFields: readonly object[]) => {
  const object = manifest('v1', 'ConfigMap', { namespace: 'shop', name: 'web' })
  return deepFreeze({ ...object, metadata: { ...object.metadata, managedFields } })
}

const fieldsOf = (object: ReturnType<typeof owned>) => handedOver(object).metadata.managedFields

test('what kubectl applied belongs to who applies on the server: but for its notes and maps of others', () => {
  const annotations = { '.': {}, 'f:kubectl.kubernetes.io/last-applied-configuration': {}, 'f:team': {} }
  const labels = { '.': {} }
  const metadata = { 'f:annotations': annotations, 'f:labels': labels }
  const found = fieldsOf(
    owned(entry('kubectl-client-side-apply', 'Update', { 'f:metadata': metadata, 'f:data': { 'f:a': {} } })),
  )
  assert.deepEqual(found, [
    entry('kubectl', 'Apply', { 'f:metadata': { 'f:annotations': { 'f:team': {} } }, 'f:data': { 'f:a': {} } }),
  ])
})

test('what was applied in both ways is owned together', () => {
  const found = fieldsOf(
    owned(
      entry('kubectl', 'Apply', { 'f:data': { 'f:a': {} } }),
      entry('someone', 'Update', { 'f:data': { 'f:c': {} } }),
      entry('kubectl-client-side-apply', 'Update', { 'f:data': { 'f:b': {} } }),
    ),
  )
  assert.deepEqual(found, [
    entry('someone', 'Update', { 'f:data': { 'f:c': {} } }),
    entry('kubectl', 'Apply', { 'f:data': { 'f:a': {}, 'f:b': {} } }),
  ])
})

test('an object nobody applied that way is left as it is', () => {
  for (const object of [owned(), owned(entry('kubectl', 'Apply', {}))]) assert.equal(handedOver(object), object)
})
