import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { binding, clusterBinding, deployment, statusItem } from '../../testing/build.ts'
import { deepFreeze } from '../freeze.ts'
import type { Manifest } from '../manifest.ts'
import {
  bindingFromV1alpha1,
  bindingToV1alpha1,
  bindingV1alpha1ApiVersion,
  convertBinding,
} from './binding-conversion.ts'

/** With all that the first version can say, and much that it cannot. */
const full: Manifest = deepFreeze({
  apiVersion: 'work.karmada.io/v1alpha2',
  kind: 'ResourceBinding',
  metadata: { name: 'web-deployment', namespace: 'default', labels: { a: 'b' }, resourceVersion: '7' },
  spec: {
    resource: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace: 'default',
      name: 'web',
      uid: 'uid-1',
      resourceVersion: '5',
    },
    replicas: 3,
    replicaRequirements: { resourceRequest: { cpu: '100m' }, namespace: 'default', nodeClaim: { nodeSelector: {} } },
    clusters: [
      { name: 'member1', replicas: 1, components: [{ name: 'worker', replicas: 1 }] },
      { name: 'member2', replicas: 2 },
    ],
    placement: { clusterAffinity: { clusterNames: ['member1', 'member2'] } },
    propagateDeps: true,
    conflictResolution: 'Abort',
  },
  status: {
    schedulerObservedGeneration: 2,
    lastScheduledTime: '2026-01-01T00:00:00Z',
    conditions: [
      { type: 'Scheduled', status: 'True', reason: 'Success', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
    ],
    aggregatedStatus: [
      { clusterName: 'member1', status: { replicas: 1 }, applied: true, health: 'Healthy' },
      { clusterName: 'member2', applied: false, appliedMessage: 'no quota', health: 'Unknown' },
    ],
  },
})

const old: Manifest = deepFreeze({
  apiVersion: 'work.karmada.io/v1alpha1',
  kind: 'ResourceBinding',
  metadata: full.metadata,
  spec: {
    resource: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace: 'default',
      name: 'web',
      resourceVersion: '5',
      replicas: 3,
      resourcePerReplicas: { cpu: '100m' },
    },
    clusters: [
      { name: 'member1', replicas: 1 },
      { name: 'member2', replicas: 2 },
    ],
  },
  status: {
    conditions: (full.status as { conditions: unknown }).conditions,
    aggregatedStatus: [
      { clusterName: 'member1', status: { replicas: 1 }, applied: true },
      { clusterName: 'member2', applied: false, appliedMessage: 'no quota' },
    ],
  },
})

const withSpec = (object: Manifest, spec: object): Manifest => ({
  ...object,
  spec: { ...(object.spec as object), ...spec },
})

describe('a binding', () => {
  test('in the first version says what that can say', () => assert.deepEqual(bindingToV1alpha1(full), old))

  test('of the first version says the same in the second', () => {
    const { spec, status } = bindingFromV1alpha1(old)
    assert.deepEqual(spec, {
      resource: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        namespace: 'default',
        name: 'web',
        resourceVersion: '5',
      },
      replicas: 3,
      replicaRequirements: { resourceRequest: { cpu: '100m' } },
      clusters: [
        { name: 'member1', replicas: 1 },
        { name: 'member2', replicas: 2 },
      ],
    })
    assert.deepEqual(status, old.status)
  })

  for (const [name, object] of Object.entries({
    full,
    bare: binding(),
    'of the cluster': clusterBinding({ clusters: { member1: undefined } }),
    'with a status alone': binding({ status: { aggregatedStatus: [statusItem('member1')] } }),
    'with requirements that ask for nothing': binding({ replicaRequirements: {} }),
  }))
    test(`comes back unchanged: ${name}`, () =>
      assert.deepEqual(bindingFromV1alpha1(bindingToV1alpha1(object), object), object))

  test('keeps what the first version cannot say when it is changed through that', () => {
    const changed = withSpec(old, {
      resource: { ...(old.spec as { resource: object }).resource, replicas: 5, resourcePerReplicas: { cpu: '1' } },
      clusters: [
        { name: 'member1', replicas: 4 },
        { name: 'member3', replicas: 1 },
      ],
    })
    const after = bindingFromV1alpha1(changed, full)
    assert.deepEqual(
      after,
      withSpec(full, {
        replicas: 5,
        replicaRequirements: { resourceRequest: { cpu: '1' }, namespace: 'default', nodeClaim: { nodeSelector: {} } },
        clusters: [
          { name: 'member1', replicas: 4, components: [{ name: 'worker', replicas: 1 }] },
          { name: 'member3', replicas: 1 },
        ],
      }),
    )
  })

  test('loses what is taken away through the first version, and that alone', () => {
    const { spec } = bindingFromV1alpha1(
      { ...old, spec: { resource: { apiVersion: 'v1', kind: 'Service', name: 'web' } } },
      full,
    )
    assert.deepEqual(spec, {
      resource: { apiVersion: 'v1', kind: 'Service', name: 'web' },
      replicaRequirements: { namespace: 'default', nodeClaim: { nodeSelector: {} } },
      placement: { clusterAffinity: { clusterNames: ['member1', 'member2'] } },
      propagateDeps: true,
      conflictResolution: 'Abort',
    })
  })

  test('without a status loses what a status of the first version says', () => {
    const { status: _, ...bare } = old
    assert.deepEqual(bindingFromV1alpha1(bare, full).status, {
      schedulerObservedGeneration: 2,
      lastScheduledTime: '2026-01-01T00:00:00Z',
    })
  })
})

describe('the conversion', () => {
  test('is of bindings alone, from one version to the other', () => {
    assert.deepEqual(convertBinding(full, bindingV1alpha1ApiVersion), old)
    assert.equal(convertBinding(old, 'work.karmada.io/v1alpha2', full)?.apiVersion, 'work.karmada.io/v1alpha2')
    assert.equal(convertBinding(full, 'work.karmada.io/v1alpha3'), undefined)
    assert.equal(convertBinding(deployment(), 'apps/v1beta1'), undefined)
  })

  for (const [name, parts] of Object.entries({
    'no spec': {},
    'a spec of null': { spec: null, status: null },
    'a spec that is a list': { spec: [], status: [] },
    'parts of the wrong type': { spec: { resource: 'web', clusters: 'all' }, status: { aggregatedStatus: {} } },
    'items of the wrong type': { spec: { resource: null, clusters: [null, 'a'] }, status: { aggregatedStatus: [1] } },
  }))
    test(`lets the schema refuse ${name}`, () => {
      const odd = { ...old, spec: undefined, status: undefined, ...parts }
      assert.equal(convertBinding(odd, 'work.karmada.io/v1alpha2', full)?.metadata, full.metadata)
      const newer = { ...odd, apiVersion: 'work.karmada.io/v1alpha2' }
      assert.equal(convertBinding(newer, bindingV1alpha1ApiVersion)?.metadata, full.metadata)
    })
})
