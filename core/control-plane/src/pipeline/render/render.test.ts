import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  annotation,
  type Binding,
  type BindingSpec,
  type Cluster,
  deepFreeze,
  FlotillaError,
  interpret,
  label,
  type Manifest,
  type OverridePolicy,
  on,
  Registry,
  render as renderPoints,
  type StringMap,
  withField,
  workKind,
} from '@flotilla/sdk'
import { type Rendering, render } from './render.ts'

const template: Manifest = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'nginx',
    namespace: 'default',
    uid: 'template-uid',
    generation: 3,
    resourceVersion: '9',
    labels: { app: 'nginx' },
    annotations: { note: 'mine' },
  },
  spec: { replicas: 4, paused: true },
  status: { replicas: 4 },
}

const bindingWith = (spec: Partial<BindingSpec> = {}): Binding => ({
  apiVersion: 'work.karmada.io/v1alpha2',
  kind: 'ResourceBinding',
  metadata: { name: 'nginx-deployment', namespace: 'default', labels: { [label.bindingId]: 'binding-id' } },
  spec: {
    resource: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'nginx' },
    replicas: 4,
    clusters: [{ name: 'member1', replicas: 1 }],
    ...spec,
  },
})

const cluster: Cluster = {
  apiVersion: 'cluster.karmada.io/v1alpha1',
  kind: 'Cluster',
  metadata: { name: 'member1', labels: { tier: 'gold' } },
  spec: { syncMode: 'Push' },
}

const registry = new Registry()
registry.add(
  on(interpret.reviseReplicas, ({ manifest, replicas }) => withField(manifest, ['spec', 'replicas'], replicas)),
)
/** Writes down which values were added, in order. */
registry.add(
  on(renderPoints.override, ({ manifest, overriders: { plaintext = [] } }) => {
    const seen = (manifest.seen ?? []) as readonly unknown[]
    if (plaintext.some(({ path }) => path === '/broken')) throw new Error('no such path')
    return { ...manifest, seen: [...seen, ...plaintext.map(({ value }) => value)] }
  }),
)

const rendered = (given: Partial<Rendering> = {}) => {
  const binding = given.binding ?? bindingWith()
  const target = given.target ?? binding.spec.clusters?.[0] ?? { name: 'member1' }
  return render(registry.ask, deepFreeze({ binding, template, target, cluster, policies: [], ...given }))
}

const manifestIn = async (given: Partial<Rendering> = {}): Promise<Manifest> => {
  const manifest = (await rendered(given)).spec.workload?.manifests?.[0]
  assert.ok(manifest)
  return manifest
}

const says = (value: string) => ({ overriders: { plaintext: [{ path: '/x', operator: 'add' as const, value }] } })

const policy = (name: string, spec: OverridePolicy['spec'], namespace?: string): OverridePolicy => ({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: namespace ? 'OverridePolicy' : 'ClusterOverridePolicy',
  metadata: { name, ...(namespace ? { namespace } : {}) },
  spec,
})

const selector = { apiVersion: 'apps/v1', kind: 'Deployment' }

test('a Work holds the template as the cluster is to have it, and can be traced back', async () => {
  const id = (await rendered()).metadata.labels?.[label.workId] ?? ''
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.deepEqual(await rendered(), {
    apiVersion: workKind.apiVersion,
    kind: 'Work',
    metadata: {
      name: 'nginx-687f7fb96f',
      namespace: 'karmada-es-member1',
      labels: { 'resourcebinding.karmada.io/permanent-id': 'binding-id', 'work.karmada.io/permanent-id': id },
      annotations: {
        'resourcebinding.karmada.io/namespace': 'default',
        'resourcebinding.karmada.io/name': 'nginx-deployment',
        'work.karmada.io/conflict-resolution': 'abort',
      },
      finalizers: ['karmada.io/execution-controller'],
    },
    spec: {
      suspendDispatching: false,
      preserveResourcesOnDeletion: false,
      workload: {
        manifests: [
          {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            metadata: {
              name: 'nginx',
              namespace: 'default',
              labels: {
                app: 'nginx',
                'karmada.io/managed': 'true',
                'resourcebinding.karmada.io/permanent-id': 'binding-id',
                'work.karmada.io/permanent-id': id,
              },
              annotations: {
                note: 'mine',
                'resourcebinding.karmada.io/namespace': 'default',
                'resourcebinding.karmada.io/name': 'nginx-deployment',
                'resourcetemplate.karmada.io/uid': 'template-uid',
                'resourcetemplate.karmada.io/generation': '3',
                'work.karmada.io/namespace': 'karmada-es-member1',
                'work.karmada.io/name': 'nginx-687f7fb96f',
                'work.karmada.io/conflict-resolution': 'abort',
                'resourcetemplate.karmada.io/managed-annotations':
                  'note,resourcebinding.karmada.io/name,resourcebinding.karmada.io/namespace,resourcetemplate.karmada.io/generation,resourcetemplate.karmada.io/managed-annotations,resourcetemplate.karmada.io/managed-labels,resourcetemplate.karmada.io/uid,work.karmada.io/conflict-resolution,work.karmada.io/name,work.karmada.io/namespace',
                'resourcetemplate.karmada.io/managed-labels':
                  'app,karmada.io/managed,resourcebinding.karmada.io/permanent-id,work.karmada.io/permanent-id',
              },
            },
            spec: { replicas: 1, paused: true },
          },
        ],
      },
    },
  })
})

test('a cluster-scoped template is traced to its ClusterResourceBinding', async () => {
  const role: Manifest = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'r' } }
  const work = await rendered({
    template: role,
    binding: {
      ...bindingWith({ replicas: 0 }),
      kind: 'ClusterResourceBinding',
      metadata: { name: 'r-clusterrole', labels: { [label.clusterBindingId]: 'cluster-binding-id' } },
    },
  })
  assert.equal(work.metadata.labels?.[label.clusterBindingId], 'cluster-binding-id')
  assert.equal(work.metadata.labels?.[label.bindingId], undefined)
  assert.equal(work.metadata.annotations?.[annotation.clusterBindingName], 'r-clusterrole')
})

test('a Work keeps the id it has', async () => {
  assert.equal((await rendered({ workId: 'old' })).metadata.labels?.[label.workId], 'old')
})

describe('replicas', () => {
  const cases: Record<string, readonly [given: Partial<Rendering>, replicas: number]> = {
    'are those of the target': [{ target: { name: 'member1', replicas: 2 } }, 2],
    'may be none': [{ target: { name: 'member1', replicas: 0 } }, 0],
    'stay when the target has no number': [{ target: { name: 'member1' } }, 4],
    'stay when the template is no workload': [{ binding: bindingWith({ replicas: 0 }) }, 4],
    'change when only the needs of one are known': [
      { binding: bindingWith({ replicas: 0, replicaRequirements: {} }), target: { name: 'member1', replicas: 2 } },
      2,
    ],
  }
  for (const [name, [given, replicas]] of Object.entries(cases)) {
    test(name, async () => assert.deepEqual((await manifestIn(given)).spec, { replicas, paused: true }))
  }
})

describe('completions of a Job', () => {
  const job: Manifest = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'j', namespace: 'default', uid: 'u' },
    spec: { completions: 10, parallelism: 5 },
  }
  const clusters = [
    { name: 'member1', replicas: 3 },
    { name: 'member2', replicas: 2 },
  ]
  const owner = { namespace: 'default', name: 'other' }
  const divided = { placement: { replicaScheduling: { replicaSchedulingType: 'Divided' as const } } }
  const completions = async (spec: Partial<BindingSpec>, name: string) => {
    const target = clusters.find((each) => each.name === name) ?? { name }
    const manifest = await manifestIn({ template: job, binding: bindingWith({ clusters, ...spec }), target })
    return (manifest.spec as { completions?: number }).completions
  }
  test('are divided as its replicas are', async () => {
    assert.equal(await completions(divided, 'member1'), 6)
    assert.equal(await completions(divided, 'member2'), 4)
  })
  test('are none where none of its replicas are', async () => {
    assert.equal(
      await completions({ ...divided, requiredBy: [{ ...owner, clusters: [{ name: 'member3' }] }] }, 'member3'),
      0,
    )
  })
  test('are the same everywhere when its replicas are duplicated', async () => {
    assert.equal(await completions({}, 'member2'), 10)
  })
})

describe('override policies', () => {
  const seen = async (...policies: readonly OverridePolicy[]) => (await manifestIn({ policies })).seen

  test('cluster-wide ones go first, wider ones before narrower ones, then by name', async () => {
    const named = { ...selector, name: 'nginx' }
    const labelled = { ...selector, labelSelector: { matchLabels: { app: 'nginx' } } }
    assert.deepEqual(
      await seen(
        policy('b', { resourceSelectors: [named], overrideRules: [says('own, by name')] }, 'default'),
        policy('c', { overrideRules: [says('own, all c')] }, 'default'),
        policy('a', { resourceSelectors: [labelled], overrideRules: [says('own, by labels')] }, 'default'),
        policy('b', { overrideRules: [says('own, all b')] }, 'default'),
        policy('z', { resourceSelectors: [named], overrideRules: [says('wide, by name')] }),
        policy('y', { overrideRules: [says('wide, all')] }),
      ),
      ['wide, all', 'wide, by name', 'own, all b', 'own, all c', 'own, by labels', 'own, by name'],
    )
  })

  test('only rules about the cluster count', async () => {
    assert.deepEqual(
      await seen(
        policy('a', {
          overrideRules: [
            { ...says('other'), targetCluster: { clusterNames: ['member2'] } },
            { ...says('gold'), targetCluster: { labelSelector: { matchLabels: { tier: 'gold' } } } },
            says('all'),
          ],
        }),
      ),
      ['gold', 'all'],
    )
  })

  test('the deprecated fields count when there are no rules', async () => {
    const legacy = { targetCluster: { clusterNames: ['member1'] }, ...says('legacy') }
    assert.deepEqual(await seen(policy('a', legacy)), ['legacy'])
    assert.deepEqual(await seen(policy('a', { ...legacy, overrideRules: [says('rule')] })), ['rule'])
    assert.equal(await seen(policy('a', { ...legacy, targetCluster: { clusterNames: ['member2'] } })), undefined)
  })

  test('a policy of another namespace, or about something else, is none of its business', async () => {
    assert.equal(
      await seen(
        policy('a', { overrideRules: [says('x')] }, 'other'),
        policy('b', { resourceSelectors: [{ ...selector, kind: 'Service' }], overrideRules: [says('x')] }),
      ),
      undefined,
    )
  })

  test('are written down on the Work, sorted by name', async () => {
    const { annotations } = (
      await rendered({
        policies: [
          policy('b', { overrideRules: [says('1')] }),
          policy('a', { resourceSelectors: [{ ...selector, name: 'nginx' }], overrideRules: [says('2')] }),
          policy('c', { overrideRules: [says('3'), says('4')] }, 'default'),
        ],
      })
    ).metadata
    const plaintext = (value: string) => ({ plaintext: [{ path: '/x', operator: 'add', value }] })
    assert.deepEqual(JSON.parse(annotations?.[annotation.appliedClusterOverrides] ?? ''), [
      { policyName: 'a', overriders: plaintext('2') },
      { policyName: 'b', overriders: plaintext('1') },
    ])
    assert.deepEqual(JSON.parse(annotations?.[annotation.appliedOverrides] ?? ''), [
      { policyName: 'c', overriders: plaintext('3') },
      { policyName: 'c', overriders: plaintext('4') },
    ])
  })

  test('one that cannot be applied is named', async () => {
    const broken = policy('bad', {
      overrideRules: [{ overriders: { plaintext: [{ path: '/broken', operator: 'add' }] } }],
    })
    await assert.rejects(
      rendered({ policies: [broken] }),
      (error) =>
        error instanceof FlotillaError &&
        error.code === 'OVERRIDE_FAILED' &&
        error.about?.metadata.name === 'bad' &&
        /^ClusterOverridePolicy bad cannot be applied to Deployment default\/nginx for cluster member1: no such path; change the policy/.test(
          error.message,
        ),
    )
  })
})

describe('conflict resolution', () => {
  const asked = (said: string | undefined, spec: Partial<BindingSpec>) => {
    const annotations: StringMap = said ? { [annotation.conflictResolution]: said } : {}
    return rendered({
      template: { ...template, metadata: { ...template.metadata, annotations } },
      binding: bindingWith(spec),
    })
  }
  const cases = [
    ['overwrite', {}, 'overwrite'],
    ['abort', { conflictResolution: 'Overwrite' }, 'abort'],
    ['maybe', { conflictResolution: 'Overwrite' }, 'overwrite'],
    [undefined, { conflictResolution: 'Overwrite' }, 'overwrite'],
    [undefined, { conflictResolution: 'Abort' }, 'abort'],
  ] as const
  for (const [said, spec, expected] of cases) {
    test(`template ${said}, policy ${'conflictResolution' in spec ? spec.conflictResolution : 'silent'}: ${expected}`, async () => {
      const work = await asked(said, spec)
      assert.equal(work.metadata.annotations?.[annotation.conflictResolution], expected)
      const manifest = work.spec.workload?.manifests?.[0]
      assert.equal(manifest?.metadata.annotations?.[annotation.conflictResolution], expected)
    })
  }
})

describe('suspension', () => {
  const cases: Record<string, readonly [BindingSpec['suspension'], boolean]> = {
    everywhere: [{ dispatching: true }, true],
    here: [{ dispatchingOnClusters: { clusterNames: ['member1'] } }, true],
    elsewhere: [{ dispatchingOnClusters: { clusterNames: ['member2'] } }, false],
    'of scheduling only': [{ scheduling: true }, false],
  }
  for (const [name, [suspension, expected]] of Object.entries(cases)) {
    test(name, async () => {
      const binding = bindingWith(suspension ? { suspension } : {})
      assert.equal((await rendered({ binding })).spec.suspendDispatching, expected)
    })
  }
})

describe('the state of an application that had to leave', () => {
  const task = {
    fromCluster: 'member2',
    reason: 'ApplicationFailure',
    producer: 'x',
    purgeMode: 'Directly' as const,
    preservedLabelState: { step: '7' },
    clustersBeforeFailover: ['member2'],
  }
  const labelIn = async (spec: Partial<BindingSpec>) =>
    (await manifestIn({ binding: bindingWith(spec) })).metadata.labels?.step

  test('is told to it in its new cluster', async () => {
    assert.equal(await labelIn({ gracefulEvictionTasks: [task] }), '7')
  })
  test('is not told where it ran already, nor when it moves gracefully, nor when it runs in several', async () => {
    assert.equal(
      await labelIn({ gracefulEvictionTasks: [{ ...task, clustersBeforeFailover: ['member1'] }] }),
      undefined,
    )
    assert.equal(await labelIn({ gracefulEvictionTasks: [{ ...task, purgeMode: 'Gracefully' }] }), undefined)
    const clusters = [{ name: 'member1' }, { name: 'member3' }]
    assert.equal(await labelIn({ gracefulEvictionTasks: [task], clusters }), undefined)
  })
})
