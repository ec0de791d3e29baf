import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'

const deployment = (name: string, pod: object = {}): Json => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'main', image: 'nginx:1' }], ...pod },
    },
  },
})

const policy = (name: string, cluster: string, spec: object = {}): Json => ({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: { name },
  spec: {
    resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }],
    placement: { clusterAffinity: { clusterNames: [cluster] } },
    ...spec,
  },
})

const crdNamed = (name: string) => ({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name })

const clusterPolicy = (name: string, cluster: string, ...resourceSelectors: readonly object[]): Json => ({
  ...policy(name, cluster, { resourceSelectors }),
  kind: 'ClusterPropagationPolicy',
})

/** The habits of a Karmada user, with a real kubectl. */
describe('policies', () => {
  let flotilla: Up
  let k: Kubectl
  before(async () => {
    flotilla = await up({ members: 2 })
    k = kubectl(flotilla.kubeconfig)
  })
  after(async () => {
    assert.equal(await flotilla.stop(), 0)
  })

  const apply = async (...objects: readonly Json[]): Promise<void> => {
    const items = { apiVersion: 'v1', kind: 'List', items: objects }
    const { code, err } = await k.run(['apply', '-f', '-'], JSON.stringify(items))
    assert.equal(code, 0, err)
  }
  const idOf = async (name: string): Promise<string> =>
    (await k.json('pp', name)).metadata.labels['propagationpolicy.karmada.io/permanent-id']
  /** What Karmada's words on an object say of its policy. */
  const claimOn = ({ metadata: { labels = {}, annotations = {} } }: Json) =>
    Object.fromEntries(
      Object.entries({ ...labels, ...annotations }).filter(([key]) => /^(cluster)?propagationpolicy\./.test(key)),
    )
  const claimOf = async (name: string) => ({
    'propagationpolicy.karmada.io/namespace': 'default',
    'propagationpolicy.karmada.io/name': name,
    'propagationpolicy.karmada.io/permanent-id': await idOf(name),
  })
  const belongsTo = (name: string) =>
    eventually(async () => {
      const claim = await claimOf(name)
      assert.deepEqual(claimOn(await k.json('deployment', 'web')), claim)
      assert.deepEqual(claimOn(await k.json('rb', 'web-deployment')), claim)
    })
  const inMember = async (member: string, ...what: readonly string[]): Promise<string> =>
    (await k('--context', member, 'get', ...what, '--ignore-not-found', '-o', 'name')).trim()
  const runsOnlyIn = (member: string) =>
    eventually(async () => {
      for (const each of ['member1', 'member2'])
        assert.equal(await inMember(each, 'deployment', 'web'), each === member ? 'deployment.apps/web' : '')
    })
  const eventsOf = async (kind: string, name: string): Promise<readonly string[]> =>
    (await k.json('events', '--field-selector', `involvedObject.kind=${kind},involvedObject.name=${name}`)).items.map(
      ({ reason, message }: Json) => `${reason}: ${message}`,
    )
  const hears = (kind: string, name: string, words: string) =>
    eventually(async () => {
      const all = await eventsOf(kind, name)
      assert.ok(all.includes(words), `${kind} ${name} heard ${all.join('\n')}`)
    })

  test('claim a template, whether it comes before them or after', async () => {
    await apply(deployment('web'))
    await apply(policy('first', 'member1'))
    await belongsTo('first')
    await runsOnlyIn('member1')
    await hears('Deployment', 'web', 'ApplyPolicySucceed: Apply policy(default/first) succeed')
  })

  test('leave a claimed template alone, whatever their priority', async () => {
    await apply(policy('higher', 'member2', { priority: 5 }), deployment('marker'))
    const marker = { resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'marker' }] }
    await apply(policy('marker', 'member2', marker))
    await eventually(() => k.json('rb', 'marker-deployment')) // by then the other one had its turn
    await belongsTo('first')
  })

  test('preempt when they say so, and hand over to who was there when they go', async () => {
    await k('patch', 'pp', 'higher', '--type=merge', '-p', '{"spec":{"preemption":"Always"}}')
    await belongsTo('higher')
    await runsOnlyIn('member2')
    const words =
      'PreemptPolicySucceed: Propagation policy(default/higher) preempted propagation policy(default/first) successfully'
    await hears('Deployment', 'web', words)
    await k('delete', 'pp', 'higher')
    await belongsTo('first')
    await runsOnlyIn('member1')
  })

  test('hand over when they select something else', async () => {
    await apply(policy('next', 'member2'))
    const elsewhere = [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'elsewhere' }]
    await k('patch', 'pp', 'first', '--type=merge', '-p', JSON.stringify({ spec: { resourceSelectors: elsewhere } }))
    await belongsTo('next')
    await runsOnlyIn('member2')
    await k('delete', 'pp', 'first')
  })

  test('wait for the next edit when they are lazy', async () => {
    await k('patch', 'pp', 'next', '--type=merge', '-p', '{"spec":{"activationPreference":"Lazy"}}')
    await apply(policy('next', 'member1', { activationPreference: 'Lazy' }))
    await k('patch', 'pp', 'marker', '--type=merge', '-p', '{"spec":{"conflictResolution":"Overwrite"}}')
    await eventually(async () =>
      assert.equal((await k.json('rb', 'marker-deployment')).spec.conflictResolution, 'Overwrite'),
    )
    const { spec } = await k.json('rb', 'web-deployment')
    assert.deepEqual(spec.placement.clusterAffinity, { clusterNames: ['member2'] })
    await k('annotate', 'deployment', 'web', 'edited=yes')
    await runsOnlyIn('member1')
  })

  test('wait so for a template that was there first, which they claim, and for no other', async () => {
    const selects = (name: string) => ({
      resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment', name }],
      activationPreference: 'Lazy',
    })
    await apply(deployment('early'), policy('late', 'member1', selects('early')))
    await apply(policy('before', 'member1', selects('after')))
    await apply(deployment('after'))
    await eventually(() => k.json('rb', 'after-deployment'))
    await eventually(async () => assert.deepEqual(claimOn(await k.json('deployment', 'early')), await claimOf('late')))
    assert.equal(await k('get', 'rb', 'early-deployment', '--ignore-not-found'), '')
    await k('annotate', 'deployment', 'early', 'edited=yes')
    await eventually(() => k.json('rb', 'early-deployment'))
    await k('delete', 'deployment', 'early', 'after')
    await k('delete', 'pp', 'late', 'before')
  })

  test('wait so across a restart', async () => {
    await k('patch', 'pp', 'next', '--type=merge', '-p', '{"spec":{"preserveResourcesOnDeletion":true}}')
    await flotilla.kill()
    flotilla = await up({ dataDir: flotilla.dataDir })
    k = kubectl(flotilla.kubeconfig)
    await k('patch', 'pp', 'marker', '--type=merge', '-p', '{"spec":{"preserveResourcesOnDeletion":true}}')
    const preserves = async (name: string) => (await k.json('rb', name)).spec.preserveResourcesOnDeletion
    await eventually(async () => assert.equal(await preserves('marker-deployment'), true))
    assert.equal(await preserves('web-deployment'), undefined)
    await k('annotate', 'deployment', 'web', 'edited=again', '--overwrite')
    await eventually(async () => assert.equal(await preserves('web-deployment'), true))
    for (const name of ['next', 'marker'])
      await k('patch', 'pp', name, '--type=merge', '-p', '{"spec":{"preserveResourcesOnDeletion":null}}')
  })

  test('wait for the overrides they depend on, and say so', async () => {
    await apply(policy('next', 'member2', { dependentOverrides: ['late'] }))
    await hears(
      'Deployment',
      'web',
      'ApplyPolicyFailed: Apply policy(default/next) failed: policy(default/next) waits for dependent overrides late',
    )
    assert.equal(
      (await k.json('rb', 'web-deployment')).status.conditions.find(({ type }: Json) => type === 'PolicyApplied')
        ?.status,
      'False',
    )
    await apply({
      apiVersion: 'policy.karmada.io/v1alpha1',
      kind: 'OverridePolicy',
      metadata: { name: 'late' },
      spec: {
        overrideRules: [{ overriders: { annotationsOverrider: [{ operator: 'add', value: { late: 'yes' } }] } }],
      },
    })
    await runsOnlyIn('member2')
    await eventually(async () => {
      const { conditions } = (await k.json('rb', 'web-deployment')).status
      assert.equal(conditions.find(({ type }: Json) => type === 'PolicyApplied')?.status, 'True')
    })
  })

  test('leave what they propagated when they are deleted, and take it back when they return', async () => {
    await k('delete', 'pp', 'next')
    await eventually(async () => {
      assert.deepEqual(claimOn(await k.json('deployment', 'web')), {})
      assert.deepEqual(claimOn(await k.json('rb', 'web-deployment')), {})
    })
    assert.equal(await inMember('member2', 'deployment', 'web'), 'deployment.apps/web')
    await apply(policy('next', 'member2'))
    await belongsTo('next')
  })

  test('take along what a template needs, as long as it does', async () => {
    const named = (apiVersion: string, kind: string, name: string, rest: object = {}): Json => ({
      apiVersion,
      kind,
      metadata: { name },
      ...rest,
    })
    const volumes = [
      { name: 'config', configMap: { name: 'settings' } },
      { name: 'data', persistentVolumeClaim: { claimName: 'data' } },
    ]
    const claimed = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
    const backend = { service: { name: 'web', port: { number: 80 } } }
    const selected = ['Deployment', 'Ingress'].map((kind) => ({
      apiVersion: kind === 'Ingress' ? 'networking.k8s.io/v1' : 'apps/v1',
      kind,
      name: 'needy',
    }))
    await apply(
      named('v1', 'ConfigMap', 'settings', { data: { a: '1' } }),
      named('v1', 'Secret', 'password', { stringData: { a: '1' } }),
      named('v1', 'Secret', 'certificate', { stringData: { a: '1' } }),
      named('v1', 'ServiceAccount', 'robot'),
      named('v1', 'PersistentVolumeClaim', 'data', { spec: claimed }),
      deployment('needy', {
        serviceAccountName: 'robot',
        volumes,
        containers: [{ name: 'main', image: 'nginx:1', envFrom: [{ secretRef: { name: 'password' } }] }],
      }),
      named('networking.k8s.io/v1', 'Ingress', 'needy', {
        spec: { defaultBackend: backend, tls: [{ secretName: 'certificate' }] },
      }),
      policy('needy', 'member1', { resourceSelectors: selected, propagateDeps: true }),
    )
    const needed = [
      ['configmap', 'settings'],
      ['secret', 'password'],
      ['secret', 'certificate'],
      ['serviceaccount', 'robot'],
      ['persistentvolumeclaim', 'data'],
    ] as const
    await eventually(async () => {
      for (const [kind, name] of needed) {
        assert.equal(await inMember('member1', kind, name), `${kind}/${name}`)
        const { spec, metadata } = await k.json('rb', `${name}-${kind}`)
        assert.equal(spec.requiredBy.length, 1)
        const labels = Object.keys(metadata.labels).filter((key) =>
          key.startsWith('resourcebinding.karmada.io/depended-by-'),
        )
        assert.equal(labels.length, 1)
      }
    })
    await k('patch', 'configmap', 'settings', '--type=merge', '-p', '{"data":{"a":"2"}}')
    await eventually(async () =>
      assert.equal((await k.json('--context', 'member1', 'configmap', 'settings')).data.a, '2'),
    )
    await k(
      'patch',
      'deployment',
      'needy',
      '--type=json',
      '-p',
      '[{"op":"remove","path":"/spec/template/spec/volumes"}]',
    )
    await eventually(async () => {
      assert.equal(await inMember('member1', 'configmap', 'settings'), '')
      assert.equal((await k('get', 'rb', 'settings-configmap', '--ignore-not-found')).trim(), '')
      assert.equal(await inMember('member1', 'secret', 'password'), 'secret/password')
    })
    await k('get', 'configmap', 'settings')
  })

  test('take along the service an import stands for, and its endpoints by their label', async () => {
    const labels = { 'kubernetes.io/service-name': 'derived-shop' }
    const port = { name: 'http', port: 80, protocol: 'TCP' }
    await apply(
      clusterPolicy('imports', 'member1', crdNamed('serviceimports.multicluster.x-k8s.io')),
      { apiVersion: 'v1', kind: 'Service', metadata: { name: 'derived-shop' }, spec: { ports: [port] } },
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: 'derived-shop-1', labels },
        addressType: 'IPv4',
        endpoints: [{ addresses: ['10.0.0.1'] }],
        ports: [port],
      },
      {
        apiVersion: 'multicluster.x-k8s.io/v1alpha1',
        kind: 'ServiceImport',
        metadata: { name: 'shop' },
        spec: { type: 'ClusterSetIP', ports: [port] },
      },
      policy('shop', 'member1', {
        resourceSelectors: [{ apiVersion: 'multicluster.x-k8s.io/v1alpha1', kind: 'ServiceImport', name: 'shop' }],
      }),
    )
    const slice = () => inMember('member1', 'endpointslice', 'derived-shop-1')
    await eventually(async () => {
      assert.equal(await inMember('member1', 'service', 'derived-shop'), 'service/derived-shop')
      assert.equal(await slice(), 'endpointslice.discovery.k8s.io/derived-shop-1')
    })
    await k('label', 'endpointslice', 'derived-shop-1', 'kubernetes.io/service-name=other', '--overwrite')
    await eventually(async () => assert.equal(await slice(), ''))
    await k('delete', 'serviceimport', 'shop')
    await eventually(async () => assert.equal(await inMember('member1', 'service', 'derived-shop'), ''))
    await k('delete', 'service/derived-shop', 'endpointslice/derived-shop-1', 'cpp/imports')
  })

  test('select kinds that come later, and objects of the whole cluster', async () => {
    const group = 'example.io'
    const gadget = { apiVersion: `${group}/v1`, kind: 'Gadget', metadata: { name: 'one' }, spec: { size: 1 } }
    const spec = { type: 'object', properties: { size: { type: 'integer' } } }
    const schema = { openAPIV3Schema: { type: 'object', properties: { spec } } }
    await apply(
      clusterPolicy(
        'wide',
        'member2',
        crdNamed(`gadgets.${group}`),
        { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: 'viewer' },
        { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: { matchLabels: { everywhere: 'yes' } } },
      ),
      policy('gadgets', 'member2', { resourceSelectors: [{ apiVersion: `${group}/v1`, kind: 'Gadget' }] }),
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: `gadgets.${group}` },
        spec: {
          group,
          scope: 'Namespaced',
          names: { plural: 'gadgets', singular: 'gadget', kind: 'Gadget', listKind: 'GadgetList' },
          versions: [{ name: 'v1', served: true, storage: true, schema }],
        },
      },
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'viewer' }, rules: [] },
      ...['default', 'karmada-es-member1', 'kube-system'].map((namespace) => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'everywhere', namespace, labels: { everywhere: 'yes' } },
      })),
    )
    await k('wait', '--for=condition=Established', `crd/gadgets.${group}`)
    await apply(gadget)
    await eventually(async () => {
      assert.equal(await inMember('member2', 'gadgets', 'one'), `gadget.${group}/one`)
      assert.equal(await inMember('member2', 'clusterrole', 'viewer'), 'clusterrole.rbac.authorization.k8s.io/viewer')
      assert.equal(await inMember('member2', 'configmap', 'everywhere'), 'configmap/everywhere')
    })
    const role = await k.json('clusterrole', 'viewer')
    const { metadata } = await k.json('cpp', 'wide')
    const id = metadata.labels['clusterpropagationpolicy.karmada.io/permanent-id']
    const claim = {
      'clusterpropagationpolicy.karmada.io/name': 'wide',
      'clusterpropagationpolicy.karmada.io/permanent-id': id,
    }
    assert.deepEqual(claimOn(role), claim)
    assert.deepEqual(claimOn(await k.json('crb', 'viewer-clusterrole')), claim)
    for (const namespace of ['karmada-es-member1', 'kube-system'])
      assert.deepEqual(claimOn(await k.json('configmap', 'everywhere', '-n', namespace)), {})
    await k('delete', 'gadget', 'one')
    await k('delete', 'clusterrole', 'viewer')
    await k('delete', 'configmap', 'everywhere')
    await eventually(async () => {
      assert.equal(await inMember('member2', 'gadgets', 'one'), '')
      assert.equal(await inMember('member2', 'clusterrole', 'viewer'), '')
    })
    await k('delete', 'crd', `gadgets.${group}`)
    await k('delete', 'cpp', 'wide')
  })

  test('let all of it go with the template', async () => {
    await k('delete', 'deployment', 'web', 'needy', 'marker')
    await k('delete', 'ingress', 'needy')
    await eventually(async () => {
      assert.equal(await k('get', 'rb', '-A', '-o', 'name'), '')
      assert.equal(await k('get', 'works', '-A', '-l', 'resourcebinding.karmada.io/permanent-id', '-o', 'name'), '')
      for (const member of ['member1', 'member2'])
        assert.equal(
          await k(
            '--context',
            member,
            'get',
            'deploy,cm,secret,sa,pvc,ing',
            '-l',
            'karmada.io/managed=true',
            '-o',
            'name',
          ),
          '',
        )
    })
    for (const needed of ['secret/password', 'serviceaccount/robot', 'persistentvolumeclaim/data']) {
      const { metadata } = await k.json(needed)
      assert.deepEqual(claimOn({ metadata }), {})
    }
    await k('delete', 'pp', '--all')
    assert.equal(await k('get', 'pp', '-o', 'name'), '')
  })
})
