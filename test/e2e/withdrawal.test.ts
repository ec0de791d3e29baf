import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { crds } from '@flotilla/sdk'
import { flotilla } from '../flotilla.ts'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { newDataDir, type Up, up } from '../up.ts'

const [threshold, frequency, patience] = [2, 1, 5]
const impatient = `
clusterStatusUpdateFrequency: ${frequency}s
clusterFailureThreshold: ${threshold}s
clusterSuccessThreshold: ${threshold}s
`
/** What docs/mcs-conformance.md promises, in seconds. */
const promised = threshold + 2 * (frequency + patience) + patience
/** What a machine that has other things to do may add. */
const slack = 5

const configFile = (): string => {
  const file = join(newDataDir(), 'flotilla.yaml')
  writeFileSync(file, impatient)
  return file
}

const mcs = 'multicluster.x-k8s.io'
const meta = (name: string) => ({ name, namespace: 'default' })
const deployment = (name: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: meta(name),
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image: 'web:1' }] } },
  },
})
const service = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: meta(name),
  spec: { selector: { app: name }, ports: [{ name: 'http', port: 80 }] },
})
const serviceExport = (version: string, name: string) => ({
  apiVersion: `${mcs}/${version}`,
  kind: 'ServiceExport',
  metadata: meta(name),
})
const policy = (name: string, clusterNames: readonly string[], ...selectors: readonly object[]) => ({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: meta(name),
  spec: { resourceSelectors: selectors, placement: { clusterAffinity: { clusterNames } } },
})
const selector = (apiVersion: string, kind: string, name: string) => ({ apiVersion, kind, name })

const providers = ['member1', 'paris']
const names = ['hello', 'web', 'api'] as const

/** By which label member2 has the endpoints, whichever way they came. */
const labels: Readonly<Record<(typeof names)[number], string>> = {
  hello: 'multicluster.kubernetes.io/service-name=hello',
  web: 'kubernetes.io/service-name=web,endpointslice.kubernetes.io/managed-by=endpointslice-dispatch-controller.karmada.io',
  api: 'kubernetes.io/service-name=derived-api',
}

/** Three Services of two clusters, of which one is lost, in a third: by exports in members, by a MultiClusterService, by policies. */
describe('endpoints of a cluster that is not well', { timeout: 300_000 }, () => {
  let control: Up
  let far: Up
  let k: Kubectl
  let inParis: Kubectl

  const apply = async (to: Kubectl, context: string, ...items: readonly object[]) => {
    const { code, err } = await to.run(['--context', context, 'apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items })) // biome-ignore format: one call
    assert.equal(code, 0, err)
  }
  const addresses = (slices: readonly Json[]): readonly string[] =>
    slices.flatMap(({ endpoints }) => (endpoints ?? []).flatMap((each: Json) => each.addresses)).sort()
  const slices = async (of: Kubectl, context: string, label: string): Promise<readonly Json[]> =>
    JSON.parse(await of('--context', context, 'get', 'endpointslices', '-l', label, '-o', 'json')).items
  const own = async (of: Kubectl, context: string, name: string) =>
    addresses(await slices(of, context, `kubernetes.io/service-name=${name},endpointslice.kubernetes.io/managed-by=endpointslice-controller.k8s.io`)) // biome-ignore format: one call
  const seen = async (name: (typeof names)[number]) => addresses(await slices(k, 'member2', labels[name]))

  /** Seconds until a Service has these endpoints in member2. */
  const untilSeen = async (name: (typeof names)[number], wanted: readonly string[], from = performance.now()) => {
    await eventually(async () => assert.deepEqual(await seen(name), wanted, name), 120_000)
    return (performance.now() - from) / 1000
  }
  const taint = async (...clusters: readonly string[]) => {
    const spec = (name: string) => ({ spec: { taints: clusters.includes(name) ? [{ key: 'maintenance', effect: 'NoExecute' }] : [] } }) // biome-ignore format: one object
    for (const name of providers) await k('patch', 'cluster', name, '--type=merge', '-p', JSON.stringify(spec(name)))
  }

  before(async () => {
    ;[control, far] = await Promise.all([up({ members: 2, args: ['--config', configFile()] }), up({ members: 1 })])
    k = kubectl(control.kubeconfig)
    inParis = kubectl(far.kubeconfig)
    await inParis('config', 'use-context', 'member1')
    const joined = await flotilla('join', 'paris', '--kubeconfig', control.kubeconfig, '--cluster-kubeconfig', far.kubeconfig) // biome-ignore format: one call
    assert.equal(joined.code, 0, joined.err)
    const kinds = crds.filter(({ spec }) => spec.group === mcs)
    for (const [to, context] of [[k, 'member1'], [k, 'member2'], [inParis, 'member1']] as const) await apply(to, context, ...kinds) // biome-ignore format: one list
    for (const to of [k, inParis])
      await eventually(() =>
        apply(to, 'member1', deployment('hello'), service('hello'), serviceExport('v1beta1', 'hello')),
      )
    await apply(
      k,
      'flotilla',
      policy('workloads', providers, ...['web', 'api'].map((name) => selector('apps/v1', 'Deployment', name))),
      policy('api', providers, selector('v1', 'Service', 'api'), selector(`${mcs}/v1alpha1`, 'ServiceExport', 'api')),
      policy('imports', ['member2'], selector(`${mcs}/v1alpha1`, 'ServiceImport', 'api')),
      ...['web', 'api'].flatMap((name) => [deployment(name), service(name)]),
      serviceExport('v1alpha1', 'api'),
      { ...serviceExport('v1alpha1', 'api'), kind: 'ServiceImport', spec: { type: 'ClusterSetIP', ports: [{ name: 'http', port: 80, protocol: 'TCP' }] } }, // biome-ignore format: one object
      {
        apiVersion: 'networking.karmada.io/v1alpha1',
        kind: 'MultiClusterService',
        metadata: meta('web'),
        spec: {
          types: ['CrossCluster'],
          providerClusters: providers.map((name) => ({ name })),
          consumerClusters: [{ name: 'member2' }],
        },
      },
    )
  })
  after(async () => {
    process.kill(far.pid, 'SIGCONT')
    await Promise.all([control.stop(), far.stop()])
  })

  test('are withdrawn within the time that is promised when it cannot be reached, and come back', async (t) => {
    const here = new Map<string, readonly [own: readonly string[], all: readonly string[]]>()
    for (const name of names)
      await eventually(async () => {
        const [near, away] = [await own(k, 'member1', name), await own(inParis, 'member1', name)]
        assert.deepEqual([near.length, away.length], [1, 1], name)
        here.set(name, [near, [...near, ...away].sort()])
        assert.deepEqual(await seen(name), here.get(name)?.[1], name)
      }, 120_000)

    t.after(() => process.kill(far.pid, 'SIGCONT'))
    process.kill(far.pid, 'SIGSTOP') // it takes connections, and answers nothing
    const lost = performance.now()
    for (const name of names) {
      const took = await untilSeen(name, here.get(name)?.[0] ?? [], lost)
      t.diagnostic(`${name} was withdrawn after ${took.toFixed(1)} s of ${promised} s`)
      assert.ok(took <= promised + slack, `${name}: ${took} s`)
    }

    const { out, code } = await flotilla('explain', 'service/hello', '--kubeconfig', control.kubeconfig)
    assert.equal(code, 0)
    assert.match(out, /\nmember2 .* member1 1 .*nothing from paris: withdrawn: the cluster is not ready: cluster is not reachable/) // biome-ignore format: one call
    assert.match(out, /\nparis .*it cannot be asked: /)

    process.kill(far.pid, 'SIGCONT')
    const found = performance.now()
    for (const name of names) {
      const took = await untilSeen(name, here.get(name)?.[1] ?? [], found)
      t.diagnostic(`${name} was back after ${took.toFixed(1)} s of ${promised} s`)
      assert.ok(took <= promised + slack, `${name}: ${took} s`)
    }
  })

  test('are withdrawn at once when it is to be emptied, and stay when no other is well', async (t) => {
    const near = await own(k, 'member1', 'hello')
    const all = await eventually(async () => {
      const found = await seen('hello')
      assert.equal(found.length, 2)
      return found
    }, 60_000)
    await taint('paris')
    const took = await untilSeen('hello', near)
    t.diagnostic(`withdrawn after ${took.toFixed(1)} s`)
    assert.ok(took <= slack, `${took} s`)
    await taint('paris', 'member1')
    await untilSeen('hello', all)
    await taint()
    await untilSeen('hello', all)
  })
})
