import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { stringify } from 'yaml'
import { flotilla } from '../flotilla.ts'
import { eventually, type Kubectl, kubectl } from '../kubectl.ts'
import { accountOf, through } from '../through.ts'
import { assets } from './assets.ts'
import { type RealCluster, startCluster } from './cluster.ts'
import { startEtcd } from './etcd.ts'
import { type FarMember, startFarMember } from './far-member.ts'
import { type Serve, serve } from './serve.ts'

const without = assets ? false : 'KUBEBUILDER_ASSETS is not set: test/assets/build prints what it should be'

describe('clusters served behind a real kube-apiserver', { skip: without }, () => {
  const open = new AsyncDisposableStack()
  const dir = mkdtempSync(join(tmpdir(), 'flotilla-cluster-api-'))
  let host: RealCluster
  let member: RealCluster
  let far: FarMember
  let served: Serve | undefined
  let k: Kubectl
  let runner: string

  const apply = (to: Kubectl, ...manifests: readonly object[]) =>
    to.run(['apply', '--server-side', '-f', '-'], manifests.map((each) => stringify(each)).join('---\n'))

  const cluster = (name: string, spec: object = {}) => ({
    apiVersion: 'cluster.karmada.io/v1alpha1',
    kind: 'Cluster',
    metadata: { name },
    spec: { syncMode: 'Pull', ...spec },
  })

  const start = async (): Promise<void> => {
    served = await serve(runner, '--cluster-api', 'aggregated')
  }

  before(async () => {
    const etcd = open.use(await startEtcd(dir))
    host = open.use(await startCluster({ name: 'host', etcd, dir, host: true }))
    member = open.use(await startCluster({ name: 'one', etcd, dir }))
    far = open.use(await startFarMember())
    k = kubectl(host.kubeconfig)
    runner = await accountOf(host.kubeconfig, 'runner')
    const { out } = await flotilla('serve', '--print-cluster-roles', '--cluster-api', 'aggregated')
    assert.equal((await k.run(['apply', '-f', '-'], out)).code, 0)
    await k('create', 'clusterrolebinding', 'runner', '--clusterrole=flotilla', '--serviceaccount=default:runner')
    open.defer(async () => void (await served?.stop()))
    await start()
    const control = ['--kubeconfig', host.kubeconfig]
    const { code, err } = await flotilla('join', 'one', ...control, '--cluster-kubeconfig', member.kubeconfig)
    assert.equal(code, 0, err)
    await k('wait', 'cluster/one', '--for=condition=Ready', '--timeout=60s')
  })
  after(() => open.disposeAsync())

  test('are what kubectl knows as clusters, and no definition', async () => {
    assert.equal(await k('get', 'crd', 'clusters.cluster.karmada.io', '--ignore-not-found'), '')
    const resources = await k('api-resources', '--api-group=cluster.karmada.io', '--no-headers')
    assert.match(resources, /^clusters +cluster.karmada.io\/v1alpha1 +false +Cluster$/m)
    const listed = JSON.parse(await k('get', '--raw', '/apis/cluster.karmada.io/v1alpha1')) as {
      resources: readonly { name: string }[]
    }
    const names = listed.resources.map(({ name }) => name)
    assert.deepEqual(names, ['clusters', 'clusters/status', 'clusters/proxy'])
    assert.match(await k('get', 'clusters', '-o', 'wide'), /^one +v1\.\d+\.\d+ +Push +True +\d+s .* https:\/\/127/m)
    assert.match(await k('explain', 'cluster.spec.taints.effect'), /ENUM:\s+NoSchedule\s+NoExecute/)
  })

  test('are completed, checked and written as everything else', async () => {
    const { code, out, err } = await apply(
      k,
      cluster('two', { zone: 'z', taints: [{ key: 'a', effect: 'NoExecute' }] }),
    )
    assert.equal(code, 0, err)
    assert.equal(out.trim(), 'cluster.cluster.karmada.io/two serverside-applied')
    const { spec, metadata, kind } = await k.json('cluster', 'two', '--show-managed-fields')
    assert.deepEqual([kind, spec.zones, spec.zone, spec.resourceModels.length], ['Cluster', ['z'], undefined, 9])
    assert.ok(spec.taints[0].timeAdded)
    const versions = new Set(metadata.managedFields.map((each: { apiVersion: string }) => each.apiVersion))
    assert.deepEqual([...versions], ['cluster.karmada.io/v1alpha1'])

    const refused: Readonly<Record<string, readonly [object, RegExp]>> = {
      'a name that cannot be': [cluster('no.good'), /Cluster.* "no.good" is invalid: metadata.name/],
      'a proxy that is none': [cluster('three', { proxyURL: 'ftp://x' }), /spec.proxyURL/],
      'a mode that is none': [cluster('three', { syncMode: 'Both' }), /The Cluster "three" is invalid: spec.syncMode/],
      'a field nobody knows': [cluster('three', { colour: 'red' }), /spec.colour: field not declared in schema/],
    }
    for (const [name, [manifest, says]] of Object.entries(refused)) {
      const { code, err } = await apply(k, manifest)
      assert.equal(code, 1, name)
      assert.match(err, says)
      assert.doesNotMatch(err, /stored/i)
    }
    await k('label', 'cluster', 'two', 'tier=far')
    assert.equal(await k('get', 'clusters', '-l', 'tier=far', '-o', 'name'), 'cluster.cluster.karmada.io/two\n')
    const stale = { ...(await k.json('cluster', 'two')), metadata: { ...metadata, managedFields: undefined } }
    const { err: conflict } = await k.run(['replace', '-f', '-'], JSON.stringify(stale))
    assert.match(conflict, /\(Conflict\).*clusters.cluster.karmada.io "two": the object has been modified/)
  })

  test('are checked for whoever names himself as the control plane, too', async () => {
    const { code, err } = await k.run(
      ['create', '--field-manager=flotilla-control-plane', '-f', '-'],
      stringify(cluster('three', { proxyURL: 'ftp://x' })),
    )
    assert.deepEqual([code, /spec.proxyURL/.test(err)], [1, true], err)
  })

  test('are watched', async () => {
    const watching = spawn('kubectl', ['get', 'clusters', '-w', '--no-headers'], {
      env: { ...process.env, KUBECONFIG: host.kubeconfig },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    open.defer(() => void watching.kill())
    const lines: string[] = []
    createInterface({ input: watching.stdout }).on('line', (line) => lines.push(line))
    await eventually(async () => assert.ok(lines.length >= 2))
    await apply(k, cluster('seen'))
    await eventually(async () => assert.match(lines.join('\n'), /^seen +Pull/m))
    watching.kill()
  })

  test('are for who may see them: of one alone by its name, as an agent does', async () => {
    const kubeconfig = await accountOf(host.kubeconfig, 'agent')
    const rights = ['--verb=get,list,watch', '--resource=clusters.cluster.karmada.io', '--resource-name=one']
    await k('create', 'clusterrole', 'see-one', ...rights)
    await k('create', 'clusterrolebinding', 'see-one', '--clusterrole=see-one', '--serviceaccount=default:agent')
    const agent = kubectl(kubeconfig)
    await eventually(() => agent('wait', 'cluster/one', '--for=condition=Ready', '--timeout=10s'))
    assert.match(await agent('get', 'clusters', '--field-selector=metadata.name=one'), /^one +v1/m)
    const { err } = await agent.run(['get', 'clusters'])
    assert.match(err, /\(Forbidden\).* User "system:serviceaccount:default:agent" cannot list resource "clusters"/)
  })

  test('take along what is theirs when they go', async () => {
    const { metadata } = await k.json('cluster', 'two')
    const owner = { apiVersion: 'cluster.karmada.io/v1alpha1', kind: 'Cluster', name: 'two', uid: metadata.uid }
    const made = await apply(k, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'default', name: 'of-two', ownerReferences: [owner] },
    })
    assert.equal(made.code, 0, made.err)
    await k('delete', 'cluster', 'two', 'seen')
    await eventually(async () => assert.equal(await k('get', 'configmap', 'of-two', '--ignore-not-found'), ''), 60_000)
    assert.match((await k.run(['get', 'cluster', 'two'])).err, /clusters.cluster.karmada.io "two" not found/)
  })

  describe('have a proxy', () => {
    test('that leads through to the member, as who one is', async () => {
      const path = '/apis/cluster.karmada.io/v1alpha1/clusters/one/proxy/api/v1/namespaces/default/pods?limit=1'
      assert.equal(JSON.parse(await k('get', '--raw', path)).kind, 'PodList')
      const inOne = through(host.kubeconfig, 'one')
      assert.match(await inOne('auth', 'whoami'), /^Username +admin$/m)
      assert.match(await inOne('get', 'namespaces'), /^karmada-cluster +Active/m)
      await inOne('create', 'configmap', 'through', '--from-literal=a=b')
      assert.equal((await kubectl(member.kubeconfig).json('configmap', 'through')).data.a, 'b')
      await inOne('wait', 'configmap/through', '--for=jsonpath={.data.a}=b', '--timeout=20s')
      await inOne('delete', 'configmap', 'through')
    })

    test('for who may use it, and then the member decides', async () => {
      const kubeconfig = await accountOf(host.kubeconfig, 'alice')
      const at = '/apis/cluster.karmada.io/v1alpha1/clusters/one/proxy/api/v1/namespaces/default/pods'
      const pods = () => kubectl(kubeconfig).run(['get', '--raw', at])
      const user = '"system:serviceaccount:default:alice"'
      assert.match(
        (await pods()).err,
        new RegExp(
          `\\(Forbidden\\).* User ${user} cannot get resource "clusters/proxy" in API group "cluster.karmada.io"`,
        ),
      )
      const rights = ['--verb=*', '--resource=clusters.cluster.karmada.io/proxy', '--resource-name=one']
      await k('create', 'clusterrole', 'into-one', ...rights)
      await k('create', 'clusterrolebinding', 'into-one', '--clusterrole=into-one', '--serviceaccount=default:alice')
      const refusedThere = new RegExp(`pods is forbidden: User ${user} cannot list resource "pods" in API group ""`)
      await eventually(async () => assert.match((await pods()).err, refusedThere), 60_000)
      const inMember = kubectl(member.kubeconfig)
      await inMember('create', 'clusterrolebinding', 'a', '--clusterrole=view', '--serviceaccount=default:alice')
      await eventually(async () => assert.equal((await pods()).code, 0))
      const { err } = await through(kubeconfig, 'one').run(['create', 'configmap', 'no'])
      assert.match(err, new RegExp(`User ${user} cannot create resource "configmaps"`))
    })

    test('through which connections become something else: exec, and logs as they come', async () => {
      const token = Buffer.from('speaks').toString('base64')
      const metadata = { namespace: 'karmada-cluster', name: 'far-impersonator' }
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata, data: { token } }
      const made = await apply(k, secret, cluster('far', { apiEndpoint: far.url, impersonatorSecretRef: metadata }))
      assert.equal(made.code, 0, made.err)
      const inFar = through(host.kubeconfig, 'far')
      assert.equal(await inFar('exec', 'web', '--', 'echo', 'hello'), 'did echo hello\n')
      assert.equal(await inFar('logs', 'web', '-f'), 'one\ntwo\n')
      const at = '/api/v1/namespaces/default/pods/web'
      assert.deepEqual([...new Set(far.asked)].toSorted(), [`admin: ${at}`, `admin: ${at}/exec`, `admin: ${at}/log`])
    })

    test('that says why it leads nowhere', async () => {
      const at = (name: string) => `/apis/cluster.karmada.io/v1alpha1/clusters/${name}/proxy/api`
      const says = async (name: string) => (await k.run(['get', '--raw', at(name)])).err
      await apply(k, cluster('bare'), cluster('gone', { apiEndpoint: 'http://127.0.0.1:1', impersonatorSecretRef: { namespace: 'karmada-cluster', name: 'far-impersonator' } })) // biome-ignore format: two clusters
      assert.match(await says('nobody'), /\(NotFound\).*"nobody" not found/)
      assert.match(await says('bare'), /spec.impersonatorSecretRef/)
      assert.match(await says('gone'), /cluster gone does not answer at http:\/\/127.0.0.1:1: nothing listens there/)
      await k('delete', 'cluster', 'bare', 'gone', 'far')
    })
  })

  test('are there again after a restart, and not without the control plane', async () => {
    assert.equal(await served?.stop(), 0)
    await eventually(async () => assert.notEqual((await k.run(['get', 'clusters'])).code, 0), 60_000)
    await start()
    assert.match(await k('get', 'clusters'), /^one +v1/m)
    await k('wait', 'cluster/one', '--for=condition=Ready', '--timeout=60s')
  })

  test('leave, with what is known of them', async () => {
    const { code, err } = await flotilla('unjoin', 'one', '--kubeconfig', host.kubeconfig)
    assert.equal(code, 0, err)
    const secrets = await k('get', 'secrets', '-n', 'karmada-cluster', '-o', 'name')
    assert.doesNotMatch(secrets, /\/one/)
  })

  test('are not served in two ways', async () => {
    await served?.stop()
    const fails = (kubeconfig: string, api: string) =>
      flotilla(
        ...['serve', '--kubeconfig', kubeconfig, '--cluster-api', api],
        ...['--health-probe-bind-address', '0', '--metrics-bind-address', '0'],
      )
    const crd = await fails(runner, 'crd')
    assert.match(crd.err, /CLUSTER_API_NOT_SERVED: .* APIService v1alpha1.cluster.karmada.io leads elsewhere/)
    served = await serve(member.kubeconfig)
    await served.stop()
    const aggregated = await fails(member.kubeconfig, 'aggregated')
    assert.match(aggregated.err, /CLUSTER_API_NOT_SERVED: .* CustomResourceDefinition clusters.cluster.karmada.io/)
    served = undefined
  })
})
