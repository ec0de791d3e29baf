import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manifest } from '@flotilla/sdk/testing'
import { inOrder } from './order.ts'

const kinds = (ordered: ReturnType<typeof inOrder>) => ordered.map((placed) => placed.map(([, { kind }]) => kind))

test('what others need comes before them, and within that the order of the Work holds', () => {
  const manifests = [
    manifest('example.com/v1', 'Widget', { name: 'a' }),
    manifest('apps/v1', 'Deployment', { name: 'a' }),
    manifest('v1', 'Secret', { name: 'a' }),
    manifest('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', { name: 'a' }),
    manifest('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { name: 'a' }),
    manifest('rbac.authorization.k8s.io/v1', 'Role', { name: 'a' }),
    manifest('batch/v1', 'Job', { name: 'a' }),
    manifest('v1', 'Namespace', { name: 'a' }),
  ]
  assert.deepEqual(kinds(inOrder(manifests)), [
    ['Namespace'],
    ['CustomResourceDefinition'],
    ['Secret', 'Role'],
    ['Deployment', 'Job'],
    ['ValidatingWebhookConfiguration'],
    ['Widget'],
  ])
})

test('a custom kind is one whatever its name', () => {
  const manifests = [manifest('example.com/v1', 'Namespace', { name: 'a' }), manifest('v1', 'Pod', { name: 'a' })]
  assert.deepEqual(kinds(inOrder(manifests)), [['Pod'], ['Namespace']])
})

test('each keeps its place in the Work', () => {
  const manifests = [manifest('v1', 'Pod', { name: 'a' }), manifest('v1', 'Secret', { name: 'a' })]
  assert.deepEqual(
    inOrder(manifests)
      .flat()
      .map(([ordinal]) => ordinal),
    [1, 0],
  )
})
