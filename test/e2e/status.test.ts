import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'

const members = ['member1', 'member2', 'member3']

const policy = (selectors: readonly object[], weights: readonly number[] = [1, 1, 1]) => ({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: { name: 'all', namespace: 'default' },
  spec: {
    resourceSelectors: selectors,
    placement: {
      clusterAffinity: { clusterNames: members },
      replicaScheduling: {
        replicaSchedulingType: 'Divided',
        replicaDivisionPreference: 'Weighted',
        weightPreference: {
          staticWeightList: members.map((name, i) => ({ targetCluster: { clusterNames: [name] }, weight: weights[i] })),
        },
      },
    },
  },
})

const podTemplate = (image: string, app: string) => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'main', image }] },
})

const workload = (kind: string, name: string, spec: object = {}) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name, namespace: 'default' },
  spec: { selector: { matchLabels: { app: name } }, template: podTemplate('web:1', name), ...spec },
})

const condition = ({ status }: Json, type: string) => status?.conditions?.find((each: Json) => each.type === type)

/** What tools that know nothing of clusters see of a template, with a real kubectl. */
describe('a template says what a single cluster would', () => {
  let flotilla: Up
  let k: Kubectl
  const apply = (...objects: readonly object[]) =>
    k.run(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })).then(({ code, err }) => assert.equal(code, 0, err)) // biome-ignore format: one call
  const rolledOut = (what: string) => k('rollout', 'status', what, '--timeout=60s')
  const web = () => k.json('deployment', 'web')

  before(async () => {
    flotilla = await up({ members: 3 })
    k = kubectl(flotilla.kubeconfig)
    const kinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'PodDisruptionBudget', 'Pod', 'Job']
    const groups: Readonly<Record<string, string>> = { Pod: 'v1', PodDisruptionBudget: 'policy/v1', Job: 'batch/v1' }
    await apply(policy(kinds.map((kind) => ({ apiVersion: groups[kind] ?? 'apps/v1', kind }))))
  })
  after(async () => {
    assert.equal(await flotilla.stop(), 0)
  })

  test('a Deployment is waited for until it is available in all clusters', async () => {
    await apply(workload('Deployment', 'web', { replicas: 6 }))
    await k('wait', '--for=condition=Available', 'deployment/web', '--timeout=60s')
    assert.match(await rolledOut('deployment/web'), /successfully rolled out/)
    assert.match(await k('get', 'deployment', 'web'), /web +6\/6 +6 +6/)
    assert.deepEqual(
      [condition(await web(), 'Available'), condition(await web(), 'Progressing')].map(({ status, reason }: Json) => [status, reason]), // biome-ignore format: one expression
      [
        ['True', 'MinimumReplicasAvailable'],
        ['True', 'NewReplicaSetAvailable'],
      ],
    )
  })

  test('a time of transition stays while nothing goes from one to the other', async () => {
    const transitions = async () =>
      (await web()).status.conditions.map(({ lastTransitionTime }: Json) => lastTransitionTime)
    const before = await transitions()
    await k('scale', 'deployment', 'web', '--replicas=7')
    await rolledOut('deployment/web')
    assert.match(await k('get', 'deployment', 'web'), /web +7\/7 +7 +7/)
    assert.deepEqual(await transitions(), before)
  })

  test('a rollout that goes on is not taken for one that is done', async () => {
    await k('patch', 'deployment', 'web', '--type=merge', '-p', JSON.stringify({ spec: { template: podTemplate('web:crash', 'web') } })) // biome-ignore format: one call
    const { code, out, err } = await k.run(['rollout', 'status', 'deployment/web', '--timeout=5s'])
    assert.equal(code, 1, out)
    assert.match(err, /timed out/)
    await eventually(async () => {
      const now = await web()
      assert.equal(now.status.observedGeneration, now.metadata.generation)
      assert.equal(condition(now, 'Progressing').reason, 'ReplicaSetUpdated')
    })
    await k('patch', 'deployment', 'web', '--type=merge', '-p', JSON.stringify({ spec: { template: podTemplate('web:2', 'web') } })) // biome-ignore format: one call
    assert.match(await rolledOut('deployment/web'), /successfully rolled out/)
    assert.equal(condition(await web(), 'Progressing').reason, 'NewReplicaSetAvailable')
  })

  test('a rollout that stands still has failed after its deadline', async () => {
    const broken = { replicas: 3, progressDeadlineSeconds: 2, template: podTemplate('web:crash', 'late') }
    await apply(workload('Deployment', 'late', broken))
    await eventually(async () => {
      assert.equal(condition(await k.json('deployment', 'late'), 'Progressing')?.reason, 'ProgressDeadlineExceeded')
    })
    const { code, err } = await k.run(['rollout', 'status', 'deployment/late', '--timeout=20s'])
    assert.equal(code, 1)
    assert.match(err, /exceeded its progress deadline/)
    await k('delete', 'deployment', 'late')
  })

  test('what goes wrong in a cluster is told on the template', async () => {
    const greedy = podTemplate('web:1', 'greedy')
    const [main] = greedy.spec.containers
    const spec = { containers: [{ ...main, resources: { requests: { cpu: '100' } } }] }
    await apply(
      workload('Deployment', 'broken', { replicas: 3, template: podTemplate('web:crash', 'broken') }),
      workload('Deployment', 'greedy', { replicas: 3, template: { ...greedy, spec } }),
    )
    await eventually(async () => {
      const broken = await k('describe', 'deployment', 'broken')
      assert.match(
        broken,
        /Warning +BackOff .* member1 +\[member1\] Pod broken-\w+-\w+: Back-off restarting failed container/,
      )
      const scheduling = await k('describe', 'deployment', 'greedy')
      assert.match(
        scheduling,
        /Warning +FailedScheduling .* member2 +\[member2\] Pod greedy-\w+-\w+: 0\/3 nodes are available/,
      )
      assert.doesNotMatch(scheduling, /ScalingReplicaSet/)
    })
    await k('delete', 'deployment', 'broken', 'greedy')
  })

  test('nothing wanted is nothing missing', async () => {
    await k('scale', 'deployment', 'web', '--replicas=0')
    assert.match(await rolledOut('deployment/web'), /successfully rolled out/)
    assert.match(await k('get', 'deployment', 'web'), /web +0\/0 +0 +0/)
    await k('wait', '--for=condition=Available', 'deployment/web', '--timeout=10s')
    await k('scale', 'deployment', 'web', '--replicas=6')
    await rolledOut('deployment/web')
    assert.match(await k('get', 'deployment', 'web'), /web +6\/6 +6 +6/)
  })

  test('a cluster that leaves is not counted any more', async () => {
    const placement = { clusterAffinity: { clusterNames: ['member1', 'member2'] } }
    await k('patch', 'propagationpolicy', 'all', '--type=merge', '-p', JSON.stringify({ spec: { placement } }))
    await eventually(async () => {
      const { status } = await k.json('rb', 'web-deployment')
      assert.deepEqual(
        status.aggregatedStatus.map(({ clusterName, status }: Json) => [clusterName, status.readyReplicas]),
        [
          ['member1', 3],
          ['member2', 3],
        ],
      )
      assert.equal(condition({ status }, 'FullyApplied').status, 'True')
    })
    assert.match(await rolledOut('deployment/web'), /successfully rolled out/)
    assert.match(await k('get', 'deployment', 'web'), /web +6\/6 +6 +6/)
  })

  test('a StatefulSet is rolled out when all clusters have rolled it out', async () => {
    await apply(workload('StatefulSet', 'db', { serviceName: 'db', replicas: 4 }))
    assert.match(await rolledOut('statefulset/db'), /roll ?out complete|update complete/)
    await k('patch', 'statefulset', 'db', '--type=merge', '-p', JSON.stringify({ spec: { template: podTemplate('web:2', 'db') } })) // biome-ignore format: one call
    assert.match(await rolledOut('statefulset/db'), /roll ?out complete|update complete/)
    const { status } = await k.json('statefulset', 'db')
    assert.equal(status.updatedReplicas, 4)
    assert.equal(status.currentRevision, status.updateRevision)
  })

  test('a DaemonSet is rolled out when all nodes have it', async () => {
    await apply(workload('DaemonSet', 'agent'))
    assert.match(await rolledOut('daemonset/agent'), /successfully rolled out/)
    assert.equal((await k.json('daemonset', 'agent')).status.numberReady, 6)
  })

  test('a Pod is ready when all of its copies are, and looks like one', async () => {
    const { spec } = podTemplate('web:1', 'one')
    await apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'one', namespace: 'default' }, spec })
    await k('wait', '--for=condition=Ready', 'pod/one', '--timeout=60s')
    assert.match(await k('get', 'pod', 'one'), /one +1\/1 +Running +0 /)
  })

  test('a Job is complete when it is everywhere', async () => {
    const template = { spec: { ...podTemplate('web:1', 'once').spec, restartPolicy: 'Never' } }
    const spec = { parallelism: 2, completions: 4, template }
    await apply({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'once', namespace: 'default' }, spec })
    await k('wait', '--for=condition=Complete', 'job/once', '--timeout=60s')
    assert.match(await k('get', 'job', 'once'), /once +Complete +4\/4/)
  })

  test('a cluster that is taken away is not spoken of any more', async () => {
    await k('delete', 'cluster', 'member2', '--timeout=60s')
    await eventually(async () => {
      const { status } = await k.json('rb', 'web-deployment')
      assert.deepEqual(
        status.aggregatedStatus.map(({ clusterName, status }: Json) => [clusterName, status?.readyReplicas]),
        [['member1', 6]],
      )
    })
    assert.match(await rolledOut('deployment/web'), /successfully rolled out/)
    assert.match(await k('get', 'deployment', 'web'), /web +6\/6 +6 +6/)
  })

  test('what a policy leaves behind goes on saying how it is', async () => {
    await k('delete', 'propagationpolicy', 'all')
    await k('--context', 'member1', 'delete', 'pods', '-l', 'app=web', '--wait=false')
    await rolledOut('deployment/web')
    assert.match(await k('get', 'deployment', 'web'), /web +6\/6 +6 +6/)
    await k('wait', '--for=condition=Available', 'deployment/web', '--timeout=10s')
  })
})
