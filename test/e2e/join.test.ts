import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { deployment } from '../deployment.ts'
import { flotilla } from '../flotilla.ts'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { through } from '../through.ts'
import { newDataDir, type Up, up } from '../up.ts'

const impatient = `
clusterStatusUpdateFrequency: 500ms
clusterFailureThreshold: 1s
clusterSuccessThreshold: 1s
`

const configFile = (): string => {
  const file = join(newDataDir(), 'flotilla.yaml')
  writeFileSync(file, impatient)
  return file
}

const condition = (object: Json, type: string) => object.status?.conditions?.find((each: Json) => each.type === type)

/** A policy that puts a Deployment, whole, into each of the clusters. */
const everywhere = (name: string, ...clusterNames: readonly string[]) => ({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: { name },
  spec: {
    resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment', name }],
    placement: { clusterAffinity: { clusterNames } },
  },
})

describe('a real cluster', () => {
  let control: Up
  let far: Up
  let k: Kubectl
  let inParis: Kubectl

  before(async () => {
    ;[control, far] = await Promise.all([up({ members: 1, args: ['--config', configFile()] }), up({ members: 1 })])
    k = kubectl(control.kubeconfig)
    const paris = kubectl(far.kubeconfig)
    await paris('config', 'use-context', 'member1')
    inParis = paris
  })
  after(() => Promise.all([control.stop(), far.stop()]))

  const joinParis = (...args: readonly string[]) =>
    flotilla('join', 'paris', '--kubeconfig', control.kubeconfig, '--cluster-kubeconfig', far.kubeconfig, ...args)

  const apply = async (...manifests: readonly object[]) => {
    for (const manifest of manifests) {
      const { code, err } = await k.run(['apply', '-f', '-'], JSON.stringify(manifest))
      assert.equal(code, 0, err)
    }
  }

  const readiness = async (cluster: string, status: string) =>
    eventually(async () => {
      const ready = condition(await k.json('cluster', cluster), 'Ready')
      assert.equal(ready?.status, status)
      return ready
    })

  test('joins', async () => {
    const { code, out, err } = await joinParis('--cluster-context', 'member1', '--cluster-region', 'eu-west-3')
    assert.deepEqual([code, err], [0, ''])
    assert.match(
      out,
      /^✓ cluster reached https:.*\/members\/member1 .*\n✓ control plane asked https:.*\n✓ access made for service account karmada-cluster\/karmada-paris in it .*\n✓ cluster paris joined \(new\)/,
    )
  })

  test('becomes ready, with what it has', async () => {
    await readiness('paris', 'True')
    const { spec, status } = await eventually(async () => {
      const cluster = await k.json('cluster', 'paris')
      assert.ok(cluster.status.nodeSummary)
      return cluster
    })
    assert.equal(spec.region, 'eu-west-3')
    assert.match(status.kubernetesVersion, /^v1\.\d+\.\d+/)
    assert.deepEqual(status.nodeSummary, { totalNum: 3, readyNum: 3 })
    assert.ok(Number(status.resourceSummary.allocatable.cpu) > 0)
    const apps = status.apiEnablements.find((each: Json) => each.groupVersion === 'apps/v1')
    assert.ok(apps.resources.some((each: Json) => each.kind === 'Deployment'))
  })

  test('is where users of the control plane can go, as who they are', async () => {
    const inside = through(control.kubeconfig, 'paris')
    assert.match(await inside('auth', 'whoami'), /^Username +flotilla-admin$/m)
    const { uid } = (await inside.json('namespace', 'kube-system')).metadata
    assert.equal((await k.json('cluster', 'paris')).spec.id, uid)
  })

  test('gets what is propagated to it, and tells what became of it', async () => {
    await apply(deployment('web', 2), everywhere('web', 'paris', 'member1'))
    await eventually(async () => {
      assert.equal((await inParis.json('deployment', 'web')).status?.readyReplicas, 2)
      assert.equal((await k.json('deployment', 'web')).status?.readyReplicas, 4)
    })
  })

  test('joins again without a change', async () => {
    const { code, out } = await joinParis()
    assert.equal(code, 0)
    assert.match(out, /cluster paris joined \(as it was\)/)
  })

  const refused: Readonly<Record<string, readonly [args: () => readonly string[], code: number, says: RegExp]>> = {
    'with another name': [() => ['london'], 1, /cluster london .* joined already, as paris/],
    'with a name that is none': [
      () => ['Paris_2', '--cluster-context', 'flotilla'],
      1,
      /control plane at https:.*: Invalid: .*metadata\.name/,
    ],
    'when it is the control plane': [
      () => ['self', '--cluster-kubeconfig', control.kubeconfig],
      1,
      /control plane itself/,
    ],
    'without its kubeconfig': [
      () => ['oslo', '--cluster-kubeconfig', '/nowhere/kubeconfig'],
      1,
      /\/nowhere\/kubeconfig/,
    ],
    'with a context that is not there': [() => ['oslo', '--cluster-context', 'atlantis'], 1, /there is no atlantis/],
    'with a flag that is none': [() => ['oslo', '--cluster-continent', 'eu'], 2, /--cluster-continent/],
  }
  describe('is refused', { concurrency: 3 }, () => {
    for (const [name, [args, code, says]] of Object.entries(refused)) {
      test(name, async () => {
        const usual = ['--kubeconfig', control.kubeconfig, '--cluster-kubeconfig', far.kubeconfig]
        const answer = await flotilla('join', ...usual, ...args())
        assert.equal(answer.code, code)
        assert.match(answer.err, says)
      })
    }
  })

  test('that is lost turns not ready, and holds up nobody else', async () => {
    await apply(deployment('brief', 1), everywhere('brief', 'paris', 'member1'))
    await eventually(() => inParis.json('deployment', 'brief'))
    await far.kill()
    const ready = await readiness('paris', 'False')
    assert.equal(ready.reason, 'ClusterNotReachable')

    await apply(deployment('late', 1), everywhere('late', 'paris', 'member1'))
    await k('scale', 'deployment', 'web', '--replicas=3')
    await k('delete', 'deployment', 'brief', '--wait=false')
    await eventually(async () => {
      const here = await k.json('--context', 'member1', 'deployments')
      assert.deepEqual(
        here.items.map((each: Json) => [each.metadata.name, each.status?.readyReplicas]),
        [
          ['late', 1],
          ['web', 3],
        ],
      )
    })
  })

  test('that comes back gets all that was pending', async () => {
    const [, port = ''] = /server: https:\/\/127\.0\.0\.1:(\d+)/.exec(await inParis('config', 'view')) ?? []
    far = await up({ dataDir: far.dataDir, args: ['--port', port] })
    await inParis('config', 'use-context', 'member1')
    await readiness('paris', 'True')
    await eventually(async () => {
      const there = await inParis.json('deployments')
      assert.deepEqual(
        there.items.map((each: Json) => [each.metadata.name, each.status?.readyReplicas]),
        [
          ['late', 1],
          ['web', 3],
        ],
      )
      assert.equal((await k.json('deployment', 'web')).status.readyReplicas, 6)
      assert.equal(await k('get', 'deployment', 'brief', '--ignore-not-found'), '')
    })
  })

  test('that is deleted leaves nothing behind', async () => {
    await k('delete', 'cluster', 'paris', '--timeout=20s')
    assert.equal(await k('get', 'namespace', 'karmada-es-paris', '--ignore-not-found'), '')
    assert.equal(await inParis('get', 'deployments,pods', '-o', 'name'), '')
    await eventually(async () => {
      assert.equal(await k('get', 'secret', 'paris', '-n', 'karmada-cluster', '--ignore-not-found'), '')
      const { spec } = await k.json('rb', 'web-deployment')
      assert.deepEqual(spec.clusters, [{ name: 'member1', replicas: 3 }])
    })
  })
})
