import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parse, stringify } from 'yaml'
import { deployment } from '../deployment.ts'
import { flotilla } from '../flotilla.ts'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { assets } from './assets.ts'
import { type RealCluster, startCluster } from './cluster.ts'
import { startEtcd } from './etcd.ts'
import { type Daemon, type Serve, serve, startAgent } from './serve.ts'

const everywhere = {
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: { name: 'web' },
  spec: {
    resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }],
    placement: { clusterAffinity: {} },
  },
}

const without = assets ? false : 'KUBEBUILDER_ASSETS is not set: test/assets/build prints what it should be'

describe('a cluster in pull mode, over real kube-apiservers', { skip: without }, () => {
  const open = new AsyncDisposableStack()
  const dir = mkdtempSync(join(tmpdir(), 'flotilla-pull-'))
  let host: RealCluster
  let member: RealCluster
  let served: Serve
  let agent: Daemon | undefined
  let k: Kubectl
  let inMember: Kubectl
  let token = ''
  let pin = ''

  before(async () => {
    const etcd = open.use(await startEtcd(dir))
    host = open.use(await startCluster({ name: 'host', etcd, dir, host: true }))
    member = open.use(await startCluster({ name: 'one', etcd, dir }))
    k = kubectl(host.kubeconfig)
    inMember = kubectl(member.kubeconfig)
    const config = join(dir, 'config.yaml')
    writeFileSync(config, 'clusterMonitorGracePeriod: 8s\nclusterStartupGracePeriod: 8s\n')
    served = await serve(await runner(), '--config', config)
    open.defer(async () => void (await served.stop()))
    open.defer(async () => void (await agent?.stop()))
  })
  after(() => open.disposeAsync())

  const apply = async (to: Kubectl, ...manifests: readonly object[]) => {
    for (const manifest of manifests) {
      const { code, err } = await to.run(['apply', '-f', '-'], JSON.stringify(manifest))
      assert.equal(code, 0, err)
    }
  }

  const isEmpty = async (of: Kubectl, ...names: readonly string[]) => {
    for (const name of names) assert.equal(await of('get', ...name.split(' '), '--ignore-not-found'), '', name)
  }

  /** A kubeconfig of who has the roles that are printed, and no more. */
  const runner = async (): Promise<string> => {
    const { out } = await flotilla('serve', '--print-cluster-roles')
    assert.equal((await k.run(['apply', '-f', '-'], out)).code, 0)
    await k('create', 'serviceaccount', 'runner')
    await k('create', 'clusterrolebinding', 'runner', '--clusterrole=flotilla', '--serviceaccount=default:runner')
    const config = parse(readFileSync(host.kubeconfig, 'utf8'))
    config.users[0].user = { token: (await k('create', 'token', 'runner')).trim() }
    const file = join(dir, 'runner.kubeconfig')
    writeFileSync(file, stringify(config))
    return file
  }

  const control = () => ['--kubeconfig', host.kubeconfig]
  const endpoint = () => host.url.replace('https://', '')

  const registerOne = (...args: readonly string[]) =>
    flotilla(
      'register',
      endpoint(),
      '--kubeconfig',
      member.kubeconfig,
      '--cluster-name',
      'one',
      '--token',
      token,
      ...args,
    )

  const runAgent = async (...args: readonly string[]) => {
    agent = await startAgent('--cluster-name', 'one', '--cluster-kubeconfig', member.kubeconfig, '--cluster-lease-duration', '4s', ...args) // biome-ignore format: one call
  }

  const killAgent = async () => {
    await agent?.stop('SIGKILL')
    agent = undefined
  }

  const ready = () => k('wait', 'cluster/one', '--for=condition=Ready', '--timeout=60s')
  const replicas = async (wanted: number) =>
    eventually(async () => assert.equal((await inMember.json('deployment', 'web')).spec.replicas, wanted), 60_000)

  test('is registered with a token, which is made, listed and deleted', async () => {
    const made = await flotilla('token', 'create', '--print-register-command', '--description', 'for one', ...control())
    assert.equal(made.code, 0, made.err)
    const [, text = '', hash = ''] = / --token (\S+) --discovery-token-ca-cert-hash (\S+) /.exec(made.out) ?? []
    assert.match(made.out, new RegExp(`^flotilla register ${endpoint()} --token `))
    token = text
    pin = hash
    const spare = (await flotilla('token', 'create', '--ttl', '0', ...control())).out.trim()
    const listed = (await flotilla('token', 'list', ...control())).out
    assert.match(listed, /^TOKEN +TTL +EXPIRES +USAGES +DESCRIPTION +EXTRA GROUPS\n/)
    assert.match(listed, new RegExp(`${token} +23h +\\S+Z +authentication,signing +for one +system:bootstrappers:karmada:default-cluster-token`)) // biome-ignore format: one pattern
    assert.match(listed, new RegExp(`${spare} +<forever> +<never> `))
    const gone = await flotilla('token', 'delete', spare, ...control())
    assert.match(gone.out, /^bootstrap token "\w{6}" deleted/)
    assert.equal((await flotilla('token', 'delete', spare, ...control())).code, 1)
  })

  test('which is not enough to be let in by whom one does not know', async () => {
    const wrong = `sha256:${'0'.repeat(64)}`
    const { code, err } = await registerOne('--discovery-token-ca-cert-hash', wrong)
    assert.equal(code, 1)
    assert.match(
      err,
      /CLUSTER_NOT_REGISTERED: .* is not to be believed: its authority is sha256:[0-9a-f]{64}, which is none of/,
    )
    const forged = await flotilla('register', endpoint(), '--kubeconfig', member.kubeconfig, '--cluster-name', 'one', '--token', `${token.slice(0, 7)}0000000000000000`, '--discovery-token-ca-cert-hash', pin) // biome-ignore format: one call
    assert.match(forged.err, /is not to be believed: token \w{6} did not sign its cluster-info/)
    const alone = await registerOne()
    assert.match(alone.err, /say --discovery-token-ca-cert-hash/)
    await isEmpty(inMember, 'namespace karmada-system')
    await isEmpty(k, 'cluster one', 'csr')
  })

  test('is registered: its agent is let in, and runs in the cluster', async () => {
    const dry = await registerOne('--discovery-token-ca-cert-hash', pin, '--dry-run')
    assert.equal(dry.code, 0, dry.err)
    await isEmpty(k, 'cluster one', 'csr')
    const registering = registerOne('--discovery-token-ca-cert-hash', pin, '--cluster-region', 'eu', '--agent-image', 'registry.example.com/flotilla:1') // biome-ignore format: one call
    await eventually(() => inMember('get', 'deployment', 'karmada-agent', '-n', 'karmada-system'))
    await runAgent() // as its pod would, if there was a machine for it
    const { code, out, err } = await registering
    assert.equal(code, 0, err)
    assert.match(out, /✓ agent let in as system:karmada:agent:one.*✓ agent heard of/s)
    const { spec } = await k.json('cluster', 'one')
    const { metadata } = await inMember.json('namespace', 'kube-system')
    assert.deepEqual(spec, { ...spec, syncMode: 'Pull', region: 'eu', id: metadata.uid, apiEndpoint: member.url })
    const made = await inMember.json('deployment', 'karmada-agent', '-n', 'karmada-system')
    assert.equal(made.spec.template.spec.containers[0].image, 'registry.example.com/flotilla:1')
  })

  test('gets what is propagated, from its agent, which tells what became of it', async () => {
    await apply(k, deployment('web', 2), everywhere)
    await replicas(2)
    await eventually(async () => {
      const { status } = await k.json('resourcebinding', 'web-deployment')
      assert.equal(status.aggregatedStatus[0].applied, true)
      assert.equal(status.aggregatedStatus[0].status.replicas, 2)
    }, 60_000)
    const { status } = await k.json('cluster', 'one')
    assert.ok(status.apiEnablements.length > 10)
    assert.match(status.kubernetesVersion, /^v1\./)
  })

  test('changes nothing by hand that was propagated', async () => {
    await inMember('scale', 'deployment', 'web', '--replicas=7')
    await replicas(2)
    await inMember('delete', 'deployment', 'web')
    await replicas(2)
  })

  test('has its endpoints collected by its agent, for other clusters', async () => {
    const metadata = { name: 'far', namespace: 'default' }
    const ports = [{ port: 80, protocol: 'TCP' }]
    const types = { types: ['CrossCluster'] }
    await apply(
      k,
      { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports } },
      { apiVersion: 'networking.karmada.io/v1alpha1', kind: 'MultiClusterService', metadata, spec: types },
    )
    await eventually(() => inMember('get', 'service', 'far'), 60_000)
    const labels = { 'kubernetes.io/service-name': 'far' }
    const endpoints = [{ addresses: ['10.1.2.3'], conditions: { ready: true } }]
    await apply(inMember, { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: 'far-1', labels }, addressType: 'IPv4', endpoints, ports }) // biome-ignore format: one object
    const selector = 'multiclusterservice.karmada.io/name=far,endpointslice.karmada.io/managed-by=MultiClusterService'
    await eventually(async () => {
      const { items } = await k.json('works', '-n', 'karmada-es-one', '-l', selector)
      assert.deepEqual(items[0].spec.workload.manifests[0].endpoints[0].addresses, ['10.1.2.3'])
    }, 60_000)
    await k('delete', 'multiclusterservice', 'far')
    await eventually(async () => assert.equal((await k.json('works', '-n', 'karmada-es-one', '-l', selector)).items.length, 0), 60_000) // biome-ignore format: one assertion
  })

  test('whose agent is silent is unknown, and is ready when it is heard of again', async () => {
    await killAgent()
    await k('scale', 'deployment', 'web', '--replicas=3')
    await eventually(async () => {
      const { status, spec } = await k.json('cluster', 'one')
      const { conditions } = status as { conditions: readonly { type: string; status: string; reason: string }[] }
      const found = conditions.find(({ type }) => type === 'Ready')
      assert.deepEqual([found?.status, found?.reason], ['Unknown', 'ClusterStatusUnknown'])
      assert.equal(spec.taints[0].key, 'cluster.karmada.io/unreachable')
    }, 60_000)
    assert.equal((await inMember.json('deployment', 'web')).spec.replicas, 2)
    const again = registerOne(
      '--discovery-token-ca-cert-hash',
      pin,
      '--agent-kubeconfig',
      join(dir, 'again.kubeconfig'),
    )
    await eventually(async () => {
      const { items } = await k.json('csr') // nobody but an administrator knows that it is the same one
      const waiting = (items as readonly Json[]).find(({ status }) => !status.conditions)
      await k('certificate', 'approve', waiting.metadata.name)
    })
    const { code, err } = await again
    assert.equal(code, 0, err)
    await runAgent('--kubeconfig', join(dir, 'again.kubeconfig'))
    await ready()
    await replicas(3)
  })

  test('needs no more rights than its agent has', async () => {
    const metrics = await (await fetch(`${agent?.health}/metrics`)).text()
    assert.match(metrics, /^rest_client_requests_total\{code="200"/m)
    assert.deepEqual(metrics.match(/^rest_client_requests_total\{code="403".*$/gm), null)
  })

  test('whose agent can look into what is its own, and into nothing else', async () => {
    const { data } = await inMember.json('secret', 'karmada-kubeconfig', '-n', 'karmada-system')
    const file = join(dir, 'agent.kubeconfig')
    writeFileSync(file, Buffer.from(data['karmada-kubeconfig'], 'base64'))
    const asAgent = kubectl(file)
    await apply(k, { ...(await k.json('cluster', 'one')), metadata: { name: 'two' } })
    await eventually(() => k('get', 'role', 'flotilla:agent:two', '-n', 'karmada-es-two'))
    await k('create', 'secret', 'generic', 'two', '-n', 'karmada-cluster')

    const allowed = ['get works -n karmada-es-one', 'get cluster one', 'get lease one -n karmada-cluster']
    for (const what of allowed) await asAgent(...what.split(' '))
    const denied = [
      'get works -n karmada-es-two',
      'get works -A',
      'get work web -n default',
      'get cluster two',
      'get clusters',
      'delete cluster one',
      'get lease two -n karmada-cluster',
      'get leases -n karmada-cluster',
      'get secret two -n karmada-cluster',
      'get secrets -n karmada-es-one',
      'get secrets -A',
      'get configmaps -A',
      'get deployment web',
      'get resourcebindings -A',
      'get propagationpolicies -A',
      'get namespaces',
      'get namespace karmada-es-two',
      'get events -A',
      'get clusterroles',
      'get role flotilla:agent:one -n karmada-es-one',
      'get --raw /metrics',
    ]
    for (const what of denied) {
      const { code, err } = await asAgent.run(what.split(' '))
      assert.equal(code, 1, what)
      assert.match(err, /Forbidden|forbidden/, what)
    }
    const patch = ['--type=merge', '-p', '{"spec":{"syncMode":"Push"}}']
    assert.match((await asAgent.run(['patch', 'cluster', 'one', ...patch])).err, /forbidden/)
    await k('delete', 'cluster', 'two')
  })

  test('renews the certificate of its agent, which nobody else gets', async () => {
    const read = async () => (await inMember.json('secret', 'karmada-kubeconfig', '-n', 'karmada-system')).data
    const before = await read()
    assert.equal(await agent?.stop(), 0)
    await runAgent('--cert-rotation-remaining-time-threshold', '1')
    await eventually(async () => assert.notDeepEqual(await read(), before), 60_000)
    await agent?.stop()
    await runAgent() // with the new one
    await k('scale', 'deployment', 'web', '--replicas=4')
    await replicas(4)

    const again = await registerOne('--discovery-token-ca-cert-hash', pin, '--agent-kubeconfig', join(dir, 'stolen'))
    assert.match(again.err, /CERTIFICATE_REFUSED: .*: there is a cluster one: choose another name, or take that one out with flotilla unregister/) // biome-ignore format: one assertion
    const twice = await flotilla('register', endpoint(), '--kubeconfig', member.kubeconfig, '--cluster-name', 'other', '--token', token, '--discovery-token-ca-cert-hash', pin, '--agent-kubeconfig', join(dir, 'stolen')) // biome-ignore format: one call
    assert.match(twice.err, /CERTIFICATE_REFUSED: .*: it has joined already, as one/)
    assert.throws(() => readFileSync(join(dir, 'stolen')))
  })

  test('neither joins nor is unjoined as one in push mode', async () => {
    const joined = await flotilla('join', 'one', '--cluster-kubeconfig', member.kubeconfig, ...control())
    assert.match(joined.err, /CLUSTER_NOT_JOINED: .* is in pull mode: flotilla unregister one takes it out/)
    const unjoined = await flotilla('unjoin', 'one', ...control())
    assert.match(unjoined.err, /CLUSTER_NOT_UNJOINED: .* it is in pull mode: use flotilla unregister one/)
    const other = await flotilla('register', endpoint(), '--kubeconfig', member.kubeconfig, '--cluster-name', 'other', '--token', token, '--discovery-token-ca-cert-hash', pin) // biome-ignore format: one call
    assert.match(other.err, /CLUSTER_NOT_REGISTERED: .* Deployment karmada-system\/karmada-agent is there already: flotilla unregister/) // biome-ignore format: one assertion
  })

  const unregisterOne = (...args: readonly string[]) =>
    flotilla('unregister', 'one', '--cluster-kubeconfig', member.kubeconfig, ...control(), ...args)

  test('that is unregistered keeps what it has, and nothing else', async () => {
    const { code, out, err } = await unregisterOne()
    assert.equal(code, 0, err)
    assert.match(out, /✓ cluster one unregistered \(it keeps what was propagated to it\)/)
    await isEmpty(k, 'cluster one', 'namespace karmada-es-one')
    await isEmpty(
      inMember,
      'deployment karmada-agent -n karmada-system',
      'secret karmada-kubeconfig -n karmada-system',
      'serviceaccount karmada-agent-sa -n karmada-system',
      'clusterrole karmada-agent',
      'clusterrolebinding karmada-agent',
    )
    await assert.rejects(agent?.ended ?? Promise.resolve(), /cluster one cannot be connected: it is not registered here, or not any more/) // biome-ignore format: one assertion
    agent = undefined
    await eventually(() => isEmpty(k, 'clusterrole flotilla:agent:one', 'role flotilla:agent:one -n karmada-cluster'))
    const { metadata, spec } = await inMember.json('deployment', 'web')
    assert.deepEqual([spec.replicas, metadata.labels], [4, undefined])
  })

  test('is registered again, with its agent elsewhere, and goes with --force when that is dead', async () => {
    const file = join(dir, 'one-agent.kubeconfig')
    const { code, out, err } = await registerOne('--discovery-token-ca-cert-hash', pin, '--agent-kubeconfig', file)
    assert.equal(code, 0, err)
    assert.match(out, /flotilla agent --cluster-name one --kubeconfig \S+ runs its agent/)
    await isEmpty(inMember, 'deployment karmada-agent -n karmada-system')
    await runAgent('--kubeconfig', file)
    await ready()
    await eventually(async () => assert.equal((await k.json('works', '-n', 'karmada-es-one')).items.length > 0, true), 60_000) // biome-ignore format: one assertion
    await killAgent()
    const left = await unregisterOne('--wait', '1s', '--force')
    assert.equal(left.code, 0, left.err)
    await isEmpty(k, 'cluster one')
    await eventually(() => isEmpty(k, 'namespace karmada-es-one'))
    await inMember('get', 'deployment', 'web')
  })
})
