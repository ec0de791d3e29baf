import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'

const members = ['member1', 'member2']

/** The definition of a kind of another project, which checks nothing. */
function definition(group: string, version: string, kind: string) {
  const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  const singular = kind.toLowerCase()
  const plural = singular.endsWith('y') ? `${singular.slice(0, -1)}ies` : `${singular}s`
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec: anything, status: anything } } }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { plural, singular, kind, listKind: `${kind}List` },
      scope: 'Namespaced',
      versions: [{ name: version, served: true, storage: true, subresources: { status: {} }, schema }],
    },
  }
}

const definitions = [
  definition('apps.kruise.io', 'v1alpha1', 'CloneSet'),
  definition('flink.apache.org', 'v1beta1', 'FlinkDeployment'),
  definition('source.toolkit.fluxcd.io', 'v1', 'GitRepository'),
]

const policy = (kind: string, apiVersion: string, placement: object) => ({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: { name: kind.toLowerCase(), namespace: 'default' },
  spec: { propagateDeps: true, resourceSelectors: [{ apiVersion, kind }], placement },
})

const both = { clusterAffinity: { clusterNames: members } }
const divided = {
  ...both,
  replicaScheduling: {
    replicaSchedulingType: 'Divided',
    replicaDivisionPreference: 'Weighted',
    weightPreference: {
      staticWeightList: members.map((name) => ({ targetCluster: { clusterNames: [name] }, weight: 1 })),
    },
  },
}

const everyDefinition = {
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'ClusterPropagationPolicy',
  metadata: { name: 'definitions' },
  spec: {
    resourceSelectors: [{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }],
    placement: both,
  },
}

const web = {
  apiVersion: 'apps.kruise.io/v1alpha1',
  kind: 'CloneSet',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas: 4,
    template: {
      spec: {
        containers: [
          {
            name: 'web',
            resources: { requests: { cpu: '250m' } },
            envFrom: [{ configMapRef: { name: 'settings' } }],
          },
        ],
      },
    },
  },
}

const stream = {
  apiVersion: 'flink.apache.org/v1beta1',
  kind: 'FlinkDeployment',
  metadata: { name: 'stream', namespace: 'default' },
  spec: {
    jobManager: { resource: { cpu: 0.5, memory: '1Gi' } },
    taskManager: { resource: { cpu: 1, memory: '2Gi' } },
    flinkConfiguration: { 'taskmanager.numberOfTaskSlots': '2' },
    job: { parallelism: 5 },
  },
}

const source = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  metadata: { name: 'source', namespace: 'default' },
  spec: { url: 'https://git.example/shop', interval: '1m' },
}

/** Kinds of other projects, with a real kubectl: nobody has to say what they mean. */
describe('a kind of another project', () => {
  let flotilla: Up
  let k: Kubectl
  const apply = async (...objects: readonly object[]) => {
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })
    const { code, err } = await k.run(['apply', '-f', '-'], list)
    assert.equal(code, 0, err)
  }
  const binding = (name: string): Promise<Json> => k.json('resourcebinding', name)
  const inMember = (member: string, kind: string, name: string): Promise<Json> =>
    k.json(kind, name, '--context', member)
  const patch = (member: string, kind: string, name: string, words: object, ...more: readonly string[]) =>
    k('patch', kind, name, '--context', member, '--type=merge', '-p', JSON.stringify(words), ...more)
  const say = (member: string, kind: string, name: string, status: object) =>
    patch(member, kind, name, { status }, '--subresource=status')

  before(async () => {
    flotilla = await up({ members: 2 })
    k = kubectl(flotilla.kubeconfig)
    await apply(everyDefinition, ...definitions)
    for (const { metadata } of definitions) {
      const established = ['wait', '--for=condition=Established', `crd/${metadata.name}`]
      await k(...established)
      for (const member of members) await eventually(() => k(...established, '--context', member))
    }
    const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { a: 'b' } }
    await apply(
      policy('CloneSet', web.apiVersion, divided),
      policy('FlinkDeployment', stream.apiVersion, both),
      policy('GitRepository', source.apiVersion, both),
      settings,
      web,
      stream,
      source,
    )
  })
  after(async () => {
    assert.equal(await flotilla.stop(), 0)
  })

  test('has its replicas divided, and takes along what its pods refer to', async () => {
    await eventually(async () => {
      const { spec } = await binding('web-cloneset')
      assert.deepEqual([spec.replicas, spec.replicaRequirements.resourceRequest], [4, { cpu: '250m' }])
    })
    for (const member of members) {
      await eventually(async () => assert.equal((await inMember(member, 'cloneset', 'web')).spec.replicas, 2))
      await eventually(() => inMember(member, 'configmap', 'settings'))
    }
  })

  test('has the sums of its members, and the generation that all of them have seen', async () => {
    for (const member of members) {
      const { generation } = (await inMember(member, 'cloneset', 'web')).metadata
      const counts = { replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 }
      await say(member, 'cloneset', 'web', { observedGeneration: generation, ...counts, updateRevision: 'web-1' })
    }
    await eventually(async () => {
      const { metadata, status } = await k.json('cloneset', 'web')
      assert.deepEqual(status, {
        observedGeneration: metadata.generation,
        replicas: 4,
        updatedReplicas: 4,
        readyReplicas: 4,
        availableReplicas: 4,
        updatedReadyReplicas: 0,
        expectedUpdatedReplicas: 0,
        updateRevision: 'web-1',
      })
      const { aggregatedStatus } = (await binding('web-cloneset')).status
      assert.deepEqual(
        aggregatedStatus.map(({ health }: Json) => health),
        ['Healthy', 'Healthy'],
      )
    })
  })

  test('of which members say what cannot be, is unhealthy there, and counted as far as it can be', async () => {
    await say('member2', 'cloneset', 'web', { readyReplicas: 'two', availableReplicas: [1], replicas: 3 })
    await eventually(async () => {
      const { replicas, readyReplicas, availableReplicas } = (await k.json('cloneset', 'web')).status
      assert.deepEqual([replicas, readyReplicas, availableReplicas], [5, 2, 2])
      const { aggregatedStatus } = (await binding('web-cloneset')).status
      const { health } = aggregatedStatus.find(({ clusterName }: Json) => clusterName === 'member2')
      assert.equal(health, 'Unhealthy')
    })
  })

  test('with several pod templates has components', async () => {
    await eventually(async () => {
      const { components, replicas } = (await binding('stream-flinkdeployment')).spec
      assert.equal(replicas, undefined)
      assert.deepEqual(components, [
        { name: 'jobmanager', replicas: 1, replicaRequirements: { resourceRequest: { cpu: '500m', memory: '1Gi' } } },
        { name: 'taskmanager', replicas: 3, replicaRequirements: { resourceRequest: { cpu: '1', memory: '2Gi' } } },
      ])
    })
  })

  test('that is suspended in a member stays so, and says who says what', async () => {
    for (const member of members) await eventually(() => inMember(member, 'gitrepository', 'source'))
    await patch('member1', 'gitrepository', 'source', { spec: { suspend: true } })
    await apply({ ...source, spec: { ...source.spec, interval: '5m' } })
    for (const member of members) {
      await eventually(async () =>
        assert.equal((await inMember(member, 'gitrepository', 'source')).spec.interval, '5m'),
      )
      const ready = { type: 'Ready', status: 'True', reason: 'Succeeded', message: 'stored artifact' }
      await say(member, 'gitrepository', 'source', { conditions: [ready] })
    }
    assert.equal((await inMember('member1', 'gitrepository', 'source')).spec.suspend, true)
    await eventually(async () => {
      const [{ message }] = (await k.json('gitrepository', 'source')).status.conditions
      assert.equal(message, 'member1=stored artifact, member2=stored artifact')
    })
  })
})
