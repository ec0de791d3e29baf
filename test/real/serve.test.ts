import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { deployment } from '../deployment.ts'
import { flotilla } from '../flotilla.ts'
import { eventually, type Kubectl, kubectl } from '../kubectl.ts'
import { assets } from './assets.ts'
import { type RealCluster, startCluster } from './cluster.ts'
import { startEtcd } from './etcd.ts'
import { type Serve, serve } from './serve.ts'

const everywhere = (name: string, clusterNames: readonly string[]) => ({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: { name },
  spec: {
    resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment', name }],
    placement: { clusterAffinity: { clusterNames } },
  },
})

const without = assets ? false : 'KUBEBUILDER_ASSETS is not set: test/assets/build prints what it should be'

describe('over a real kube-apiserver', { skip: without }, () => {
  const open = new AsyncDisposableStack()
  let host: RealCluster
  let member: RealCluster
  let served: Serve
  let k: Kubectl
  let inMember: Kubectl

  before(async () => {
    const dir = mkdtempSync(join(tmpdir(), 'flotilla-real-'))
    const etcd = open.use(await startEtcd(dir))
    const [first, second] = await Promise.all([
      startCluster({ name: 'host', etcd, dir, host: true }),
      startCluster({ name: 'one', etcd, dir }),
    ])
    host = open.use(first)
    member = open.use(second)
    served = await serve(host.kubeconfig)
    open.defer(async () => void (await served.stop()))
    k = kubectl(host.kubeconfig)
    inMember = kubectl(member.kubeconfig)
  })
  after(() => open.disposeAsync())

  const apply = async (...manifests: readonly object[]) => {
    for (const manifest of manifests) {
      const { code, err } = await k.run(['apply', '-f', '-'], JSON.stringify(manifest))
      assert.equal(code, 0, err)
    }
  }

  test('its health can be asked', async () => {
    for (const path of ['/healthz', '/readyz', '/metrics'])
      assert.equal((await fetch(`${served.health}${path}`)).status, 200, path)
  })

  test('a cluster joins with a token of its own, and becomes ready', async () => {
    const { code, out, err } = await flotilla(
      ...['join', 'one', '--kubeconfig', host.kubeconfig, '--cluster-kubeconfig', member.kubeconfig],
    )
    assert.equal(code, 0, err)
    assert.match(out, /access made for service account karmada-cluster\/karmada-one in it/)
    await k('wait', 'cluster/one', '--for=condition=Ready', '--timeout=60s')
    assert.match((await k.json('cluster', 'one')).status.kubernetesVersion, /^v1\.\d+\.\d+$/)
  })

  test('what is applied comes to the member', async () => {
    await apply(deployment('web', 2), everywhere('web', ['one']))
    await eventually(async () => assert.equal((await inMember.json('deployment', 'web')).spec.replicas, 2))
    await eventually(async () => {
      const { status } = await k.json('resourcebinding', 'web-deployment')
      assert.equal(status.aggregatedStatus[0].applied, true)
    })
  })

  test('what cannot be is refused, with the field', async () => {
    const { code, err } = await k.run(
      ['apply', '-f', '-'],
      JSON.stringify({
        ...everywhere('wrong', ['one']),
        spec: {
          ...everywhere('wrong', ['one']).spec,
          placement: { clusterAffinity: {}, clusterAffinities: [{ affinityName: 'a' }] },
        },
      }),
    )
    assert.equal(code, 1)
    assert.match(err, /^The PropagationPolicy "wrong" is invalid: spec\.placement\.clusterAffinities: /)
  })

  test('an old client reads bindings in their first version', async () => {
    const { spec } = await k.json('resourcebindings.v1alpha1.work.karmada.io', 'web-deployment')
    assert.deepEqual(spec.clusters, [{ name: 'one', replicas: 2 }])
  })

  test('what is protected is not deleted', async () => {
    await k('label', 'deployment', 'web', 'resourcetemplate.karmada.io/deletion-protected=Always')
    const { code, err } = await k.run(['delete', 'deployment', 'web'])
    assert.equal(code, 1)
    assert.match(err, /admission webhook "protection\.flotilla\.dev" denied the request/)
    await k('label', 'deployment', 'web', 'resourcetemplate.karmada.io/deletion-protected-')
  })

  test('it goes on where it was when it and its API server start anew', async () => {
    const { hostname, port } = new URL(served.health)
    const asker = connect(Number(port), hostname)
    await once(asker, 'connect')
    asker.write('GET /healthz HTTP/1.1\r\n') // who never says the rest holds up no end
    assert.equal(await served.stop(), 0)
    asker.destroy()
    await host.restart()
    await inMember('delete', 'deployment', 'web')
    served = await serve(host.kubeconfig)
    await eventually(async () => assert.equal((await inMember.json('deployment', 'web')).spec.replicas, 2))
  })

  test('the kill of an API server while it runs is gone through', async () => {
    await host.restart()
    await apply(deployment('late', 1), everywhere('late', ['one']))
    await eventually(async () => assert.equal((await inMember.json('deployment', 'late')).spec.replicas, 1), 60_000)
  })

  test('what is deleted goes from the member', async () => {
    await k('delete', 'deployment', 'web', 'late')
    await eventually(async () => assert.equal((await inMember.json('deployments')).items.length, 0))
  })
})
