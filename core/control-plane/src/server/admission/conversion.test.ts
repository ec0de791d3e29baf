import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Manifest } from '@flotilla/sdk'
import { binding, clusterBinding, deployment } from '@flotilla/sdk/testing'
import { fastify } from 'fastify'
import { conversionWebhook } from './conversion.ts'

const [v1alpha1, v1alpha2] = ['work.karmada.io/v1alpha1', 'work.karmada.io/v1alpha2']

const post = async (payload: object | string) => {
  const app = fastify()
  app.register(conversionWebhook())
  const headers = { 'content-type': 'application/json' }
  const answer = await app.inject({ method: 'POST', url: '/convert', payload, headers })
  await app.close()
  return { code: answer.statusCode, body: answer.json() }
}

const convert = async (desiredAPIVersion: string, ...objects: readonly Manifest[]) => {
  const request = { uid: 'request-1', desiredAPIVersion, objects }
  const { code, body } = await post({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'ConversionReview', request })
  assert.deepEqual([code, body.kind, body.response.uid], [200, 'ConversionReview', 'request-1'])
  return body.response
}

const web = binding({
  annotations: { mine: 'yes' },
  replicas: 2,
  clusters: { member1: 2 },
  placement: { clusterAffinity: { clusterNames: ['member1'] } },
  status: {
    schedulerObservedGeneration: 1,
    conditions: [],
    aggregatedStatus: [{ clusterName: 'member1', applied: true, status: { replicas: 2 }, health: 'Healthy' }],
  },
})

describe('the conversion webhook', () => {
  test('shows bindings as the first version says them', async () => {
    const { result, convertedObjects } = await convert(v1alpha1, web, clusterBinding())
    assert.deepEqual(result, { status: 'Success' })
    const [first, second] = convertedObjects
    assert.deepEqual([first.apiVersion, second.kind], [v1alpha1, 'ClusterResourceBinding'])
    assert.deepEqual(first.spec, {
      resource: { ...web.spec.resource, replicas: 2 },
      clusters: [{ name: 'member1', replicas: 2 }],
    })
  })

  test('loses nothing on the way there and back', async () => {
    const there = await convert(v1alpha1, web, clusterBinding())
    const back = await convert(v1alpha2, ...there.convertedObjects)
    assert.deepEqual(back.convertedObjects, [web, clusterBinding()])
  })

  test('takes what was changed on the way', async () => {
    const [old] = (await convert(v1alpha1, web)).convertedObjects
    const changed = { ...old, spec: { ...old.spec, clusters: [{ name: 'member2', replicas: 2 }] } }
    const [after] = (await convert(v1alpha2, changed)).convertedObjects
    assert.deepEqual(after.spec, { ...web.spec, clusters: [{ name: 'member2', replicas: 2 }] })
    assert.deepEqual(after.metadata, web.metadata)
  })

  test('does without what it does not know', async () => {
    const old = {
      ...web,
      apiVersion: v1alpha1,
      metadata: { name: 'web', annotations: { 'binding.flotilla.dev/v1alpha2': '{' } },
      spec: { resource: web.spec.resource },
    }
    const [after] = (await convert(v1alpha2, old)).convertedObjects
    assert.deepEqual([after.metadata, after.spec], [{ name: 'web' }, { resource: web.spec.resource }])
  })

  test('leaves alone what is of the version already', async () =>
    assert.deepEqual((await convert(v1alpha2, web)).convertedObjects, [web]))

  test('fails for what is no binding, and names it', async () => {
    const { result, convertedObjects } = await convert(v1alpha1, web, deployment())
    assert.deepEqual(convertedObjects, [])
    assert.deepEqual(result, {
      status: 'Failure',
      message: 'Deployment of apps/v1 is not converted to work.karmada.io/v1alpha1',
    })
  })

  for (const [name, payload] of Object.entries({
    'no JSON': '{',
    'no review': {},
    'no object': { request: { uid: 'a', desiredAPIVersion: v1alpha1, objects: [{}] } },
  }))
    test(`answers 400 to ${name}`, async () => assert.equal((await post(payload)).code, 400))
})
