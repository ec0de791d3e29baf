import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'

const policy = (name: string, kind: string, apiVersion: string, spec: object = {}): object => ({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: { name },
  spec: {
    resourceSelectors: [{ apiVersion, kind, name }],
    placement: { clusterAffinity: { clusterNames: ['member1'] } },
    ...spec,
  },
})

const web = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', labels: { app: 'web' } },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'registry.example.com/web:1' }] },
    },
  },
}
const config = (name: string, value: string): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data: { value },
})

const condition = (object: Json, type: string): Json =>
  object.status?.conditions?.find((each: Json) => each.type === type)

/** What somebody does in a member, with a real kubectl, and what becomes of it. */
describe('drift', () => {
  let flotilla: Up
  let k: Kubectl
  const member = (...args: readonly string[]) => k('--context', 'member1', ...args)
  const inMember = (kind: string, name: string) => k.json('--context', 'member1', kind, name)
  const apply = async (...objects: readonly object[]) => {
    const { code, err } = await k.run(
      ['apply', '-f', '-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
    )
    assert.equal(code, 0, err)
  }
  const events = async (reason: string, kind: string, name: string): Promise<readonly string[]> => {
    const { items } = await k.json('events', '--field-selector', `reason=${reason},involvedObject.name=${name}`)
    return items.filter(({ involvedObject }: Json) => involvedObject.kind === kind).map(({ message }: Json) => message)
  }
  const suspend = (dispatching: boolean) =>
    k('patch', 'pp', 'web', '--type=merge', '-p', JSON.stringify({ spec: { suspension: { dispatching } } }))

  before(async () => {
    flotilla = await up({ members: 1 })
    k = kubectl(flotilla.kubeconfig)
    await apply(policy('web', 'Deployment', 'apps/v1'), web)
    await eventually(async () => assert.equal((await inMember('deployment', 'web')).status?.readyReplicas, 1))
  })
  after(async () => {
    assert.equal(await flotilla.stop(), 0)
  })

  test('an edit is undone, and told of', async () => {
    await member('set', 'image', 'deployment/web', 'web=intruder:1')
    await eventually(async () => {
      const { spec } = await inMember('deployment', 'web')
      assert.equal(spec.template.spec.containers[0].image, 'registry.example.com/web:1')
    })
    await eventually(async () => {
      const [told = ''] = await events('DriftCorrected', 'Deployment', 'web')
      assert.match(told, /^Corrected drift in cluster member1: Deployment default\/web differed at /)
      assert.match(told, /spec\.template\.spec\.containers\[name=web\]\.image/)
    })
    const metrics = await k('get', '--raw', '/metrics')
    assert.match(metrics, /flotilla_drift_corrected_total\{[^}]*kind="Deployment"[^}]*\} [1-9]/)
  })

  test('a deletion is undone', async () => {
    const { uid } = (await inMember('deployment', 'web')).metadata
    await member('delete', 'deployment', 'web', '--wait=false')
    await eventually(async () => {
      const again = await inMember('deployment', 'web')
      assert.notEqual(again.metadata.uid, uid)
      assert.equal(again.metadata.deletionTimestamp, undefined)
    })
  })

  test('the mark comes back', async () => {
    await member('label', 'deployment', 'web', 'karmada.io/managed-')
    await eventually(async () => {
      const { labels } = (await inMember('deployment', 'web')).metadata
      assert.equal(labels['karmada.io/managed'], 'true')
    })
  })

  test('labels of the member stay', async () => {
    await member('label', 'deployment', 'web', 'theirs=yes')
    await k('label', 'deployment', 'web', 'ours=yes')
    await eventually(async () => assert.equal((await inMember('deployment', 'web')).metadata.labels.ours, 'yes'))
    await k('label', 'deployment', 'web', 'ours-')
    await eventually(async () => {
      const { labels } = (await inMember('deployment', 'web')).metadata
      assert.deepEqual([labels.ours, labels.theirs], [undefined, 'yes'])
    })
  })

  test('where dispatching is suspended it is left, and said where it differs, until that ends', async () => {
    await suspend(true)
    await eventually(async () => {
      const { items } = await k.json('works', '-n', 'karmada-es-member1')
      const work = items.find(({ metadata }: Json) => metadata.name.startsWith('web-'))
      assert.equal(condition(work, 'Dispatching').reason, 'SuspendDispatching')
      assert.equal(condition(work, 'Drifted'), undefined)
    })
    await member('scale', 'deployment', 'web', '--replicas=3')
    await eventually(async () => {
      const drifted = condition(await k.json('rb', 'web-deployment'), 'Drifted')
      assert.deepEqual(
        [drifted?.status, drifted?.reason, drifted?.message],
        ['True', 'DriftDetected', 'member1: Deployment default/web differs at spec.replicas'],
      )
    })
    assert.equal((await inMember('deployment', 'web')).spec.replicas, 3)
    await suspend(false)
    await eventually(async () => {
      assert.equal((await inMember('deployment', 'web')).spec.replicas, 1)
      assert.equal(condition(await k.json('rb', 'web-deployment'), 'Drifted').status, 'False')
    })
  })

  test('what somebody else made is refused, and taken over when the policy says so', async () => {
    const { code, err } = await k.run(
      ['--context', 'member1', 'create', '-f', '-'],
      JSON.stringify(config('theirs', 'member')),
    )
    assert.equal(code, 0, err)
    await apply(policy('theirs', 'ConfigMap', 'v1'), config('theirs', 'fleet'))
    await eventually(async () => {
      const { status } = await k.json('rb', 'theirs-configmap')
      assert.match(
        status.aggregatedStatus[0].appliedMessage,
        /is not managed by Flotilla; set spec\.conflictResolution/,
      )
      const told = await events('SyncFailed', 'ConfigMap', 'theirs')
      assert.match(told[0] ?? '', /to take it over$/)
    })
    assert.equal((await inMember('configmap', 'theirs')).data.value, 'member')
    await apply(policy('theirs', 'ConfigMap', 'v1', { conflictResolution: 'Overwrite' }))
    await eventually(async () => {
      assert.equal((await inMember('configmap', 'theirs')).data.value, 'fleet')
      assert.equal((await k.json('rb', 'theirs-configmap')).status.aggregatedStatus[0].applied, true)
    })
  })

  test('what the member calls invalid is told with the field, the policies and the way out', async () => {
    const once = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'once' },
      spec: { template: { spec: { ...web.spec.template.spec, restartPolicy: 'Never' } } },
    }
    const overrides = (overriders: object): object => ({
      apiVersion: 'policy.karmada.io/v1alpha1',
      kind: 'OverridePolicy',
      metadata: { name: 'once' },
      spec: {
        resourceSelectors: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'once' }],
        overrideRules: [{ overriders }],
      },
    })
    const says = async (expected: RegExp) => {
      const { status } = await k.json('rb', 'once-job')
      assert.match(status.aggregatedStatus[0].appliedMessage ?? '', expected)
      const told = [...(await events('SyncFailed', 'Job', 'once'))]
      assert.ok(
        told.some((message) => expected.test(message)),
        told.join('\n'),
      )
    }
    await apply(once, policy('once', 'Job', 'batch/v1'))
    await eventually(async () => assert.ok((await inMember('job', 'once')).status))

    await apply(overrides({ argsOverrider: [{ containerName: 'web', operator: 'add', value: ['--fast'] }] }))
    await eventually(() =>
      says(
        /spec\.template: .*field is immutable; Flotilla does not replace what runs: undo the change in the template of Job once or in the override policies applied to it \(once\), or delete Job default\/once in cluster member1 and it is made anew/,
      ),
    )
    await member('delete', 'job', 'once', '--wait=false')
    await eventually(async () => {
      const { spec } = await inMember('job', 'once')
      assert.deepEqual(spec.template.spec.containers[0].args, ['--fast'])
    })

    await apply(overrides({ plaintext: [{ path: '/spec/template/spec/containers/0/image', operator: 'remove' }] }))
    await member('delete', 'job', 'once', '--wait=false')
    await eventually(() => says(/image: Required value.*; correct that field in .* override policies .* \(once\)/))
  })

  test('a custom resource follows its definition into a fresh member', async () => {
    const group = 'example.com'
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `widgets.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { kind: 'Widget', plural: 'widgets', singular: 'widget', listKind: 'WidgetList' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
              },
            },
          },
        ],
      },
    }
    await apply(definition)
    await k('wait', 'crd', `widgets.${group}`, '--for=condition=Established', '--timeout=30s')
    await apply({ apiVersion: `${group}/v1`, kind: 'Widget', metadata: { name: 'one' }, spec: { size: 1 } })
    await apply(policy('one', 'Widget', `${group}/v1`))
    const since = performance.now()
    await apply({
      ...policy(`widgets.${group}`, 'CustomResourceDefinition', 'apiextensions.k8s.io/v1'),
      kind: 'ClusterPropagationPolicy',
    })
    await eventually(async () => assert.equal((await inMember('widget', 'one')).spec.size, 1))
    assert.ok(performance.now() - since < 8_000, 'it was not waited for the next look at the cluster')
  })

  test('and comes back with it when somebody deletes the definition there', async () => {
    const { uid } = (await inMember('widget', 'one')).metadata
    await member('delete', 'crd', 'widgets.example.com', '--wait=false')
    await eventually(async () => {
      const one = await inMember('widget', 'one')
      assert.notEqual(one.metadata.uid, uid)
      assert.equal(one.metadata.deletionTimestamp, undefined)
    })
    await member('patch', 'widget', 'one', '--type=merge', '-p', '{"spec":{"size":7}}')
    const since = performance.now()
    await eventually(async () => assert.equal((await inMember('widget', 'one')).spec.size, 1))
    assert.ok(performance.now() - since < 8_000, 'it is watched')
  })
})
