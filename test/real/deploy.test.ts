import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { helm, manifestsIn, release, rendered, without as withoutHelm } from '../deploy/helm.ts'
import { file as plainManifests } from '../deploy/manifests.ts'
import { flotilla } from '../flotilla.ts'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { root } from '../root.ts'
import { assets } from './assets.ts'
import { type RealCluster, startCluster } from './cluster.ts'
import { startEtcd } from './etcd.ts'
import { type Pod, startPod } from './pod.ts'
import { freePort } from './port.ts'

const run = promisify(execFile)

const withoutServers = assets ? false : 'KUBEBUILDER_ASSETS is not set: test/assets/build prints what it should be'
const withoutRoot = process.getuid?.() === 0 ? false : 'only root can make what looks like a pod'

const template = (name: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'main', image: 'registry.example.com/main:1' }] },
    },
  },
})

const policy = (kind: string, name: string) => ({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: { name },
  spec: {
    resourceSelectors: [{ apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1', kind, name }],
    placement: { clusterAffinity: { clusterNames: ['one'] } },
  },
})

const guest = {
  apiVersion: 'config.flotilla.dev/v1alpha1',
  kind: 'ResourceInterpreterModule',
  metadata: { name: 'moody' },
  spec: {
    runtime: 'javascript',
    targets: [{ apiVersion: 'v1', kind: 'ConfigMap' }],
    source: { inline: `export const interpretHealth = () => 'Unhealthy'` },
  },
}

const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { a: 'b' } }

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
}

const everywhere = {
  apiVersion: 'networking.karmada.io/v1alpha1',
  kind: 'MultiClusterService',
  metadata: { name: 'web' },
  spec: { types: ['CrossCluster'] },
}

const rebalancer = {
  apiVersion: 'apps.karmada.io/v1alpha1',
  kind: 'WorkloadRebalancer',
  metadata: { name: 'again' },
  spec: {
    ttlSecondsAfterFinished: 1,
    workloads: [{ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'web' }],
  },
}

/** Where the pod of a test listens. */
interface Ports {
  readonly webhooks: number
  readonly health: number
  readonly metrics: number
}

describe('deployed', { skip: withoutServers || withoutHelm || withoutRoot }, () => {
  const open = new AsyncDisposableStack()
  let dir: string
  let host: RealCluster
  let member: RealCluster
  let k: Kubectl
  let inMember: Kubectl
  let ports: Ports
  let values: object
  let chart: readonly Json[]
  let pod: Pod

  const apply = async (...manifests: readonly object[]) => {
    const list = { apiVersion: 'v1', kind: 'List', items: manifests }
    const { code, err } = await k.run(['apply', '-f', '-'], JSON.stringify(list))
    assert.equal(code, 0, err)
    assert.doesNotMatch(err, /Warning/)
  }

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'flotilla-deploy-'))
    open.defer(() => rmSync(dir, { recursive: true, force: true }))
    chmodSync(dir, 0o755)
    const etcd = open.use(await startEtcd(dir))
    const [first, second] = await Promise.all([
      startCluster({ name: 'host', etcd, dir, host: true }),
      startCluster({ name: 'one', etcd, dir }),
    ])
    host = open.use(first)
    member = open.use(second)
    k = kubectl(host.kubeconfig)
    inMember = kubectl(member.kubeconfig)
    ports = { webhooks: await freePort(), health: await freePort(), metrics: await freePort() }
    values = {
      bindHost: '127.0.0.1',
      config: { logLevel: 'debug', successEvents: 'all' },
      webhooks: { port: ports.webhooks, url: `https://127.0.0.1:${ports.webhooks}` },
      health: { port: ports.health },
      metrics: { port: ports.metrics },
    }
    chart = manifestsIn(await rendered(values))
    await run('node', ['deploy/image/lay.js', join(dir, 'image')], {
      cwd: root,
      env: { ...process.env, npm_config_prefer_offline: 'true' },
    })
    await run('chmod', ['-R', 'a-w,a+rX', join(dir, 'image')])
  })
  after(() => open.disposeAsync())

  const sees = (path: string, port = ports.health) => fetch(`http://127.0.0.1:${port}${path}`)

  /** The files that a pod of this service account is given. */
  async function accountFiles(): Promise<string> {
    const folder = join(dir, 'account')
    mkdirSync(folder)
    const token = await k('create', 'token', 'flotilla', '-n', 'karmada-system')
    writeFileSync(join(folder, 'token'), token.trim(), { mode: 0o644 })
    cpSync(join(dir, 'host', 'ca.crt'), join(folder, 'ca.crt'))
    chmodSync(join(folder, 'ca.crt'), 0o644)
    writeFileSync(join(folder, 'namespace'), 'karmada-system')
    return folder
  }

  /** Runs what the Deployment says, in a pod that is given what it asks for. */
  async function start(): Promise<Pod> {
    const config = join(dir, 'config')
    const top = join(dir, 'root')
    for (const folder of [config, top]) mkdirSync(folder)
    writeFileSync(join(config, 'config.yaml'), chart.find(({ kind }) => kind === 'ConfigMap').data['config.yaml'])
    const [container] = chart.find(({ kind }) => kind === 'Deployment').spec.template.spec.containers
    const { hostname, port } = new URL(host.url)
    const env = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port }
    const started = startPod(
      { top, image: join(dir, 'image'), config, account: await accountFiles(), env },
      ...container.args,
    )
    open.defer(async () => {
      started.kill('SIGKILL')
      await started.exited
    })
    await started.line('ready')
    return started
  }

  test('the plain manifests are taken by a real API server, without a warning', async () => {
    const [namespace] = manifestsIn(readFileSync(plainManifests, 'utf8'))
    await apply(namespace)
    await k('label', 'namespace', 'karmada-system', 'pod-security.kubernetes.io/warn=restricted')
    const { code, out, err } = await k.run(['apply', '--dry-run=server', '-f', plainManifests])
    assert.equal(code, 0, err)
    assert.doesNotMatch(err, /Warning/)
    assert.equal(out.trim().split('\n').length, 12)
  })

  test('the chart is installed', async () => {
    await helm(['install', ...release, '--kubeconfig', host.kubeconfig], values)
    const { spec } = await k.json('deployment', 'flotilla', '-n', 'karmada-system')
    assert.equal(spec.replicas, 2)
  })

  test('its pods are admitted where only restricted ones are', async () => {
    const { metadata, spec } = chart.find(({ kind }) => kind === 'Deployment').spec.template
    const { labels } = metadata
    const named = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'flotilla', namespace: 'karmada-system', labels },
      spec,
    }
    const { code, err } = await k.run(['create', '--dry-run=server', '-f', '-'], JSON.stringify(named))
    assert.equal(code, 0, err)
    const rooted = { ...named, spec: { ...spec, securityContext: {} } }
    const { err: refusal } = await k.run(['create', '--dry-run=server', '-f', '-'], JSON.stringify(rooted))
    assert.match(refusal, /violates PodSecurity "restricted/) // so it was asked
  })

  test('it gets ready as its service account, over a file system it cannot write', async () => {
    pod = await start()
    assert.equal((await sees('/readyz')).status, 200)
    assert.equal((await sees('/metrics', ports.metrics)).status, 200)
  })

  test('it goes all the way: a cluster joins, what is applied runs there, and its status comes back', async () => {
    const joined = await flotilla(
      ...['join', 'one', '--kubeconfig', host.kubeconfig, '--cluster-kubeconfig', member.kubeconfig],
    )
    assert.equal(joined.code, 0, joined.err)
    await k('wait', 'cluster/one', '--for=condition=Ready', '--timeout=90s')
    await apply(template('web'), policy('Deployment', 'web'))
    await eventually(async () => assert.equal((await inMember.json('deployment', 'web')).spec.replicas, 2), 60_000)
    await eventually(async () => assert.equal((await k.json('deployment', 'web')).status.replicas, 2), 60_000)
    const events = await k.json('events')
    assert.ok(events.items.some(({ reason }: Json) => reason === 'ApplyPolicySucceed'))
  })

  test('programs of strangers run there, too', async () => {
    await apply(guest)
    await k('wait', 'resourceinterpretermodule/moody', '--for=condition=Ready', '--timeout=60s')
    await apply(settings, policy('ConfigMap', 'settings'))
    await eventually(async () => {
      const { status } = await k.json('resourcebinding', 'settings-configmap')
      assert.equal(status.aggregatedStatus[0].health, 'Unhealthy')
    }, 60_000)
  })

  test('a service of several clusters is provided, and a rebalancer goes when its time is over', async () => {
    await apply(service, everywhere, rebalancer)
    await eventually(async () => assert.ok(await inMember.json('service', 'web')), 60_000)
    await eventually(async () => assert.equal((await k.run(['get', 'workloadrebalancer', 'again'])).code, 1), 60_000)
    await k('delete', 'multiclusterservice', 'web', '--timeout=60s')
  })

  test('and back: what is deleted goes there, and a cluster leaves', async () => {
    await k('delete', 'deployment/web', 'configmap/settings', 'service/web')
    await eventually(async () => assert.equal((await inMember.json('deployments')).items.length, 0), 60_000)
    await k('delete', 'cluster', 'one', '--timeout=90s')
    await eventually(async () => assert.equal((await k.run(['get', 'namespace', 'karmada-es-one'])).code, 1), 60_000)
  })

  test('nothing of that was forbidden', () => {
    assert.match(pod.said(), /lease gained/) // so it is heard
    assert.doesNotMatch(pod.said(), /forbidden/i)
  })

  test('it may not do more than it does', async () => {
    const may = (...args: readonly string[]) =>
      k
        .run(['auth', 'can-i', ...args, '--as=system:serviceaccount:karmada-system:flotilla'])
        .then(({ out }) => out.trim())
    for (const args of [
      ['create', 'deployments'],
      ['delete', 'deployments'],
      ['create', 'pods/exec'],
      ['get', 'pods/exec'],
      ['get', 'nodes/proxy'],
      ['create', 'serviceaccounts/token'],
      ['escalate', 'clusterroles'], // those it makes for agents grant what it has, and no more
      ['bind', 'clusterroles'],
      ['delete', 'clusterroles'],
      ['approve', 'signers.certificates.k8s.io/kubernetes.io/kubelet-serving'],
      ['delete', 'secrets', '-n', 'karmada-system'],
      ['delete', 'clusters.cluster.karmada.io'],
      ['delete', 'leases', '-n', 'kube-system'],
      ['create', 'secrets', '-n', 'default'],
    ])
      assert.equal(await may(...args), 'no', args.join(' '))
    assert.equal(await may('list', 'deployments'), 'yes')
  })

  test('told to end, it is not ready any more, answers what it was asked, gives the lease back, and goes with 0', async () => {
    const body = JSON.stringify({ request: { uid: 'last', operation: 'CREATE', object: template('web') } })
    const asked = request({
      host: '127.0.0.1',
      port: ports.webhooks,
      path: '/validate',
      method: 'POST',
      rejectUnauthorized: false,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    })
    asked.write(body.slice(0, 10))
    await once(asked, 'socket')
    await eventually(async () => assert.ok(asked.socket?.bytesWritten)) // it has been sent
    await fetch(`http://127.0.0.1:${ports.health}/healthz`) // and a whole answer later it has been read
    pod.kill('SIGTERM')
    await eventually(async () => {
      const unready = await sees('/readyz')
      assert.equal(unready.status, 503)
      assert.match(await unready.text(), /it is stopping/)
    })
    const answered = once(asked, 'response')
    asked.end(body.slice(10))
    const [response] = await answered
    assert.equal(response.statusCode, 200)
    response.resume()
    assert.equal(await pod.exited, 0, pod.said())
    const { spec } = await k.json('lease', 'flotilla', '-n', 'karmada-system')
    assert.ok(!spec.holderIdentity, spec.holderIdentity)
  })

  test('it is upgraded, and uninstalled: what users have made stays', async () => {
    const to = [...release, '--kubeconfig', host.kubeconfig]
    await helm(['upgrade', ...to], { ...values, config: { logLevel: 'error' } })
    const { data } = await k.json('configmap', 'flotilla', '-n', 'karmada-system')
    assert.match(data['config.yaml'], /logLevel: error/)
    await helm(['uninstall', 'flotilla', '--namespace', 'karmada-system', '--kubeconfig', host.kubeconfig])
    assert.equal((await k.run(['get', 'deployment', 'flotilla', '-n', 'karmada-system'])).code, 1)
    assert.equal((await k.run(['get', 'clusterrole', 'flotilla'])).code, 1)
    await k('get', 'propagationpolicy', 'web')
  })
})
