import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  apply as applyPoints,
  deepFreeze,
  type Extension,
  interpret,
  type Manifest,
  type ObjectMeta,
  on,
  prune,
  Registry,
  type Work,
  withField,
} from '@flotilla/sdk'
import { type Applying, apply } from './apply.ts'
import { release } from './release.ts'

const managed = { 'karmada.io/managed': 'true' }

const deployment = (metadata: Partial<ObjectMeta>, spec: object, rest: object = {}): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default', ...metadata },
  spec,
  ...rest,
})

const desired = deployment({ labels: managed, annotations: { a: '1' } }, { replicas: 2 })

const observedIs = (metadata: Partial<ObjectMeta>, spec: object, rest: object = {}) =>
  deployment({ uid: 'u', resourceVersion: '5', generation: 3, ...metadata }, spec, rest)

const work: Work = {
  apiVersion: 'work.karmada.io/v1alpha1',
  kind: 'Work',
  metadata: { name: 'web-x', namespace: 'karmada-es-member1' },
  spec: {},
}

const asked = (given: Partial<Applying>, ...extensions: readonly Extension[]) => {
  const registry = new Registry()
  for (const extension of extensions) registry.add(extension)
  return apply(registry.ask, deepFreeze({ cluster: 'member1', work, desired, ...given }))
}

test('what is not there is created as it is desired', async () => {
  assert.deepEqual(await asked({}), { act: 'create', manifest: desired })
})

test('what is as desired is left alone, whatever the member wrote beside it', async () => {
  const observed = observedIs(
    { labels: managed, annotations: { a: '1', 'deployment.kubernetes.io/revision': '4' }, finalizers: ['theirs'] },
    { replicas: 2 },
    { status: { replicas: 2 } },
  )
  assert.deepEqual(await asked({ observed }), { act: 'none' })
})

test('an update keeps what belongs to the member', async () => {
  const observed = observedIs(
    {
      labels: { ...managed, theirs: 'x', ours: 'old' },
      annotations: {
        a: '0',
        theirs: 'y',
        gone: 'z',
        'resourcetemplate.karmada.io/managed-labels': 'karmada.io/managed,ours',
        'resourcetemplate.karmada.io/managed-annotations': 'a,gone',
      },
      finalizers: ['f'],
      ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: 'x' }],
    },
    { replicas: 1 },
    { status: { replicas: 1 } },
  )
  assert.deepEqual(await asked({ observed }), {
    act: 'update',
    manifest: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        name: 'web',
        namespace: 'default',
        resourceVersion: '5',
        finalizers: ['f'],
        ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: 'x' }],
        labels: { ...managed, theirs: 'x' },
        annotations: {
          a: '1',
          theirs: 'y',
          'resourcetemplate.karmada.io/managed-labels': 'karmada.io/managed,ours',
          'resourcetemplate.karmada.io/managed-annotations': 'a,gone',
        },
      },
      spec: { replicas: 2 },
      status: { replicas: 1 },
    },
  })
})

test('a plugin says what else belongs to the member', async () => {
  const keepReplicas = on(interpret.retain, ({ desired, observed }) =>
    withField(desired, ['spec', 'replicas'], (observed.spec as { replicas: number }).replicas),
  )
  const same = observedIs({ labels: managed, annotations: { a: '1' } }, { replicas: 9 })
  assert.deepEqual(await asked({ observed: same }, keepReplicas), { act: 'none' })
  const other = observedIs({ labels: managed }, { replicas: 9 })
  const application = await asked({ observed: other }, keepReplicas)
  assert.deepEqual('manifest' in application && application.manifest.spec, { replicas: 9 })
})

describe('defaults of the member', () => {
  const observed = observedIs({ labels: managed, annotations: { a: '1' } }, { replicas: 2, strategy: 'rolling' })
  const applied = { desired, answer: prune(observed) }

  test('are no drift once it has answered with them', async () => {
    assert.deepEqual(await asked({ observed, applied }), { act: 'none' })
  })
  test('do not hide a drift', async () => {
    const drifted = withField(observed, ['spec', 'replicas'], 5)
    assert.equal((await asked({ observed: drifted, applied })).act, 'update')
  })
  test('do not hide another wish', async () => {
    const wish = withField(desired, ['spec', 'replicas'], 3)
    assert.equal((await asked({ desired: wish, observed, applied })).act, 'update')
  })
})

describe('an object somebody else made', () => {
  const observed = observedIs({ labels: { theirs: 'x' } }, { replicas: 2 })
  const resolution = (value: string) =>
    withField(desired, ['metadata', 'annotations', 'work.karmada.io/conflict-resolution'], value)

  test('is left alone', async () => {
    assert.deepEqual(await asked({ observed }), { act: 'refuse' })
    assert.deepEqual(await asked({ observed, desired: resolution('abort') }), { act: 'refuse' })
  })
  test('is taken over when the Work says so', async () => {
    const application = await asked({ observed, desired: resolution('overwrite') })
    assert.deepEqual('manifest' in application && application.manifest.metadata.labels, { ...managed, theirs: 'x' })
  })
  test('is the business of a plugin first', async () => {
    const overwrite = on(applyPoints.conflict, () => 'overwrite' as const)
    const abort = on(applyPoints.conflict, () => 'abort' as const)
    assert.equal((await asked({ observed }, overwrite)).act, 'update')
    assert.equal((await asked({ observed, desired: resolution('overwrite') }, abort)).act, 'refuse')
  })
  test('will do as it is when a plugin says so', async () => {
    const leave = on(applyPoints.conflict, () => 'leave' as const)
    assert.deepEqual(await asked({ observed }, leave), { act: 'none' })
  })
})

test('what is released carries nothing of ours any more', () => {
  const observed = observedIs(
    {
      labels: {
        app: 'web',
        ...managed,
        'work.karmada.io/permanent-id': 'w',
        'resourcebinding.karmada.io/permanent-id': 'b',
      },
      annotations: {
        note: 'mine',
        'work.karmada.io/name': 'w',
        'work.karmada.io/conflict-resolution': 'abort',
        'resourcetemplate.karmada.io/uid': 'u',
        'propagationpolicy.karmada.io/name': 'p',
      },
    },
    { replicas: 2 },
  )
  const { metadata, spec } = release(observed)
  assert.deepEqual([metadata.labels, metadata.annotations, spec], [{ app: 'web' }, { note: 'mine' }, { replicas: 2 }])
  assert.equal(metadata.resourceVersion, '5')
})
