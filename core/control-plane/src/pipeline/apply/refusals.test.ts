import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { errors, type Manifest, type Work } from '@flotilla/sdk'
import { explain } from './advice.ts'
import { desired, refusal, Scene, workFor } from './scene.test-support.ts'

let scene: Scene | undefined
afterEach(() => {
  scene?.end()
  scene = undefined
})

const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { namespace: 'shop', name: 'once' } }
const work = workFor('member1', job)
const overridden = {
  ...work,
  metadata: {
    ...work.metadata,
    annotations: {
      'policy.karmada.io/applied-overrides':
        '[{"policyName":"eu","overriders":{}},{"policyName":"eu","overriders":{}}]',
      'policy.karmada.io/applied-cluster-overrides': '[{"policyName":"all","overriders":{}}]',
    },
  },
}

describe('a refusal is told with the way out', () => {
  const immutable = 'Job.batch "once" is invalid: spec.template: Invalid value: {}: field is immutable'
  const required = 'Job.batch "once" is invalid: spec.template.spec.containers: Required value'
  const cases: readonly [name: string, error: unknown, expected: RegExp, about?: typeof work][] = [
    ['an immutable field', refusal(422, 'Invalid', immutable), /^Job.* spec\.template: .*field is immutable; Flotilla does not replace what runs: undo the change in the template of Job once, or delete Job shop\/once in cluster member1 and it is made anew$/],
    ['a required field', refusal(422, 'Invalid', required), /Required value; correct that field in the template of Job once$/],
    ['a field an override took', refusal(422, 'Invalid', required), /Job once or in the override policies applied to it \(all, eu\)$/, overridden],
    ['a body that is too large', refusal(413, 'RequestEntityTooLarge', 'limit is 3145728'), /; make the template of Job once smaller, or split it$/],
    ['quota', refusal(403, 'Forbidden', 'pods "a" is forbidden: exceeded quota: small'), /; raise the ResourceQuota in cluster member1, or send fewer replicas there$/],
    ['admission', refusal(403, 'Forbidden', 'admission webhook "x" denied the request: no'), /; an admission rule of cluster member1 forbids it$/],
    ['a missing right', refusal(403, 'Forbidden', 'jobs.batch is forbidden: User "u" cannot create'), /; grant this to the identity in the secret of cluster member1$/],
    ['lost credentials', refusal(401, 'Unauthorized', 'Unauthorized'), /; renew the credentials of cluster member1 with `flotilla join`$/],
    ['silence', errors.SERVER_UNREACHABLE('https://m', new Error('no answer within 32 s')), /; look at the API server of cluster member1 and its admission webhooks$/],
    ['a step that took too long', new DOMException('no answer within 60 s', 'TimeoutError'), /^no answer within 60 s; look at the API server/],
    ['a busy server', refusal(429, 'TooManyRequests', 'slow down'), /^slow down$/],
    ['anything else', new Error('no idea'), /^no idea$/],
  ] // biome-ignore format: a table
  for (const [name, error, expected, about = work] of cases)
    test(name, () => assert.match(explain({ manifest: job, error }, about, 'member1'), expected))
  test('not at any length', () => {
    const error = refusal(422, 'Invalid', `x is invalid: ${'y'.repeat(5000)}`)
    assert.ok(explain({ manifest: job, error }, work, 'member1').length < 1200)
  })
})

describe('what a member refuses', () => {
  const refused = async (code: number, reason: string, message: string) => {
    const tries: number[] = []
    const began = await Scene.start()
    scene = began
    began.refusing('create', () => {
      tries.push(performance.now())
      throw refusal(code, reason, message)
    })
    began.machine.objects.put(workFor('member1'))
    await began.machine.until(() => began.condition('Applied')?.status === 'False')
    return { began, tries }
  }

  test('is told on the Work, and by an event there and on the template', async () => {
    const { began } = await refused(413, 'RequestEntityTooLarge', 'limit is 3145728')
    const way = 'limit is 3145728; make the template of Deployment web smaller, or split it'
    assert.equal(began.condition('Applied')?.message, `Failed to apply all manifests (0/1): ${way}`)
    const message = `Failed to apply resource(default/web) to cluster member1: ${way}`
    assert.deepEqual(began.events('SyncFailed').slice(0, 2), [
      { about: 'Work web-x', message },
      { about: 'Deployment web', message },
    ])
  })
  test('is tried again ever more seldom', async () => {
    const { began, tries } = await refused(422, 'Invalid', 'is invalid')
    await began.machine.until(() => tries.length >= 5)
    const pauses = tries.slice(1).map((at, index) => at - (tries[index] ?? 0))
    assert.ok((pauses[0] ?? 0) >= 20 && (pauses[3] ?? 0) >= 150, String(pauses)) // half of 50 ms and of 400 ms at least
  })
  test('is tried again at once when the Work changes', async () => {
    const { began, tries } = await refused(422, 'Invalid', 'is invalid')
    await began.machine.until(() => tries.length >= 5)
    const since = tries.length
    began.render({ workload: { manifests: [desired('member1', 2)] } })
    const changedAt = performance.now()
    await began.machine.until(() => tries.length > since)
    assert.ok((tries[since] ?? 0) - changedAt < 150)
  })
  test('is tried again when the member changes it', async () => {
    const began = await Scene.start({ objects: [workFor('member1')] })
    scene = began
    await began.applied()
    let isRefusing = true
    began.refusing('update', () => {
      if (isRefusing) throw refusal(422, 'Invalid', 'field is immutable')
    })
    began.render({ workload: { manifests: [desired('member1', 2)] } })
    await began.machine.until(() => began.condition('Applied')?.status === 'False')
    isRefusing = false
    began.edit((there) => ({ ...there, spec: { replicas: 5 } }))
    await began.machine.until(() => began.replicas() === 2)
    await began.applied()
  })
  test('does not delay other objects of the same Work, nor does it hide that they are there', async () => {
    const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web', namespace: 'default' } }
    const began = await Scene.start()
    scene = began
    began.refusing('create', ({ kind }) => {
      if (kind === 'ConfigMap') throw refusal(403, 'Forbidden', 'exceeded quota')
    })
    const both = { ...workFor('member1'), spec: { workload: { manifests: [config, desired('member1')] } } }
    began.machine.objects.put(both)
    await began.machine.until(() => began.condition('Applied')?.status === 'False')
    assert.match(began.condition('Applied')?.message ?? '', /^Failed to apply all manifests \(1\/2\): exceeded quota/)
    assert.equal(began.replicas(), 1)
  })
})

/** A claim of which a member does not let anybody take away the storage class it chose itself. */
describe('what a member filled in and insists on', () => {
  const claim = (labels: Readonly<Record<string, string>> = {}, spec: object = { size: 1 }) => {
    const { metadata, ...rest } = desired('member1')
    return { ...rest, metadata: { ...metadata, labels: { ...metadata.labels, ...labels } }, spec }
  }
  const begin = async (objects: readonly Manifest[], held: readonly Manifest[] = []) => {
    const began = await Scene.start({ objects, members: { member1: held } })
    scene = began
    const { client } = began.member()
    const { create } = client
    Object.assign(client, {
      create: (kind: never, object: Manifest) =>
        create(kind, { ...object, spec: { ...(object.spec as object), class: 'fast' } } as never),
    })
    began.refusing('update', ({ spec }) => {
      const there = began.held()?.spec as { readonly class?: string; readonly size?: number }
      const wanted = spec as typeof there
      if (wanted.class !== there.class || wanted.size !== there.size) throw refusal(422, 'Invalid', 'spec is immutable')
    })
    return began
  }
  const applied: Work['status'] = {
    conditions: [
      { type: 'Applied', status: 'True', reason: 'R', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
    ],
  }
  const filled = { ...claim(), spec: { size: 1, class: 'fast' } }

  test('does not stand in the way of another change, again and again', async () => {
    const began = await begin([workFor('member1', claim())])
    await began.applied()
    for (const team of ['a', 'b', 'c']) {
      began.render({ workload: { manifests: [claim({ team })] } })
      await began.machine.until(() => began.held()?.metadata.labels?.team === team)
      await began.applied()
    }
    assert.deepEqual(began.held()?.spec, { size: 1, class: 'fast' })
    assert.deepEqual(began.events('SyncFailed'), [])
  })
  test('is no failure after a start', async () => {
    const began = await begin([{ ...workFor('member1', claim()), status: applied }], [filled])
    await began.machine.until(() => began.condition('Dispatching') !== undefined)
    await began.machine.quiet()
    assert.equal(began.condition('Applied')?.status, 'True')
    assert.deepEqual(began.events('SyncFailed'), [])
    assert.deepEqual(began.held()?.spec, { size: 1, class: 'fast' })
  })
  test('does not hide that a field cannot be changed, or taken away', async () => {
    const began = await begin([workFor('member1', claim())])
    await began.applied()
    for (const spec of [{ size: 2 }, {}]) {
      began.render({ workload: { manifests: [claim({}, { size: 1 })] } })
      await began.applied()
      began.render({ workload: { manifests: [claim({}, spec)] } })
      await began.machine.until(() => began.condition('Applied')?.status === 'False')
      assert.match(began.condition('Applied')?.message ?? '', /spec is immutable; Flotilla does not replace what runs/)
    }
    assert.deepEqual(began.held()?.spec, { size: 1, class: 'fast' })
  })
})
