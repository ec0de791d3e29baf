import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ApiError, deepFreeze, type Manifest } from '@flotilla/sdk'
import { definition } from '../builtin/definitions.ts'
import type { ManagedFields } from './managed.ts'
import { applyPatch, type PatchInput, trackUpdate } from './patch.ts'

const schema = definition('io.k8s.api.apps.v1.Deployment')
const now = new Date('2026-11-22T16:00:00Z')
const later = new Date('2026-11-22T17:00:00Z')

type Object = Readonly<Record<string, unknown>>

const deployment = (spec: Object, metadata: Object = {}): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', ...metadata },
  spec,
})

/** A Deployment whose Pods are described so. */
const ofPod = (pod: Object): Manifest => deployment({ template: { spec: pod } })

const apply = (
  current: Manifest | undefined,
  body: unknown,
  manager: string,
  more: Partial<PatchInput> = {},
): Manifest => deepFreeze(applyPatch({ type: 'apply', current, body: deepFreeze(body), schema, manager, now, ...more }))

/** What all managers apply, one after the other. */
const applied = (...steps: readonly (readonly [manager: string, body: Manifest])[]): Manifest | undefined =>
  steps.reduce<Manifest | undefined>((current, [manager, body]) => apply(current, body, manager), undefined)

const entriesOf = (object: Manifest): readonly ManagedFields[] =>
  (object.metadata.managedFields ?? []) as readonly ManagedFields[] // this is what was just made

const owned = (object: Manifest): Object =>
  Object.fromEntries(entriesOf(object).map(({ manager, fieldsV1 }) => [manager, fieldsV1]))

const specOf = (object: Manifest | undefined): unknown => object?.spec
const podOf = (object: Manifest | undefined): unknown =>
  (object?.spec as { template?: { spec?: unknown } } | undefined)?.template?.spec

const refusal = (act: () => unknown): ApiError => {
  try {
    act()
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
  throw new Error('it was accepted')
}

test('the first apply makes the object, and owns what it says', () => {
  const body = deployment(
    {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: { spec: { containers: [{ name: 'a', image: 'a:1' }] } },
    },
    { labels: { app: 'web' } },
  )
  const object = apply(undefined, body, 'me')
  assert.deepEqual(specOf(object), body.spec)
  assert.deepEqual(entriesOf(object), [
    {
      manager: 'me',
      operation: 'Apply',
      apiVersion: 'apps/v1',
      time: '2026-11-22T16:00:00Z',
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:metadata': { 'f:labels': { 'f:app': {} } },
        'f:spec': {
          'f:replicas': {},
          'f:selector': {},
          'f:template': {
            'f:spec': { 'f:containers': { 'k:{"name":"a"}': { '.': {}, 'f:image': {}, 'f:name': {} } } },
          },
        },
      },
    },
  ])
})

describe('one manager, applying again', () => {
  const cases: readonly (readonly [what: string, before: Manifest, after: Manifest, expected: unknown])[] = [
    ['changes values', deployment({ replicas: 1 }), deployment({ replicas: 2 }), { replicas: 2 }],
    [
      'removes what it does not say any more',
      deployment({ replicas: 1, paused: true }),
      deployment({ replicas: 1 }),
      { replicas: 1 },
    ],
    [
      'removes what is left of a struct',
      deployment({ paused: true, strategy: { type: 'Recreate' } }),
      deployment({ paused: true }),
      { paused: true },
    ],
    [
      'removes everything',
      deployment({ replicas: 1 }),
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } },
      undefined,
    ],
    [
      'removes items',
      ofPod({ containers: [{ name: 'a' }, { name: 'b' }] }),
      ofPod({ containers: [{ name: 'b' }] }),
      { template: { spec: { containers: [{ name: 'b' }] } } },
    ],
    [
      'removes fields of items',
      ofPod({ containers: [{ name: 'a', image: 'x', tty: true }] }),
      ofPod({ containers: [{ name: 'a', image: 'x' }] }),
      { template: { spec: { containers: [{ name: 'a', image: 'x' }] } } },
    ],
    [
      'orders items as it says',
      ofPod({ containers: [{ name: 'a' }, { name: 'b' }] }),
      ofPod({ containers: [{ name: 'b' }, { name: 'a' }] }),
      { template: { spec: { containers: [{ name: 'b' }, { name: 'a' }] } } },
    ],
    [
      'replaces atomic lists',
      ofPod({ tolerations: [{ key: 'a' }, { key: 'b' }] }),
      ofPod({ tolerations: [{ key: 'b' }] }),
      { template: { spec: { tolerations: [{ key: 'b' }] } } },
    ],
    [
      'replaces atomic maps',
      deployment({ selector: { matchLabels: { a: '1' } } }),
      deployment({ selector: { matchLabels: { b: '2' } } }),
      { selector: { matchLabels: { b: '2' } } },
    ],
    [
      'keeps empty objects',
      ofPod({ volumes: [{ name: 'v', emptyDir: {} }] }),
      ofPod({ volumes: [{ name: 'v', emptyDir: {} }], hostname: 'h' }),
      { template: { spec: { volumes: [{ name: 'v', emptyDir: {} }], hostname: 'h' } } },
    ],
  ]
  for (const [what, before, after, expected] of cases) {
    test(what, () => assert.deepEqual(specOf(applied(['me', before], ['me', after])), expected))
  }

  test('nothing new gives the very same object', () => {
    const body = ofPod({ containers: [{ name: 'a', image: 'x' }] })
    const object = apply(undefined, body, 'me')
    assert.equal(apply(object, body, 'me', { now: later }), object)
  })

  test('the time is that of the last change', () => {
    const object = apply(undefined, deployment({ replicas: 1 }), 'me')
    const [entry] = entriesOf(apply(object, deployment({ replicas: 2 }), 'me', { now: later }))
    assert.equal(entry?.time, '2026-11-22T17:00:00Z')
  })

  test('defaults of the server go with what they were added to', () => {
    const object = apply(undefined, ofPod({ containers: [{ name: 'a' }, { name: 'b' }] }), 'me')
    const filled = deepFreeze({
      ...object,
      spec: { template: { spec: { dnsPolicy: 'Default', containers: [{ name: 'a', tty: true }, { name: 'b' }] } } },
    })
    const after = apply(filled, ofPod({ containers: [{ name: 'b' }] }), 'me')
    assert.deepEqual(podOf(after), { dnsPolicy: 'Default', containers: [{ name: 'b' }] })
  })
})

describe('two managers', () => {
  test('share what they agree on, and it goes when both gave it up', () => {
    const one = deployment({ replicas: 1, paused: true })
    const both = applied(['a', one], ['b', one])
    assert.deepEqual(Object.keys(owned(both ?? one)), ['a', 'b'])
    const half = apply(both, deployment({ paused: true }), 'a')
    assert.deepEqual(specOf(half), { replicas: 1, paused: true })
    assert.deepEqual(specOf(apply(half, deployment({ paused: true }), 'b')), { paused: true })
  })

  test('each have their own items', () => {
    const both = applied(['a', ofPod({ containers: [{ name: 'x' }] })], ['b', ofPod({ containers: [{ name: 'y' }] })])
    assert.deepEqual(podOf(both), { containers: [{ name: 'x' }, { name: 'y' }] })
    const only = apply(both, ofPod({ hostname: 'h' }), 'a')
    assert.deepEqual(podOf(only), { containers: [{ name: 'y' }], hostname: 'h' })
  })

  test('each have their own fields of one item', () => {
    const both = applied(
      ['a', ofPod({ containers: [{ name: 'x', image: 'i' }] })],
      ['b', ofPod({ containers: [{ name: 'x', tty: true }] })],
    )
    assert.deepEqual(podOf(both), { containers: [{ name: 'x', image: 'i', tty: true }] })
    const rest = apply(both, ofPod({ hostname: 'h' }), 'a')
    assert.deepEqual(podOf(rest), { containers: [{ name: 'x', tty: true }], hostname: 'h' })
  })

  test('new items keep the order of who brings them, others stay where they are', () => {
    const first = apply(undefined, ofPod({ containers: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] }), 'me')
    const after = apply(first, ofPod({ containers: [{ name: 'x' }, { name: 'c' }, { name: 'y' }] }), 'you')
    assert.deepEqual(
      (podOf(after) as { containers: { name: string }[] }).containers.map(({ name }) => name),
      ['a', 'b', 'x', 'c', 'y'],
    )
  })

  test('labels and finalizers of both are there', () => {
    const both = applied(
      ['a', deployment({}, { labels: { a: '1' }, finalizers: ['example.dev/a'] })],
      ['b', deployment({}, { labels: { b: '2' }, finalizers: ['example.dev/b'] })],
    )
    assert.deepEqual(both?.metadata.labels, { a: '1', b: '2' })
    assert.deepEqual(both?.metadata.finalizers, ['example.dev/a', 'example.dev/b'])
    const rest = apply(both, deployment({}), 'a')
    assert.deepEqual(rest.metadata.labels, { b: '2' })
    assert.deepEqual(rest.metadata.finalizers, ['example.dev/b'])
  })

  test('labels go altogether when nobody has any', () => {
    const object = applied(['a', deployment({}, { labels: { a: '1' } })], ['a', deployment({})])
    assert.equal(object && 'labels' in object.metadata, false)
  })
})

describe('a conflict', () => {
  const edited = trackUpdate(undefined, deepFreeze(deployment({ replicas: 3, paused: true })), {
    manager: 'kubectl-edit',
    schema,
    now,
  })

  test('is told with the owner and the field', () => {
    const error = refusal(() => apply(edited, deployment({ replicas: 1 }), 'me'))
    assert.equal(error.code, 409)
    assert.equal(error.reason, 'Conflict')
    assert.equal(
      error.message,
      'Apply failed with 1 conflict: conflict with "kubectl-edit" using apps/v1: .spec.replicas',
    )
    assert.deepEqual(error.status.details?.causes, [
      {
        reason: 'FieldManagerConflict',
        message: 'conflict with "kubectl-edit" using apps/v1',
        field: '.spec.replicas',
      },
    ])
  })

  test('of many fields lists them by owner', () => {
    const other = apply(edited, deployment({ minReadySeconds: 5 }), 'other')
    const error = refusal(() => apply(other, deployment({ replicas: 1, paused: false, minReadySeconds: 6 }), 'me'))
    assert.equal(
      error.message,
      'Apply failed with 3 conflicts: conflicts with "other":\n- .spec.minReadySeconds\nconflicts with "kubectl-edit" using apps/v1:\n- .spec.paused\n- .spec.replicas',
    )
  })

  test('names the subresource', () => {
    const scaled = trackUpdate(edited, deepFreeze(deployment({ replicas: 4, paused: true })), {
      manager: 'scaler',
      subresource: 'scale',
      schema,
      now,
    })
    const error = refusal(() => apply(scaled, deployment({ replicas: 1 }), 'me'))
    assert.match(error.message, /conflict with "scaler" with subresource "scale" using apps\/v1: \.spec\.replicas$/)
  })

  test('in an item says which', () => {
    const object = apply(undefined, ofPod({ containers: [{ name: 'a', image: 'x' }] }), 'you')
    const error = refusal(() => apply(object, ofPod({ containers: [{ name: 'a', image: 'y' }] }), 'me'))
    assert.match(error.message, /conflict with "you": \.spec\.template\.spec\.containers\[name="a"\]\.image$/)
  })

  test('is none when both want the same', () => {
    assert.deepEqual(specOf(apply(edited, deployment({ replicas: 3 }), 'me')), { replicas: 3, paused: true })
  })

  test('is decided by force, which takes the field', () => {
    const object = apply(edited, deployment({ replicas: 1 }), 'me', { force: true })
    assert.deepEqual(specOf(object), { replicas: 1, paused: true })
    assert.deepEqual(owned(object), {
      me: { 'f:spec': { 'f:replicas': {} } },
      'kubectl-edit': { 'f:spec': { '.': {}, 'f:paused': {} } },
    })
  })

  test('an owner that lost everything is forgotten', () => {
    const object = apply(apply(undefined, deployment({ replicas: 1 }), 'you'), deployment({ replicas: 2 }), 'me', {
      force: true,
    })
    assert.deepEqual(Object.keys(owned(object)), ['me'])
  })
})

describe('with updates', () => {
  test("what someone else changed is no longer the applier's to remove", () => {
    const object = apply(undefined, deployment({ replicas: 1, paused: true }), 'me')
    const scaled = deepFreeze(
      trackUpdate(object, deepFreeze({ ...object, spec: { replicas: 5, paused: true } }), {
        manager: 'hpa',
        schema,
        now,
      }),
    )
    assert.deepEqual(specOf(apply(scaled, deployment({ paused: true }), 'me')), { replicas: 5, paused: true })
  })

  test('entries of a map that nobody owns stay when its owner gives it up', () => {
    const object = apply(undefined, deployment({}, { labels: { a: '1' }, annotations: { b: '2' } }), 'me')
    const { metadata } = object
    const marked = deepFreeze({ ...object, metadata: { ...metadata, labels: { ...metadata.labels, mark: 'x' } } })
    const after = apply(marked, deployment({}), 'me')
    assert.deepEqual(after.metadata.labels, { mark: 'x' })
    assert.equal('annotations' in after.metadata, false)
  })

  test('fields nobody owns are overwritten without a conflict', () => {
    const object = deepFreeze(deployment({ replicas: 1 }))
    assert.deepEqual(specOf(apply(object, deployment({ replicas: 2 }), 'me')), { replicas: 2 })
  })
})

describe('a subresource', () => {
  const body = { ...deployment({ replicas: 9 }, { labels: { a: '1' } }), status: { readyReplicas: 2 } }

  test('gets only what is its own', () => {
    const object = apply(deepFreeze(deployment({ replicas: 1 })), body, 'me', { subresource: 'status' })
    assert.deepEqual(
      [specOf(object), object.status, object.metadata.labels],
      [{ replicas: 1 }, { readyReplicas: 2 }, undefined],
    )
    assert.deepEqual(owned(object), { me: { 'f:status': { 'f:readyReplicas': {} } } })
    assert.equal(entriesOf(object)[0]?.subresource, 'status')
  })

  test('is left alone by writes of the object', () => {
    const object = apply(deepFreeze(deployment({})), body, 'me', { leaves: ['status'] })
    assert.equal(object.status, undefined)
    assert.equal('f:status' in ((owned(object).me ?? {}) as object), false)
  })
})

describe('without a schema', () => {
  test('objects merge and lists are replaced', () => {
    const more = { schema: undefined } as Partial<PatchInput>
    const first = apply(undefined, deployment({ a: { x: 1 }, l: [1, 2] }), 'me', more)
    const both = apply(first, deployment({ a: { y: 2 } }), 'you', more)
    assert.deepEqual(specOf(both), { a: { x: 1, y: 2 }, l: [1, 2] })
    assert.deepEqual(specOf(apply(both, deployment({ l: [3] }), 'me', more)), { a: { y: 2 }, l: [3] })
  })
})

describe('refuses', () => {
  const cases: readonly (readonly [what: string, body: unknown, message: RegExp])[] = [
    ['what is no object', [], /is an object/],
    ['an object without a kind', { apiVersion: 'v1', metadata: {} }, /must have apiVersion and kind/],
    ['managedFields', deployment({}, { managedFields: [{}] }), /metadata.managedFields must be nil/],
    [
      'unknown fields',
      deployment({ foo: 1 }, { namespace: 'ns' }),
      /^failed to create typed patch object \(ns\/web; apps\/v1, Kind=Deployment\): \.spec\.foo: field not declared in schema$/,
    ],
    [
      'items twice without their key',
      ofPod({ containers: [{ image: 'x' }, {}] }),
      /duplicate entries for key {"name":""}/,
    ],
    ['items twice', ofPod({ containers: [{ name: 'x' }, { name: 'x' }] }), /duplicate entries for key {"name":"x"}/],
  ]
  for (const [what, body, message] of cases) {
    test(what, () => {
      const error = refusal(() => apply(undefined, body, 'me'))
      assert.equal(error.code, 400)
      assert.match(error.message, message)
    })
  }
})

test('ports are told apart by number and protocol, which is TCP unless it says otherwise', () => {
  const ports = [{ containerPort: 53, protocol: 'UDP' }, { containerPort: 53 }]
  const object = apply(undefined, ofPod({ containers: [{ name: 'a', ports }] }), 'me')
  const named = [{ containerPort: 53, protocol: 'TCP', name: 'tcp' }]
  const after = apply(object, ofPod({ containers: [{ name: 'a', ports: named }] }), 'you')
  assert.deepEqual(podOf(after), {
    containers: [{ name: 'a', ports: [ports[0], { containerPort: 53, protocol: 'TCP', name: 'tcp' }] }],
  })
})
