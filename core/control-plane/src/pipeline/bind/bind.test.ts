import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { annotation, type Binding, deepFreeze, interpret, label, on, Registry } from '@flotilla/sdk'
import { clusterPolicy, deployment, manifest, policy } from '@flotilla/sdk/testing'
import { bind, templateAnnotation } from './bind.ts'

const requirements = { resourceRequest: { cpu: '100m' } }

/** Deployments have replicas, Flinks have components. */
const { ask } = (() => {
  const registry = new Registry()
  registry.add(
    on(interpret.components, ({ manifest: { kind } }) =>
      kind === 'Flink' ? [{ name: 'worker', replicas: 2 }] : undefined,
    ),
  )
  registry.add(
    on(interpret.replicas, ({ manifest: { kind } }) =>
      kind === 'Deployment' ? { replicas: 3, requirements } : undefined,
    ),
  )
  return registry
})()

const template = deployment({ uid: 'uid-1', resourceVersion: '7' })
const labels = { [label.propagationPolicyId]: 'id-1' }
const placement = { clusterAffinity: { clusterNames: ['member1'] } }
const own = policy({ labels, placement, schedulerName: 'default-scheduler' })

const bound = (words: Partial<Parameters<typeof bind>[1]> = {}): Promise<Binding> =>
  bind(ask, { template, policy: own, ...words })

describe('a binding', () => {
  test('takes the expressions about clusters along, and no other annotation of the policy', async () => {
    const { clusterSelector, clusterScore } = annotation
    const marked = policy({
      labels,
      placement,
      annotations: { [clusterSelector]: 'true', [clusterScore]: '5', note: 'mine' },
    })
    const first = await bound({ policy: marked })
    const { [clusterSelector]: selector, [clusterScore]: score, note } = first.metadata.annotations ?? {}
    assert.deepEqual([selector, score, note], ['true', '5', undefined])
    const { annotations = {} } = (await bound({ existing: deepFreeze(first) })).metadata
    assert.ok(!(clusterSelector in annotations) && !(clusterScore in annotations), 'they go with the policy’s')
  })
  test('says where its template is, whose it is, and what it needs', async () => {
    const { metadata, ...rest } = await bound()
    const { [templateAnnotation]: print, ...annotations } = metadata.annotations ?? {}
    assert.match(print ?? '', /^[0-9a-f]{16}-[0-9a-f]{16}$/)
    assert.deepEqual(
      { metadata: { ...metadata, annotations }, ...rest },
      {
        apiVersion: 'work.karmada.io/v1alpha2',
        kind: 'ResourceBinding',
        metadata: {
          name: 'web-deployment',
          namespace: 'default',
          labels,
          annotations: {
            [annotation.propagationPolicyNamespace]: 'default',
            [annotation.propagationPolicyName]: 'policy',
          },
          finalizers: ['karmada.io/binding-controller'],
          ownerReferences: [
            {
              apiVersion: 'apps/v1',
              kind: 'Deployment',
              name: 'web',
              uid: 'uid-1',
              controller: true,
              blockOwnerDeletion: true,
            },
          ],
        },
        spec: {
          resource: {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            namespace: 'default',
            name: 'web',
            uid: 'uid-1',
            resourceVersion: '7',
          },
          placement,
          schedulerName: 'default-scheduler',
          conflictResolution: 'Abort',
          replicas: 3,
          replicaRequirements: requirements,
        },
      },
    )
  })

  test('of a cluster-scoped template is cluster-scoped', async () => {
    const role = manifest('rbac.authorization.k8s.io/v1', 'ClusterRole', { name: 'system:viewer', uid: 'u' })
    const wide = clusterPolicy({ name: 'wide', labels: { [label.clusterPropagationPolicyId]: 'id-2' } })
    const { kind, metadata, spec } = await bound({ template: role, policy: wide })
    assert.equal(kind, 'ClusterResourceBinding')
    assert.equal(metadata.name, 'system.viewer-clusterrole')
    assert.equal(metadata.namespace, undefined)
    assert.deepEqual(metadata.finalizers, ['karmada.io/cluster-resource-binding-controller'])
    assert.equal(metadata.annotations?.[annotation.clusterPropagationPolicyName], 'wide')
    assert.equal(spec.replicas, undefined)
  })

  test('of components has no replicas of its own', async () => {
    const flink = manifest('flink.apache.org/v1beta1', 'Flink', { namespace: 'default' })
    const { spec } = await bound({ template: flink })
    assert.deepEqual(spec.components, [{ name: 'worker', replicas: 2 }])
    assert.equal('replicas' in spec, false)
  })

  test('takes from the policy what it says', async () => {
    const words = {
      propagateDeps: true,
      conflictResolution: 'Overwrite',
      preserveResourcesOnDeletion: true,
      failover: { cluster: { purgeMode: 'Directly' } },
      suspension: { dispatching: true },
    } as const
    const { spec } = await bound({ policy: policy({ labels, ...words }), priority: 5 })
    const { propagateDeps, conflictResolution, preserveResourcesOnDeletion, failover, suspension } = spec
    assert.deepEqual({ propagateDeps, conflictResolution, preserveResourcesOnDeletion, failover, suspension }, words)
    assert.deepEqual(spec.schedulePriority, { priority: 5 })
  })

  const said: Record<string, readonly [policy: Parameters<typeof policy>[0], binding: Partial<Binding['spec']>]> = {
    propagateDeps: [{ propagateDeps: true }, { propagateDeps: true }],
    'association, its old name': [{ association: true }, { propagateDeps: true }],
    'propagateDeps before its old name': [{ propagateDeps: false, association: true }, { propagateDeps: false }],
    placement: [{ placement: { spreadConstraints: [] } }, { placement: { spreadConstraints: [] } }],
    'no placement, which is any': [{ placement: undefined }, { placement: {} }],
    schedulerName: [{ schedulerName: 'own' }, { schedulerName: 'own' }],
    conflictResolution: [{ conflictResolution: 'Overwrite' }, { conflictResolution: 'Overwrite' }],
    'no conflictResolution, which is Abort': [{ conflictResolution: undefined }, { conflictResolution: 'Abort' }],
    preserveResourcesOnDeletion: [{ preserveResourcesOnDeletion: false }, { preserveResourcesOnDeletion: false }],
    failover: [
      { failover: { application: { decisionConditions: { tolerationSeconds: 5 } } } },
      { failover: { application: { decisionConditions: { tolerationSeconds: 5 } } } },
    ],
    'suspension everywhere': [{ suspension: { dispatching: true } }, { suspension: { dispatching: true } }],
    'suspension somewhere': [
      { suspension: { dispatchingOnClusters: { clusterNames: ['member1'] } } },
      { suspension: { dispatchingOnClusters: { clusterNames: ['member1'] } } },
    ],
  }
  const role = manifest('rbac.authorization.k8s.io/v1', 'ClusterRole', { name: 'viewer', uid: 'u' })
  const wide = (words: Parameters<typeof policy>[0]) =>
    clusterPolicy({ name: 'wide', labels: { [label.clusterPropagationPolicyId]: 'id-2' }, ...words })
  for (const [name, [words, expected]] of Object.entries(said))
    for (const [scope, given] of [
      ['namespaced', { template, policy: (more: typeof words) => policy({ labels, ...more }) }],
      ['cluster-wide', { template: role, policy: wide }],
    ] as const)
      test(`${scope} takes over ${name}, when it is made and later`, async () => {
        const fresh = await bound({ template: given.template, policy: given.policy(words) })
        const before = await bound({ template: given.template, policy: given.policy({}) })
        const after = await bound({
          template: given.template,
          policy: given.policy(words),
          existing: deepFreeze(before),
        })
        for (const { spec } of [fresh, after])
          for (const key of Object.keys(expected) as (keyof Binding['spec'])[])
            assert.deepEqual(spec[key], expected[key])
        assert.deepEqual(after.spec, fresh.spec)
      })

  test('keeps of its suspension what is not the policy’s to say', async () => {
    const before = await bound()
    const existing = { ...before, spec: { ...before.spec, suspension: { scheduling: true, dispatching: true } } }
    const suspension = { dispatchingOnClusters: { clusterNames: ['member1'] } }
    const { spec } = await bound({ existing, policy: policy({ labels, suspension }) })
    assert.deepEqual(spec.suspension, { ...suspension, scheduling: true })
  })

  test('is grouped by the labels the policy names', async () => {
    const workloadAffinity = { affinity: { groupByLabelKey: 'app' }, antiAffinity: { groupByLabelKey: 'tier' } }
    const grouped = deployment({ labels: { app: 'web' } })
    const given = policy({ labels, placement: { workloadAffinity } })
    const { spec } = await bound({ template: grouped, policy: given })
    assert.deepEqual(spec.workloadAffinityGroups, { affinityGroup: 'app=web' })
    const moved = await bound({
      template: deployment({ labels: { tier: 'front' } }),
      policy: given,
      existing: await bound(),
    })
    assert.deepEqual(moved.spec.workloadAffinityGroups, { antiAffinityGroup: 'tier=front' })
  })
})

describe('a binding that is there', () => {
  const later = {
    clusters: [{ name: 'member1', replicas: 3 }],
    gracefulEvictionTasks: [{ fromCluster: 'member2', reason: 'TaintUntolerated', producer: 'TaintManager' }],
    requiredBy: [{ name: 'other', namespace: 'default' }],
    rescheduleTriggeredAt: '2026-01-01T00:00:00Z',
  }
  const existing = async (): Promise<Binding> => {
    const binding = await bound()
    const metadata = { ...binding.metadata, uid: 'b', labels: { ...labels, [label.bindingId]: 'binding-id' } }
    return deepFreeze({ ...binding, metadata, spec: { ...binding.spec, ...later, suspension: { scheduling: true } } })
  }

  test('keeps what other stages wrote', async () => {
    const before = await existing()
    assert.deepEqual(await bound({ existing: before }), before)
  })
  test('keeps its version while only the status of the template changes', async () => {
    const after = deployment({ uid: 'uid-1', resourceVersion: '8', status: { replicas: 3 } })
    const before = await existing()
    assert.deepEqual(await bound({ existing: before, template: after }), before)
  })
  test('follows the content of the template', async () => {
    const after = deployment({ uid: 'uid-1', resourceVersion: '8', image: 'nginx:2' })
    const { spec, metadata } = await bound({ existing: await existing(), template: after })
    assert.equal(spec.resource.resourceVersion, '8')
    assert.notEqual(
      metadata.annotations?.[templateAnnotation],
      (await existing()).metadata.annotations?.[templateAnnotation],
    )
    assert.deepEqual(spec.clusters, later.clusters)
  })
  test('drops what the policy no longer says', async () => {
    const demanding = policy({ labels, placement, propagateDeps: true, suspension: { dispatching: true } })
    const before = await bound({ policy: demanding })
    const { spec } = await bound({ existing: before })
    assert.equal('propagateDeps' in spec, false)
    assert.equal('suspension' in spec, false)
  })
  test('goes over to a policy of the other scope', async () => {
    const wide = clusterPolicy({ name: 'wide', labels: { [label.clusterPropagationPolicyId]: 'id-2' } })
    const { metadata } = await bound({ existing: await existing(), policy: wide })
    assert.deepEqual(metadata.labels, { [label.bindingId]: 'binding-id', [label.clusterPropagationPolicyId]: 'id-2' })
    assert.equal(metadata.annotations?.[annotation.propagationPolicyName], undefined)
  })
})
