import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RegisterFlags } from '../register-webhook.ts'
import { webhookOf, withWebhook } from './configuration.ts'

const flags: RegisterFlags = {
  url: 'https://hooks.example.com/interpret',
  kinds: [{ apiVersion: 'apps/v1', kind: 'Deployment' }],
  operations: ['Retain'],
  probe: true,
}

const saying = (words: Partial<RegisterFlags>) => webhookOf('shop', { ...flags, ...words }, undefined)

test('a webhook is what its flags say', () => {
  assert.deepEqual(webhookOf('shop', { ...flags, timeoutSeconds: 3 }, 'PEM'), {
    name: 'shop.interpreters.flotilla.dev',
    clientConfig: { url: 'https://hooks.example.com/interpret', caBundle: 'UEVN' },
    rules: [{ operations: ['Retain'], apiGroups: ['apps'], apiVersions: ['v1'], kinds: ['Deployment'] }],
    timeoutSeconds: 3,
    interpreterContextVersions: ['v1alpha1'],
  })
  const service = { namespace: 'ops', name: 'hooks', port: 8443, path: '/a' }
  const { url: _, ...others } = flags
  assert.deepEqual(webhookOf('shop', { ...others, service }, undefined).clientConfig, { service })
  assert.equal(saying({ webhook: 'w.example.com' }).name, 'w.example.com')
})

test('kinds of one version are one rule', () => {
  const kinds = [
    { apiVersion: 'apps/v1', kind: 'Deployment' },
    { apiVersion: 'v1', kind: 'Pod' },
    { apiVersion: 'apps/v1', kind: 'StatefulSet' },
    { apiVersion: 'apps/v1', kind: 'Deployment' },
    { apiVersion: '*/*', kind: '*' },
    { apiVersion: '*', kind: 'Job' },
  ]
  const about = (saying({ kinds }).rules ?? []).map(({ apiGroups, apiVersions, kinds }) => [
    apiGroups,
    apiVersions,
    kinds,
  ])
  assert.deepEqual(about, [
    [['apps'], ['v1'], ['Deployment', 'StatefulSet']],
    [[''], ['v1'], ['Pod']],
    [['*'], ['*'], ['*']],
    [['*'], ['*'], ['Job']],
  ])
})

test('a configuration keeps its other webhooks in their places', () => {
  const [a, b, c] = ['a.example.com', 'b.example.com', 'c.example.com'].map((webhook) => saying({ webhook }))
  assert.ok(a && b && c)
  const one = withWebhook('shop', a)
  assert.deepEqual(one, {
    apiVersion: 'config.karmada.io/v1alpha1',
    kind: 'ResourceInterpreterWebhookConfiguration',
    metadata: { name: 'shop' },
    webhooks: [a],
  })
  const kept = { ...one, metadata: { name: 'shop', resourceVersion: '7', labels: { team: 'shop' } } }
  const three = withWebhook('shop', c, withWebhook('shop', b, kept))
  const changed = { ...b, timeoutSeconds: 7 }
  assert.deepEqual(withWebhook('shop', changed, three), { ...kept, webhooks: [a, changed, c] })
})
