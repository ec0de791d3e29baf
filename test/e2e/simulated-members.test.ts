import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { stringify } from 'yaml'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { newDataDir, type Up, up } from '../up.ts'

const config = {
  apiVersion: 'config.flotilla.dev/v1alpha1',
  kind: 'Configuration',
  clusterStatusUpdateFrequency: '250ms',
  clusterFailureThreshold: '500ms',
  clusterSuccessThreshold: '500ms',
  plugins: [{ name: 'taint-policy-admission', options: { allowNoExecute: true } }],
}

const labels = { app: 'web' }

const web: readonly Json[] = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web:1.0' }] } },
    },
  },
  {
    apiVersion: 'policy.karmada.io/v1alpha1',
    kind: 'PropagationPolicy',
    metadata: { name: 'web' },
    spec: {
      resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }],
      placement: { spreadConstraints: [{ spreadByField: 'cluster', maxGroups: 1, minGroups: 1 }] },
    },
  },
  {
    apiVersion: 'policy.karmada.io/v1alpha1',
    kind: 'ClusterTaintPolicy',
    metadata: { name: 'away' },
    spec: {
      addOnConditions: [{ conditionType: 'Ready', operator: 'NotIn', statusValues: ['True'] }],
      removeOnConditions: [{ conditionType: 'Ready', operator: 'In', statusValues: ['True'] }],
      taints: [{ key: 'away', effect: 'NoExecute' }],
    },
  },
]

const app = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'app', annotations: { 'simulator.flotilla.dev/total-cpu': '400m' } },
  spec: {
    selector: { matchLabels: { app: 'app' } },
    template: {
      metadata: { labels: { app: 'app' } },
      spec: { containers: [{ name: 'app', image: 'app', resources: { requests: { cpu: '100m', memory: '64Mi' } } }] },
    },
  },
}

const quota = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'app' },
  spec: { hard: { 'count/deployments.apps': 1, pods: 20, services: 2, 'requests.storage': '10Gi' } },
}

const claim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } } },
}

const fault = 'simulator.flotilla.dev/fault'

describe('simulated members', () => {
  let flotilla: Up
  let k: Kubectl
  before(async () => {
    const dataDir = newDataDir()
    const file = join(dataDir, 'config.yaml')
    writeFileSync(file, stringify(config))
    flotilla = await up({ members: 2, dataDir, args: ['--config', file, '--node-leases'] })
    k = kubectl(flotilla.kubeconfig)
  })
  after(async () => assert.equal(await flotilla.stop(), 0))

  const apply = async (context: string, ...all: readonly Json[]) => {
    const args = ['--context', context, 'apply', '-f', '-']
    const { code, err } = await k.run(args, all.map((object) => stringify(object)).join('---\n'))
    assert.equal(code, 0, err)
  }
  const places = async () =>
    ((await k.json('rb', 'web-deployment')).spec.clusters ?? []).map(({ name }: Json) => name) as readonly string[]
  const isThere = async (member: string) => (await k.run(['--context', member, 'get', 'deployment', 'web'])).code === 0

  test('one that cannot be reached loses its workloads to another, and is tidied when it can', async () => {
    await apply('flotilla', ...web)
    const [first = ''] = await eventually(async () => {
      const found = await places()
      assert.equal(found.length, 1)
      assert.ok(await isThere(found[0] ?? ''))
      return found
    })
    await k('annotate', 'cluster', first, `${fault}=unreachable`)
    await k('wait', '--for=condition=Ready=false', `cluster/${first}`, '--timeout=30s')
    const { reason } = (await k.json('cluster', first)).status.conditions.find(({ type }: Json) => type === 'Ready')
    assert.equal(reason, 'ClusterNotReachable')
    await eventually(async () => {
      const [now] = await places()
      assert.ok(now && now !== first, now)
      assert.ok(await isThere(now))
    })
    assert.ok(await isThere(first), 'what runs there runs on')
    const proxied = await k.run(['get', '--raw', `/apis/cluster.karmada.io/v1alpha1/clusters/${first}/proxy/readyz`])
    assert.match(proxied.err, /ServiceUnavailable|unable to handle the request|connection refused/)

    await k('annotate', 'cluster', first, `${fault}-`)
    await k('wait', '--for=condition=Ready', `cluster/${first}`, '--timeout=30s')
    await eventually(async () => {
      assert.ok(!(await isThere(first)))
      assert.deepEqual((await k.json('cluster', first)).spec.taints ?? [], [])
    })
  })

  test('one that is flaky and slow is worked with all the same', async () => {
    await k('annotate', 'cluster', 'member1', 'member2', `${fault}=slow=20ms,flaky=20%,watches=1s`)
    await k('scale', 'deployment', 'web', '--replicas=5')
    await eventually(async () => {
      const [place = ''] = await places()
      assert.equal((await k.json('--context', place, 'deployment', 'web')).status.readyReplicas, 5)
      assert.equal((await k.json('deployment', 'web')).status.readyReplicas, 5)
    })
    await k('annotate', 'cluster', 'member1', 'member2', `${fault}-`)
    for (const member of ['member1', 'member2']) await k('wait', '--for=condition=Ready', `cluster/${member}`)
  })

  test('a fault that there is not is refused, with those there are', async () => {
    const { code, err } = await k.run(['annotate', 'cluster', 'member1', `${fault}=gone`])
    assert.equal(code, 1)
    assert.match(
      err,
      /metadata.annotations\[simulator.flotilla.dev\/fault\]: "gone" is no fault of a line; these are.*unreachable, hanging/,
    )
  })

  test('what pods use is measured, and scaled by', async () => {
    const m = (...args: readonly string[]) => k('--context', 'member1', ...args)
    await m('create', 'namespace', 'app')
    await m('config', 'set-context', 'member1', '--namespace=app')
    await apply('member1', app)
    await m('rollout', 'status', 'deployment/app', '--timeout=30s')
    await m('autoscale', 'deployment', 'app', '--min=1', '--max=10', '--cpu-percent=80')
    await eventually(async () => assert.equal((await k.json('--context', 'member1', 'deployment', 'app')).status.readyReplicas, 5)) // biome-ignore format: one line
    assert.match(await m('top', 'pods', '--no-headers'), /^(app-\S+ +80m +32Mi *\n){5}$/)
    assert.match(await m('top', 'pods', '--containers', '--no-headers'), /^(app-\S+ +app +80m +32Mi *\n){5}$/)
    assert.match(await m('top', 'nodes'), /member1-node-1 +\d+m +\d+% +\d+Mi +\d+%/)
    assert.match(await m('describe', 'hpa', 'app'), /SuccessfulRescale +.*New size: 5; reason: cpu resource utilization \(percentage of request\) above target/) // biome-ignore format: one line
    assert.match(await m('get', 'hpa', 'app', '--no-headers'), /cpu: \d+%\/80%/)
  })

  test('nodes have leases where they were asked for', async () => {
    await eventually(async () => {
      const { items } = await k.json('--context', 'member1', 'leases', '-n', 'kube-node-lease')
      const holders = items.map(({ spec }: Json) => spec.holderIdentity)
      assert.deepEqual(holders, ['member1-node-1', 'member1-node-2', 'member1-node-3'])
    })
  })

  test('what a StatefulSet and a DaemonSet were before comes back', async () => {
    const m = (...args: readonly string[]) => k('--context', 'member1', ...args)
    for (const [kind, more] of Object.entries({ StatefulSet: { serviceName: 'undo' }, DaemonSet: {} })) {
      const template = { metadata: { labels: { kind } }, spec: { containers: [{ name: 'main', image: 'main:1' }] } }
      const spec = { selector: { matchLabels: { kind } }, template, ...more }
      await apply('member1', { apiVersion: 'apps/v1', kind, metadata: { name: 'undo' }, spec })
      const name = `${kind.toLowerCase()}/undo`
      const image = async () => (await k.json('--context', 'member1', name)).spec.template.spec.containers[0].image
      await m('rollout', 'status', name, '--timeout=30s')
      await m('set', 'image', name, 'main=main:2')
      await m('rollout', 'status', name, '--timeout=30s')
      assert.match(await m('rollout', 'history', name), /\n1 .*\n2 /)
      assert.match(await m('rollout', 'history', name, '--revision=1'), /main:1/)
      await m('rollout', 'undo', name)
      assert.equal(await image(), 'main:1')
      await m('rollout', 'status', name, '--timeout=30s')
      await eventually(async () => assert.match(await m('rollout', 'history', name), /\n2 .*\n3 /))
      await m('delete', name)
    }
  })

  test('quotas count all that they limit', async () => {
    const m = (...args: readonly string[]) => k('--context', 'member1', ...args)
    await apply('member1', quota, claim)
    await m('expose', 'deployment', 'app', '--port=80')
    await eventually(async () => {
      const { used } = (await k.json('--context', 'member1', 'resourcequota', 'app')).status
      assert.deepEqual(used, { 'count/deployments.apps': '1', pods: '5', services: '1', 'requests.storage': '2Gi' })
    })
    const { err } = await k.run(['--context', 'member1', 'create', 'deployment', 'more', '--image=more'])
    assert.match(err, /exceeded quota: app, requested: count\/deployments.apps=1, used: count\/deployments.apps=1, limited: count\/deployments.apps=1/) // biome-ignore format: one line
  })
})
