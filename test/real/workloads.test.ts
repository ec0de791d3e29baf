import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Client } from '@flotilla/sdk'
import { deployment } from '../deployment.ts'
import { flotilla } from '../flotilla.ts'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { assets } from './assets.ts'
import { askAutoscalers, saidByAutoscalers, startSimulated } from './autoscalers.ts'
import { startCluster } from './cluster.ts'
import { startEtcd } from './etcd.ts'
import { startMachines } from './machines.ts'
import { serve } from './serve.ts'

const without = assets ? false : 'KUBEBUILDER_ASSETS is not set: test/assets/build prints what it should be'
const names = ['one', 'two'] as const
const patience = 120_000

const policy = (kind: string, apiVersion: string, name: string, clusterNames: readonly string[] = names) => ({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: { name: `${name}-${kind.toLowerCase()}` },
  spec: { resourceSelectors: [{ apiVersion, kind, name }], placement: { clusterAffinity: { clusterNames } } },
})

const job = (name: string) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name },
  spec: {
    completions: 2,
    template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'registry.example.com/sum:1' }] } },
  },
})

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'shop' },
  spec: { selector: { app: 'shop' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
}

const quota = {
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'FederatedResourceQuota',
  metadata: { name: 'one-cpu' },
  spec: { overall: { cpu: '1' } },
}

const asking = (name: string, cpu: string) => {
  const { spec, ...rest } = deployment(name, 1)
  const containers = spec.template.spec.containers.map((each) => ({ ...each, resources: { requests: { cpu } } }))
  return { ...rest, spec: { ...spec, template: { ...spec.template, spec: { containers } } } }
}

const fromOneToTwo = {
  apiVersion: 'networking.karmada.io/v1alpha1',
  kind: 'MultiClusterService',
  metadata: { name: 'shop' },
  spec: { types: ['CrossCluster'], providerClusters: [{ name: 'one' }], consumerClusters: [{ name: 'two' }] },
}

/** What controllers of Kubernetes make of what comes to members, where only containers are missing. */
describe('workloads over real controllers', { skip: without }, () => {
  const open = new AsyncDisposableStack()
  const inMember = new Map<string, Kubectl>()
  let k: Kubectl
  let one: Client

  const at = (member: (typeof names)[number]): Kubectl => {
    const there = inMember.get(member)
    assert.ok(there)
    return there
  }
  const apply = async (...items: readonly object[]) => {
    const { code, err } = await k.run(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
    assert.equal(code, 0, err)
  }
  const images = async (member: (typeof names)[number], app: string): Promise<readonly string[]> =>
    (await at(member).json('pods', '-l', `app=${app}`)).items
      .filter(({ metadata }: Json) => !metadata.deletionTimestamp)
      .map(({ spec }: Json) => spec.containers[0].image)
  const addresses = async (member: (typeof names)[number], manager: string): Promise<readonly string[]> => {
    const labels = `kubernetes.io/service-name=shop,endpointslice.kubernetes.io/managed-by=${manager}`
    const { items } = await at(member).json('endpointslices', '-l', labels)
    return items
      .flatMap((slice: Json) => slice.endpoints ?? [])
      .flatMap((each: Json) => each.addresses)
      .sort()
  }

  before(async () => {
    const dir = mkdtempSync(join(tmpdir(), 'flotilla-workloads-'))
    const etcd = open.use(await startEtcd(dir))
    const [host, ...members] = await Promise.all([
      startCluster({ name: 'host', etcd, dir, host: true }),
      ...names.map((name) => startCluster({ name, etcd, dir })),
    ])
    for (const cluster of [host, ...members]) open.use(cluster)
    for (const member of members) open.use(startMachines(member))
    const served = await serve(host.kubeconfig)
    open.defer(async () => void (await served.stop()))
    k = kubectl(host.kubeconfig)
    one = (members[0] ?? host).client
    await askAutoscalers(one) // they look every 15 seconds
    for (const { name, kubeconfig } of members) {
      inMember.set(name, kubectl(kubeconfig))
      const { code, err } = await flotilla(
        ...['join', name, '--kubeconfig', host.kubeconfig, '--cluster-kubeconfig', kubeconfig],
      )
      assert.equal(code, 0, err)
      await k('wait', `cluster/${name}`, '--for=condition=Ready', '--timeout=60s')
    }
  })
  after(() => open.disposeAsync())

  test('clusters say how many nodes they have, and what there is room for', async () => {
    for (const name of names)
      await eventually(async () => {
        const { status } = await k.json('cluster', name)
        assert.deepEqual(status.nodeSummary, { totalNum: 3, readyNum: 3 })
        assert.equal(status.resourceSummary.allocatable.cpu, '24')
      }, patience)
  })

  test('a Deployment becomes available, and its binding says where', async () => {
    await apply(deployment('web', 2), policy('Deployment', 'apps/v1', 'web'))
    await k('wait', 'deployment/web', '--for=condition=Available', '--timeout=50s')
    await k('rollout', 'status', 'deployment/web', '--timeout=50s')
    assert.equal((await k.json('deployment', 'web')).status.availableReplicas, 4)
    await eventually(async () => {
      const { status } = await k.json('resourcebinding', 'web-deployment')
      assert.deepEqual(
        status.aggregatedStatus.map((each: Json) => [each.clusterName, each.health, each.status.readyReplicas]),
        names.map((name) => [name, 'Healthy', 2]),
      )
    }, patience)
    for (const name of names) assert.equal((await at(name).json('pods', '-l', 'app=web')).items.length, 2)
  })

  test('a rollout goes through all clusters, and is over when it is in each', async () => {
    await k('set', 'image', 'deployment/web', 'main=registry.example.com/main:2')
    await k('rollout', 'status', 'deployment/web', '--timeout=50s')
    const { status } = await k.json('deployment', 'web')
    assert.deepEqual([status.replicas, status.updatedReplicas, status.availableReplicas], [4, 4, 4])
    for (const name of names)
      await eventually(async () =>
        assert.deepEqual(await images(name, 'web'), Array(2).fill('registry.example.com/main:2')),
      )
  })

  test('a Job completes where it ran, and as a whole', async () => {
    await apply(job('sum'), policy('Job', 'batch/v1', 'sum'))
    await k('wait', 'job/sum', '--for=condition=Complete', '--timeout=50s')
    assert.equal((await k.json('job', 'sum')).status.succeeded, 4)
    for (const name of names) assert.equal((await at(name).json('job', 'sum')).status.succeeded, 2)
  })

  test('the endpoints of a Service reach another cluster, and follow', async () => {
    await apply(deployment('shop', 2), policy('Deployment', 'apps/v1', 'shop', ['one']), service, fromOneToTwo)
    const arrived = (count: number) =>
      eventually(async () => {
        const here = await addresses('one', 'endpointslice-controller.k8s.io')
        assert.equal(here.length, count)
        assert.deepEqual(await addresses('two', 'endpointslice-dispatch-controller.karmada.io'), here)
      }, patience)
    await arrived(2)
    await k('scale', 'deployment/shop', '--replicas=3')
    await arrived(3)
  })

  test('a quota holds up what would be too much, and lets it go when there is more', async () => {
    await apply(quota)
    await eventually(async () => assert.ok((await k.json('federatedresourcequota', 'one-cpu')).status))
    await apply(asking('big', '1'), policy('Deployment', 'apps/v1', 'big'))
    await k('wait', 'resourcebinding/big-deployment', '--for=condition=Scheduled=False', '--timeout=50s')
    const { spec, status } = await k.json('resourcebinding', 'big-deployment')
    assert.equal(status.conditions.find(({ type }: Json) => type === 'Scheduled').reason, 'QuotaExceeded')
    assert.equal(spec.clusters, undefined)
    await apply({ ...quota, spec: { overall: { cpu: '2' } } })
    await k('wait', 'deployment/big', '--for=condition=Available', '--timeout=50s')
  })

  test('autoscalers say what simulated ones say', async () => {
    const simulated = open.use(await startSimulated())
    await askAutoscalers(simulated.client)
    await eventually(async () => {
      const real = await saidByAutoscalers(one)
      assert.ok(Object.values(real).every((said) => said.length > 0))
      assert.deepEqual(await saidByAutoscalers(simulated.client), real)
    }, patience)
  })

  test('what is deleted ends', async () => {
    await k(
      'delete',
      'deployment/big',
      'deployment/web',
      'deployment/shop',
      'job/sum',
      'multiclusterservice/shop',
      '--timeout=60s',
    )
    for (const name of names)
      await eventually(async () => assert.deepEqual((await at(name).json('pods')).items, []), patience)
  })
})
