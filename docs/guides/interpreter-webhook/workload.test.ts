import assert from 'node:assert/strict'
import { test } from 'node:test'
import { interpreterWebhook, type ResourceInterpreterContext } from '@flotilla/interpreter-webhooks/server'
import { fastify } from 'fastify'
import { type Workload, workload } from './workload.ts'

const app = fastify()
app.register(interpreterWebhook, { interpreters: [workload] })

const web: Workload = {
  apiVersion: 'workload.example.io/v1alpha1',
  kind: 'Workload',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas: 3,
    template: {
      spec: {
        containers: [{ name: 'web', envFrom: [{ configMapRef: { name: 'settings' } }], resources: { requests: { cpu: '1' } } }], // biome-ignore format: one pod
      },
    },
  },
  status: { readyReplicas: 2 },
}

/** What the server answers when a control plane asks it. */
async function answer(operation: string, words: object = {}) {
  const request = { uid: '1', operation, object: web, ...words }
  const reply = await app.inject({ method: 'POST', url: '/', payload: { request } })
  const { uid, successful, status, ...said } = reply.json<Required<ResourceInterpreterContext>>().response
  assert.deepEqual([uid, successful, status?.code], ['1', true, 200])
  return 'patch' in said ? JSON.parse(Buffer.from(said.patch ?? '', 'base64').toString()) : said
}

test('it says how many replicas there are, and what one needs', async () => {
  assert.deepEqual(await answer('InterpretReplica'), {
    replicas: 3,
    replicaRequirements: { resourceRequest: { cpu: '1' } },
  })
})

test('it changes their number', async () => {
  assert.deepEqual(await answer('ReviseReplica', { replicas: 1 }), [
    { op: 'replace', path: '/spec/replicas', value: 1 },
  ])
})

test('it keeps what was stopped in a cluster stopped', async () => {
  const observedObject = { ...web, spec: { ...web.spec, paused: true } }
  assert.deepEqual(await answer('Retain', { observedObject }), [{ op: 'add', path: '/spec/paused', value: true }])
  assert.deepEqual(await answer('Retain', { observedObject: web }), {})
})

test('it is healthy when all are ready', async () => {
  assert.deepEqual(await answer('InterpretHealth'), { healthy: false })
  assert.deepEqual(await answer('InterpretHealth', { object: { ...web, status: { readyReplicas: 3 } } }), {
    healthy: true,
  })
})

test('it says what is ready, in one cluster and in all', async () => {
  assert.deepEqual(await answer('InterpretStatus'), { rawStatus: { readyReplicas: 2 } })
  const aggregatedStatus = ['a', 'b'].map((clusterName) => ({ clusterName, status: { readyReplicas: 3 } }))
  assert.deepEqual(await answer('AggregateStatus', { aggregatedStatus }), [
    { op: 'replace', path: '/status/readyReplicas', value: 6 },
  ])
})

test('it takes along what its pods read', async () => {
  assert.deepEqual(await answer('InterpretDependency'), {
    dependencies: [{ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'settings' }],
  })
})
