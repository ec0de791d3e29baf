import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parse, stringify } from 'yaml'
import { deployment } from '../deployment.ts'
import { flotilla } from '../flotilla.ts'
import { eventually, type Kubectl, kubectl } from '../kubectl.ts'
import { assets } from './assets.ts'
import { type RealCluster, startCluster } from './cluster.ts'
import { startEtcd } from './etcd.ts'
import { type Serve, serve } from './serve.ts'

const everywhere = (name: string) => ({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: { name },
  spec: {
    resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment', name }],
    placement: { clusterAffinity: {} },
    conflictResolution: 'Overwrite',
  },
})

const without = assets ? false : 'KUBEBUILDER_ASSETS is not set: test/assets/build prints what it should be'

describe('members of a control plane over a real kube-apiserver', { skip: without }, () => {
  const open = new AsyncDisposableStack()
  const dir = mkdtempSync(join(tmpdir(), 'flotilla-members-'))
  let host: RealCluster
  let member: RealCluster
  let served: Serve | undefined
  let k: Kubectl
  let inMember: Kubectl

  before(async () => {
    const etcd = open.use(await startEtcd(dir))
    host = open.use(await startCluster({ name: 'host', etcd, dir, host: true }))
    member = open.use(await startCluster({ name: 'one', etcd, dir }))
    open.defer(async () => void (await served?.stop()))
    k = kubectl(host.kubeconfig)
    inMember = kubectl(member.kubeconfig)
  })
  after(() => open.disposeAsync())

  const apply = async (to: Kubectl, ...manifests: readonly object[]) => {
    for (const manifest of manifests) {
      const { code, err } = await to.run(['apply', '-f', '-'], JSON.stringify(manifest))
      assert.equal(code, 0, err)
    }
  }

  /** A kubeconfig of a cluster with something else in it; the file's place. */
  const changed = (name: string, { kubeconfig }: RealCluster, cluster: object, user?: object): string => {
    const config = parse(readFileSync(kubeconfig, 'utf8'))
    Object.assign(config.clusters[0].cluster, cluster)
    if (user) config.users[0].user = user
    const file = join(dir, `${name}.kubeconfig`)
    writeFileSync(file, stringify(config))
    return file
  }

  /** A kubeconfig of a service account that may do nothing yet. */
  const poor = async (name: string, cluster: RealCluster): Promise<string> => {
    const inCluster = kubectl(cluster.kubeconfig)
    await inCluster('create', 'serviceaccount', name)
    return changed(name, cluster, {}, { token: (await inCluster('create', 'token', name)).trim() })
  }

  const serveFails = (kubeconfig: string) =>
    flotilla('serve', '--kubeconfig', kubeconfig, '--health-probe-bind-address', '0', '--metrics-bind-address', '0')

  const joinOne = (...args: readonly string[]) =>
    flotilla('join', 'one', '--kubeconfig', host.kubeconfig, '--cluster-kubeconfig', member.kubeconfig, ...args)

  /** What stands in a command line of kubectl that an error names. */
  const advised = (err: string): readonly string[] => {
    const [, line = ''] = /kubectl (create clusterrolebinding .*)$/m.exec(err) ?? []
    return line.trim().split(' ')
  }

  const isEmpty = async (of: Kubectl, ...names: readonly string[]) => {
    for (const name of names) assert.equal(await of('get', ...name.split(' '), '--ignore-not-found'), '', name)
  }

  describe('are told at once what is wrong with a kubeconfig:', { concurrency: 3 }, () => {
    const ended = ['{"alg":"none"}', '{"exp":1577836800}', 'x'].map((part) => Buffer.from(part).toString('base64url'))
    const wrong: Readonly<Record<string, readonly [cluster: () => object, user: object | undefined, says: RegExp]>> = {
      'the CA of another server': [
        () => ({
          'certificate-authority-data': Buffer.from(readFileSync(join(dir, 'one', 'ca.crt'))).toString('base64'),
        }),
        undefined,
        /SERVER_UNREACHABLE: .* signed by no authority that is trusted here .*; is its CA what the kubeconfig has as/,
      ],
      'nobody listens': [() => ({ server: 'https://127.0.0.1:1' }), undefined, /SERVER_UNREACHABLE: .* ECONNREFUSED/],
      'a token that has ended': [
        () => ({}),
        { token: ended.join('.') },
        /CREDENTIALS_REFUSED: .*: its token ended at 2020-01-01T00:00:00\.000Z; get new ones/,
      ],
      'no credentials': [() => ({}), {}, /CREDENTIALS_REFUSED: .*: it has none; get new ones/],
    }
    for (const [name, [cluster, user, says]] of Object.entries(wrong))
      test(name, async () => {
        const { code, err } = await serveFails(changed(name.replaceAll(' ', '-'), host, cluster(), user))
        assert.equal(code, 1)
        assert.equal(err.trim().split('\n').length, 1, err)
        assert.match(err, says)
      })
  })

  test('who may do little is told what is missing, and the roles that are printed are enough', async () => {
    const kubeconfig = await poor('runner', host)
    const { code, err } = await serveFails(kubeconfig)
    assert.equal(code, 1)
    assert.match(
      err,
      /PERMISSIONS_MISSING: https:.* does not let system:serviceaccount:default:runner list, watch, update, patch resources of any kind; .*create customresourcedefinitions\.apiextensions\.k8s\.io; .* flotilla serve --print-cluster-roles \| kubectl apply -f -; /,
    )
    await isEmpty(k, 'namespace karmada-system', 'crd clusters.cluster.karmada.io')
    const { out } = await flotilla('serve', '--print-cluster-roles')
    assert.equal((await k.run(['apply', '-f', '-'], out)).code, 0)
    await k(...advised(err))
    served = await serve(kubeconfig)
  })

  test('who may not join one writes nothing', async () => {
    const joiner = await poor('joiner', host)
    const refused = await joinOne('--kubeconfig', joiner)
    assert.equal(refused.code, 1)
    assert.match(refused.err, /PERMISSIONS_MISSING: .* does not let system:serviceaccount:default:joiner .*list, create, update clusters\.cluster\.karmada\.io/) // biome-ignore format: one assertion
    const stranger = await joinOne('--cluster-kubeconfig', await poor('stranger', member))
    assert.match(stranger.err, /PERMISSIONS_MISSING: .* --clusterrole=cluster-admin --serviceaccount=default:stranger/)
    await isEmpty(inMember, 'namespace karmada-cluster', 'clusterrole karmada-controller-manager:karmada-one')
    await isEmpty(k, 'secret one -n karmada-cluster', 'cluster one')

    await k(...advised(refused.err))
    const { code, err } = await joinOne('--kubeconfig', joiner)
    assert.equal(code, 0, err)
    await k('wait', 'cluster/one', '--for=condition=Ready', '--timeout=60s')
  })

  test('get what is propagated, with no more rights than the roles have', async () => {
    await apply(k, deployment('web', 2), everywhere('web'))
    await eventually(async () => assert.equal((await inMember.json('deployment', 'web')).spec.replicas, 2), 60_000)
    await eventually(async () => {
      const { status } = await k.json('resourcebinding', 'web-deployment')
      assert.equal(status.aggregatedStatus[0].applied, true)
    })
  })

  test('nor does anything else that the control plane writes need more', async () => {
    await k('create', 'namespace', 'shop')
    const shop = { namespace: 'shop', name: 'web' }
    await apply(
      k,
      {
        apiVersion: 'policy.karmada.io/v1alpha1',
        kind: 'FederatedResourceQuota',
        metadata: shop,
        spec: { overall: { cpu: '4' }, staticAssignments: [{ clusterName: 'one', hard: { cpu: '2' } }] },
      },
      { apiVersion: 'v1', kind: 'Service', metadata: shop, spec: { ports: [{ port: 80 }] } },
      {
        apiVersion: 'networking.karmada.io/v1alpha1',
        kind: 'MultiClusterService',
        metadata: shop,
        spec: { types: ['CrossCluster'] },
      },
      {
        apiVersion: 'multicluster.x-k8s.io/v1alpha1',
        kind: 'ServiceImport',
        metadata: { namespace: 'shop', name: 'far' },
        spec: { type: 'ClusterSetIP', ports: [{ port: 80, protocol: 'TCP' }] },
      },
      {
        apiVersion: 'policy.karmada.io/v1alpha1',
        kind: 'ClusterTaintPolicy',
        metadata: { name: 'zone' },
        spec: {
          addOnConditions: [{ conditionType: 'Ready', operator: 'In', statusValues: ['False'] }],
          taints: [{ key: 'off', effect: 'NoSchedule' }],
        },
      },
      {
        apiVersion: 'apps.karmada.io/v1alpha1',
        kind: 'WorkloadRebalancer',
        metadata: { name: 'again' },
        spec: {
          ttlSecondsAfterFinished: 1,
          workloads: [{ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'web' }],
        },
      },
    )
    await eventually(() => inMember('get', 'resourcequota', 'web', '-n', 'shop'), 60_000)
    await eventually(() => inMember('get', 'service', 'web', '-n', 'shop'), 60_000)
    await eventually(() => k('get', 'service', 'derived-far', '-n', 'shop'))
    await eventually(() => isEmpty(k, 'workloadrebalancer again'))
    const metrics = await (await fetch(`${served?.health}/metrics`)).text()
    assert.match(metrics, /^rest_client_requests_total\{code="201"/m)
    assert.deepEqual(metrics.match(/^rest_client_requests_total\{code="403".*$/gm), null)
  })

  test('whose credentials are changed are reached with the new ones, without a restart', async () => {
    const annotations = { 'kubernetes.io/service-account.name': 'karmada-one' }
    const type = 'kubernetes.io/service-account-token'
    await apply(inMember, { apiVersion: 'v1', kind: 'Secret', type, metadata: { namespace: 'karmada-cluster', name: 'fresh', annotations } }) // biome-ignore format: one object
    const token: string = await eventually(async () => {
      const { data } = await inMember.json('secret', 'fresh', '-n', 'karmada-cluster')
      assert.ok(data.token)
      return data.token
    })
    await k(
      'patch',
      'secret',
      'one',
      '-n',
      'karmada-cluster',
      '--type=merge',
      '-p',
      JSON.stringify({ data: { token } }),
    )
    await inMember('delete', 'secret', 'karmada-one', '-n', 'karmada-cluster') // the old token is void
    await k('scale', 'deployment', 'web', '--replicas=3')
    await eventually(async () => assert.equal((await inMember.json('deployment', 'web')).spec.replicas, 3), 60_000)
    await inMember('delete', 'secret', 'fresh', '-n', 'karmada-cluster')
    assert.equal((await joinOne()).code, 0) // it makes a token where there is none
    await k('scale', 'deployment', 'web', '--replicas=4')
    await eventually(async () => assert.equal((await inMember.json('deployment', 'web')).spec.replicas, 4), 60_000)
    await k('wait', 'cluster/one', '--for=condition=Ready', '--timeout=60s')
  })

  const unjoinOne = (...args: readonly string[]) => flotilla('unjoin', 'one', '--kubeconfig', host.kubeconfig, ...args)

  const nothingIsLeft = async () => {
    await isEmpty(k, 'cluster one', 'namespace karmada-es-one', 'secret one -n karmada-cluster')
    const role = 'karmada-controller-manager:karmada-one'
    await isEmpty(inMember, `clusterrole ${role}`, `clusterrolebinding ${role}`)
    await eventually(() => isEmpty(inMember, 'namespace karmada-cluster'))
  }

  test('that are unjoined keep what they have, and nothing else', async () => {
    const { code, out, err } = await unjoinOne('--cluster-kubeconfig', member.kubeconfig)
    assert.equal(code, 0, err)
    assert.match(out, /✓ access removed of service account karmada-cluster\/karmada-one/)
    await nothingIsLeft()
    const { metadata, spec } = await inMember.json('deployment', 'web')
    assert.deepEqual([spec.replicas, metadata.labels], [4, undefined])
    await inMember('get', 'service', 'web', '-n', 'shop')
    await isEmpty(inMember, 'resourcequota web -n shop') // Flotilla made it for itself
  })

  test('join again, and go with all they were given when that is wanted', async () => {
    assert.equal((await joinOne()).code, 0)
    await k('wait', 'cluster/one', '--for=condition=Ready', '--timeout=60s')
    await eventually(async () => assert.equal((await inMember.json('deployment', 'web')).metadata.labels?.['karmada.io/managed'], 'true'), 60_000) // biome-ignore format: one assertion
    const { code, err } = await unjoinOne('--cluster-kubeconfig', member.kubeconfig, '--remove-workloads')
    assert.equal(code, 0, err)
    await nothingIsLeft()
    await eventually(() => isEmpty(inMember, 'deployment web'))
  })

  test('go with --force when neither they nor the control plane are there', async () => {
    assert.equal((await joinOne()).code, 0)
    await eventually(async () => assert.equal((await k.json('works', '-n', 'karmada-es-one')).items.length > 0, true), 60_000) // biome-ignore format: one assertion
    assert.equal(await served?.stop(), 0)
    served = undefined
    await member.server.kill()
    const waiting = await unjoinOne('--wait', '1s')
    assert.equal(waiting.code, 1)
    assert.match(waiting.err, /CLUSTER_NOT_UNJOINED: .* Works are left: karmada-es-one\/.*; bindings name it: default\/web-deployment, .*; .*--force/) // biome-ignore format: one assertion
    const { code, out, err } = await unjoinOne('--wait', '1s', '--force', '--cluster-kubeconfig', member.kubeconfig)
    assert.equal(code, 0, err)
    assert.match(out, /✓ cluster reached not: SERVER_UNREACHABLE/)
    await isEmpty(k, 'cluster one', 'secret one -n karmada-cluster')
    await eventually(() => isEmpty(k, 'namespace karmada-es-one'))
  })
})
