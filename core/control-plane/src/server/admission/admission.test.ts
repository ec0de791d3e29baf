import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Ask, admit, type Extension, type Manifest, on, Registry, withLabel } from '@flotilla/sdk'
import { deployment } from '@flotilla/sdk/testing'
import { fastify } from 'fastify'
import { applyPatch } from 'rfc6902'
import { createReviewer, statusOf } from './review.ts'
import { admissionWebhook } from './webhook.ts'

const asking = (...extensions: readonly Extension[]): Ask => {
  const registry = new Registry()
  for (const extension of extensions) registry.add(extension)
  return registry.ask
}

const labels = on(admit.mutate, ({ manifest }) => withLabel(manifest, 'seen', 'yes'))
const refuses = on(admit.refuse, ({ manifest, operation }) =>
  operation === 'DELETE' || manifest.metadata.labels?.seen !== 'yes' ? { message: 'not like this' } : undefined,
)
const web = deployment()
const key = { namespace: 'default', name: 'web' }
const creation: admit.Admission = { operation: 'CREATE', key, manifest: web, user: 'jane', dryRun: false }

describe('a write', () => {
  test('is changed first and refused after', async () => {
    const review = createReviewer(asking(refuses, labels))
    assert.deepEqual(await review(creation), { manifest: withLabel(web, 'seen', 'yes') })
  })
  test('that is refused has no manifest', async () =>
    assert.deepEqual(await createReviewer(asking(refuses))(creation), { denial: { message: 'not like this' } }))
  test('that takes something away is not changed', async () => {
    const asked: unknown[] = []
    const looks = on(admit.refuse, ({ manifest }) => void asked.push(manifest))
    await createReviewer(asking(labels, looks))({ ...creation, operation: 'DELETE' })
    assert.deepEqual(asked, [web])
  })
  test('nobody is about is written as it is', async () =>
    assert.deepEqual(await createReviewer(asking())(creation), { manifest: web }))
})

test('a denial is a status: forbidden, unless it says otherwise', () => {
  const { code, reason, message } = statusOf({ message: 'no' })
  assert.deepEqual({ code, reason, message }, { code: 403, reason: 'Forbidden', message: 'no' })
  const causes = [{ reason: 'FieldValueInvalid', message: 'bad', field: 'spec.a' }]
  assert.deepEqual(statusOf({ message: 'no', code: 422, reason: 'Invalid', causes }).details, { causes })
  const about = { apiVersion: 'policy.karmada.io/v1alpha1', kind: 'PropagationPolicy', metadata: { name: 'web' } }
  const names = { name: 'web', group: 'policy.karmada.io', kind: 'PropagationPolicy' }
  assert.deepEqual(statusOf({ message: 'no' }, about).details, names)
})

describe('the webhook', () => {
  const post = async (ask: Ask, url: string, payload: object | string) => {
    const app = fastify()
    app.register(admissionWebhook(ask))
    const answer = await app.inject({ method: 'POST', url, payload, headers: { 'content-type': 'application/json' } })
    await app.close()
    return { code: answer.statusCode, body: answer.json() }
  }
  const request = {
    uid: 'request-1',
    operation: 'CREATE',
    name: 'web',
    namespace: 'default',
    object: web,
    oldObject: null,
    userInfo: { username: 'jane' },
  }
  const review = (change: object = {}) => ({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: { ...request, ...change },
  })

  test('answers what to change as a JSON patch', async () => {
    const { code, body } = await post(asking(labels), '/admit', review())
    assert.equal(code, 200)
    const { uid, allowed, patchType, patch } = body.response
    assert.deepEqual([uid, allowed, patchType], ['request-1', true, 'JSONPatch'])
    const manifest: Manifest = structuredClone(web)
    applyPatch(manifest, JSON.parse(Buffer.from(patch, 'base64').toString()))
    assert.deepEqual(manifest, withLabel(web, 'seen', 'yes'))
  })
  test('answers without a patch when there is nothing to change', async () =>
    assert.deepEqual((await post(asking(refuses), '/admit', review())).body, {
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid: 'request-1', allowed: true },
    }))
  test('refuses with a status', async () => {
    const { response } = (await post(asking(refuses), '/validate', review())).body
    assert.deepEqual([response.allowed, response.status.code, response.status.message], [false, 403, 'not like this'])
  })
  test('tells plugins who wants what', async () => {
    const asked: admit.Admission[] = []
    const looks = on(admit.refuse, (admission) => void asked.push(admission))
    await post(asking(looks), '/validate', review({ operation: 'UPDATE', oldObject: web, dryRun: true }))
    await post(asking(looks), '/validate', review({ operation: 'DELETE', object: null, oldObject: web }))
    const common = { key, manifest: web, user: 'jane' }
    assert.deepEqual(asked, [
      { ...common, operation: 'UPDATE', before: web, dryRun: true },
      { ...common, operation: 'DELETE', dryRun: false },
    ])
    assert.ok(Object.isFrozen(asked[0]?.manifest))
  })
  for (const change of [{ subResource: 'status' }, { operation: 'CONNECT', object: null }])
    test(`lets through what is no write of an object: ${Object.keys(change)[0]}`, async () =>
      assert.equal((await post(asking(refuses), '/validate', review(change))).body.response.allowed, true))
  test('refuses when a plugin fails, with what it said', async () => {
    const broken = on(admit.mutate, () => {
      throw new Error('out of ink')
    })
    const { response } = (await post(asking(broken), '/admit', review())).body
    assert.deepEqual([response.allowed, response.status.code, response.status.message], [false, 500, 'out of ink'])
  })
  for (const [name, payload] of Object.entries({
    'no JSON': '{',
    'no review': {},
    'no object': review({ object: {} }),
  }))
    test(`answers 400 to ${name}`, async () => assert.equal((await post(asking(), '/admit', payload)).code, 400))
})
