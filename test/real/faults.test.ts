import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { httpTransport } from '@flotilla/kube'
import type { Kind, Manifest } from '@flotilla/sdk'
import { deployment } from '../deployment.ts'
import { flotilla } from '../flotilla.ts'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { Gate } from '../soak/gate.ts'
import { assets } from './assets.ts'
import { type RealCluster, startCluster } from './cluster.ts'
import { type Etcd, startEtcd } from './etcd.ts'
import { type Serve, serve } from './serve.ts'

const without = assets ? false : 'KUBEBUILDER_ASSETS is not set: test/assets/build prints what it should be'

const deployments: Kind = { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments', scope: 'Namespaced' }

const everything = (name: string) => ({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: { name },
  spec: {
    resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment' }],
    placement: { clusterAffinity: { clusterNames: ['one'] } },
    failover: { cluster: { purgeMode: 'Gracefully' } },
  },
})

/** How long servers stay away. */
const awayMs = 3_000

describe('a control plane whose servers fail', { skip: without }, () => {
  const open = new AsyncDisposableStack()
  const dir = mkdtempSync(join(tmpdir(), 'flotilla-faults-'))
  let etcd: Etcd
  let memberEtcd: Etcd
  let host: RealCluster
  let member: RealCluster
  let served: Serve
  let k: Kubectl
  let inMember: Kubectl

  const start = () => serve(host.kubeconfig, '--no-leader-elect', '--config', join(dir, 'config.yaml'))

  before(async () => {
    open.defer(() => rmSync(dir, { recursive: true, force: true }))
    const config = { clusterFailureThreshold: '3s', clusterSuccessThreshold: '1s', clusterStatusUpdateFrequency: '1s', cacheCheckPeriod: '60s' } // biome-ignore format: one object
    writeFileSync(join(dir, 'config.yaml'), JSON.stringify({ apiVersion: 'config.flotilla.dev/v1alpha1', kind: 'Configuration', ...config })) // biome-ignore format: one object
    etcd = open.use(await startEtcd(join(dir, 'a')))
    memberEtcd = open.use(await startEtcd(join(dir, 'b')))
    const [first, second] = await Promise.all([
      startCluster({ name: 'host', etcd, dir, host: true }),
      startCluster({ name: 'one', etcd: memberEtcd, dir }),
    ])
    host = open.use(first)
    member = open.use(second)
    served = await start()
    open.defer(async () => void (await served.stop()))
    k = kubectl(host.kubeconfig)
    inMember = kubectl(member.kubeconfig)
    const { code, err } = await flotilla(
      ...['join', 'one', '--kubeconfig', host.kubeconfig, '--cluster-kubeconfig', member.kubeconfig],
    )
    assert.equal(code, 0, err)
    await k('wait', 'cluster/one', '--for=condition=Ready', '--timeout=60s')
    await apply(everything('all'), deployment('web', 1))
    await eventually(() => inMember('get', 'deployment', 'web'), 60_000)
  })
  after(() => open.disposeAsync())

  const apply = async (...manifests: readonly object[]) => {
    const { code, err } = await k.run(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests })) // biome-ignore format: one line
    assert.equal(code, 0, err)
  }

  /** Requests that the control plane made, or tried to, at a server. */
  const requests = async ({ url }: RealCluster): Promise<number> => {
    const metrics = await (await fetch(`${served.health}/metrics`)).text()
    const lines = metrics.matchAll(/^rest_client_requests_total\{.*host="([^"]*)".*\} (\d+)$/gm)
    return [...lines].reduce((sum, [, at, count]) => sum + (at === new URL(url).host ? Number(count) : 0), 0)
  }

  /** Nobody asks all the time for what is not there. */
  const asksCalmly = async (cluster: RealCluster, perSecond: number) => {
    const [before, begun] = [await requests(cluster), performance.now()]
    await sleep(awayMs)
    const rate = (await requests(cluster)) - before
    assert.ok(rate / ((performance.now() - begun) / 1_000) < perSecond, `${rate} requests in ${awayMs} ms`)
  }

  const names = async (of: Kubectl): Promise<readonly string[]> =>
    (await of.json('deployments')).items.map(({ metadata }: Json) => metadata.name).sort()

  const replicas = async (name: string) => (await inMember.json('deployment', name)).spec.replicas

  const runs = () => assert.doesNotThrow(() => process.kill(served.pid, 0))

  const condition = async (type: string): Promise<Json> =>
    (await k.json('cluster', 'one')).status.conditions.find((each: Json) => each.type === type)

  test('loses nothing that was acknowledged while etcd and the API server were killed', async () => {
    const acknowledged: string[] = []
    const writing = new AbortController()
    const users = (async () => {
      for (let index = 0; !writing.signal.aborted; index++) {
        const { metadata, ...rest } = deployment(`w${index}`, 1)
        const template = { ...rest, metadata: { ...metadata, namespace: 'default' } } as Manifest
        await host.client.create(deployments, template, { signal: AbortSignal.timeout(5_000) }).then(
          () => acknowledged.push(metadata.name),
          () => sleep(200),
        )
        await sleep(50)
      }
    })()
    open.defer(() => writing.abort())
    await eventually(async () => assert.ok(acknowledged.length > 5))
    await etcd.process.kill()
    await asksCalmly(host, 120)
    await etcd.restart()
    const so = acknowledged.length
    await eventually(async () => assert.ok(acknowledged.length > so + 5), 60_000)
    await host.server.kill()
    await asksCalmly(host, 120)
    await host.restart()
    const far = acknowledged.length
    await eventually(async () => assert.ok(acknowledged.length > far + 5), 60_000)
    writing.abort()
    await users
    const there = await names(k)
    for (const name of acknowledged) assert.ok(there.includes(name), `${name} is lost`)
    await eventually(async () => assert.deepEqual(await names(inMember), await names(k)), 90_000)
    runs()
  })

  test('says what a member is that goes away, and brings it up to date when it returns', async () => {
    const { metadata } = await inMember.json('deployment', 'web')
    const { apiEnablements, kubernetesVersion } = (await k.json('cluster', 'one')).status
    await member.server.kill()
    await eventually(async () => {
      const { status, reason, message } = await condition('Ready')
      assert.deepEqual([status, reason, message], ['False', 'ClusterNotReachable', 'cluster is not reachable'])
    }, 60_000)
    await eventually(async () => {
      const [{ key, effect }] = (await k.json('cluster', 'one')).spec.taints
      assert.deepEqual([key, effect], ['cluster.karmada.io/not-ready', 'NoSchedule'])
    })
    const { status } = await k.json('cluster', 'one')
    assert.deepEqual([status.apiEnablements, status.kubernetesVersion], [apiEnablements, kubernetesVersion])
    await k('scale', 'deployment', 'web', '--replicas=3')
    await k('delete', 'deployment', 'w0', '--wait=false')
    await asksCalmly(member, 40)

    await member.restart()
    await inMember('scale', 'deployment', 'w1', '--replicas=7')
    await k('wait', 'cluster/one', '--for=condition=Ready', '--timeout=60s')
    await eventually(async () => {
      assert.deepEqual([await replicas('web'), await replicas('w1')], [3, 1])
      assert.deepEqual(await names(inMember), await names(k))
    }, 90_000)
    await eventually(async () => assert.deepEqual((await k.json('cluster', 'one')).spec.taints ?? [], []))
    assert.equal((await inMember.json('deployment', 'web')).metadata.uid, metadata.uid, 'it was never deleted')
    assert.equal((await condition('CompleteAPIEnablements')).reason, 'Complete')
    runs()
  })

  test('says which APIs of a member have nobody behind them', async () => {
    const service = { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name: 'v1.nobody.example.com' }, spec: { group: 'nobody.example.com', version: 'v1', groupPriorityMinimum: 100, versionPriority: 100, insecureSkipTLSVerify: true, service: { namespace: 'default', name: 'nobody' } } } // biome-ignore format: one object
    assert.equal((await inMember.run(['apply', '-f', '-'], JSON.stringify(service))).code, 0)
    await eventually(async () => {
      const { status, reason, message } = await condition('CompleteAPIEnablements')
      assert.deepEqual([status, reason], ['False', 'Partial'])
      assert.match(message, /nobody\.example\.com\/v1/)
    }, 60_000)
    await inMember('delete', 'apiservice', 'v1.nobody.example.com')
    await eventually(async () => assert.equal((await condition('CompleteAPIEnablements')).reason, 'Complete'), 60_000)
  })

  test('gives a member the time it asks for', async () => {
    const upstream = httpTransport(member.identity)
    open.defer(() => upstream.close())
    const gate = await Gate.open({ upstream, random: () => 0, retryAfter: 2 })
    open.defer(() => gate.close())
    const at = (endpoint: string) => k('patch', 'cluster', 'one', '--type=merge', '-p', JSON.stringify({ spec: { apiEndpoint: endpoint } })) // biome-ignore format: one line
    await at(`http://127.0.0.1:${gate.port}`)
    await k('scale', 'deployment', 'web', '--replicas=4')
    await eventually(async () => assert.equal(await replicas('web'), 4), 60_000)
    gate.turn('throttles')
    await k('scale', 'deployment', 'web', '--replicas=5')
    const before = gate.requests
    await sleep(awayMs)
    assert.ok(gate.requests - before < 40, `${gate.requests - before} requests`)
    gate.turn('none')
    await eventually(async () => assert.equal(await replicas('web'), 5), 60_000)
    await at(member.url)
    await k('wait', 'cluster/one', '--for=condition=Ready', '--timeout=60s')
  })

  test('is missed by who writes what it has to review, and by nobody else', async () => {
    assert.equal(await served.stop(), 0)
    const { code, err } = await k.run(['apply', '-f', '-'], JSON.stringify(everything('unseen')))
    assert.equal(code, 1)
    assert.match(err, /failed calling webhook "admit\.flotilla\.dev"/)
    await apply(deployment('meanwhile', 2))
    await k('delete', 'deployment', 'w1', '--wait=false')
    served = await start()
    await eventually(async () => assert.deepEqual(await names(inMember), await names(k)), 60_000)
    assert.ok((await names(inMember)).includes('meanwhile'))
  })

  test('hears of what happens after its server was restored from a backup', async () => {
    await etcd.process.kill('SIGTERM')
    cpSync(etcd.data, `${etcd.data}.backup`, { recursive: true })
    await etcd.restart()
    for (let index = 0; index < 3; index++) await eventually(() => apply(deployment(`after${index}`, 1)), 60_000)
    await eventually(() => inMember('get', 'deployment', 'after2'), 60_000)

    await host.server.kill()
    await etcd.process.kill()
    rmSync(etcd.data, { recursive: true })
    renameSync(`${etcd.data}.backup`, etcd.data)
    await etcd.restart()
    await host.restart()
    assert.ok(!(await names(k)).includes('after2'))
    await eventually(() => k('scale', 'deployment', 'web', '--replicas=6'), 60_000)
    await eventually(async () => assert.equal(await replicas('web'), 6), 60_000)
    await apply(deployment('again', 1))
    await eventually(() => inMember('get', 'deployment', 'again'), 60_000)
    await inMember('get', 'deployment', 'after2') // what nobody deleted is not taken from a member
    runs()
  })
})
