import { createApiServer, inProcessTransport, masters, memoryStorage } from '@flotilla/apiserver'
import { createLog, createMembers, createMetrics } from '@flotilla/core'
import { createClient, createRuntime } from '@flotilla/kube'
import { quotaPlugins } from '@flotilla/quota'
import {
  admit,
  type Binding,
  type Client,
  clusterKind,
  crds,
  deepFreeze,
  executionNamespace,
  type FederatedResourceQuota,
  federatedResourceQuotaKind,
  type Host,
  type Kind,
  keyOf,
  keyText,
  Registry,
  resourceBindingKind,
  type Work,
  workKind,
} from '@flotilla/sdk'
import { binding, cluster, fakeHost, manifest } from '@flotilla/sdk/testing'
import { atOnce, percentile, print } from './measure.ts'

export interface QuotaOptions {
  readonly quotas: number
  readonly clusters: number
  /** Bindings in all, as many in each namespace. */
  readonly n: number
  /** Clusters that each quota gives something. */
  readonly given: number
}

const namespaceKind: Kind = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', scope: 'Cluster' }
const range = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i)
const teamOf = (i: number): string => `team-${i}`

const quotaOf = (i: number, { clusters, given }: QuotaOptions): FederatedResourceQuota => ({
  apiVersion: federatedResourceQuotaKind.apiVersion,
  kind: federatedResourceQuotaKind.kind,
  metadata: { name: 'quota', namespace: teamOf(i) },
  spec: {
    overall: { cpu: '1000', memory: '4Ti', pods: '1000' },
    staticAssignments: range(given).map((j) => ({ clusterName: `cluster-${(i + j) % clusters}`, hard: { cpu: '10' } })),
  },
})

const bindingOf = (i: number, { quotas, clusters }: QuotaOptions): Binding =>
  binding({
    name: `app-${i}`,
    namespace: teamOf(i % quotas),
    replicas: 3,
    clusters: { [`cluster-${i % clusters}`]: 3 },
    replicaRequirements: { resourceRequest: { cpu: '100m', memory: '128Mi' } },
  })

async function fill(client: Client, options: QuotaOptions): Promise<void> {
  const namespaces = [
    ...range(options.clusters).map((i) => executionNamespace(`cluster-${i}`)),
    ...range(options.quotas).map(teamOf),
  ]
  await atOnce(64, namespaces, (name) => client.create(namespaceKind, manifest('v1', 'Namespace', { name })))
  await atOnce(64, range(options.clusters), (i) => client.create(clusterKind, cluster({ name: `cluster-${i}` })))
  await atOnce(64, range(options.quotas), (i) => client.create(federatedResourceQuotaKind, quotaOf(i, options)))
  await atOnce(64, range(options.n), (i) => client.create(resourceBindingKind, bindingOf(i, options)))
}

/** What a cluster says of a ResourceQuota that it holds. */
const said = (work: Work, cpu: string): Work => {
  const lastTransitionTime = '2026-01-01T00:00:00Z'
  const applied = {
    type: 'Applied',
    status: 'True',
    reason: 'AppliedSuccessful',
    message: '',
    lastTransitionTime,
  } as const
  const identifier = { ordinal: 0, version: 'v1', kind: 'ResourceQuota', resource: '', name: 'quota' }
  const status = { hard: { cpu: '10' }, used: { cpu } }
  return { ...work, status: { conditions: [applied], manifestStatuses: [{ identifier, status }] } }
}

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 50))
}

interface Checking {
  /** Microseconds of CPU, whatever else the machine does. */
  readonly cpu: number
  /** Microseconds by the clock, question by question. */
  readonly wall: readonly number[]
}

/** How long one question takes at admission, without the write. */
async function checking(): Promise<Checking> {
  const full = quotaOf(0, { quotas: 1, clusters: 1, n: 1, given: 1 })
  const objects = [{ ...full, status: { overallUsed: { cpu: '999', memory: '1Gi', pods: '1' } } }]
  const host = fakeHost({ objects })
  const registry = new Registry()
  for (const plugin of quotaPlugins) for (const each of plugin.extensions?.(host) ?? []) registry.add(each)
  const rounds = 20_000
  const asked = range(rounds).map((i) => {
    const manifest = bindingOf(i, { quotas: 1, clusters: 1, n: 1, given: 1 })
    const before = { ...manifest, spec: { ...manifest.spec, clusters: [] } }
    return deepFreeze({ operation: 'UPDATE', key: keyOf(manifest), manifest, before, user: '', dryRun: true } as const)
  })
  const wall: number[] = []
  const cpu = process.cpuUsage()
  for (const each of asked) {
    const at = performance.now()
    await registry.ask(admit.refuse, each)
    wall.push((performance.now() - at) * 1000)
  }
  const { user, system } = process.cpuUsage(cpu)
  return { cpu: (user + system) / rounds, wall }
}

/** Prints how soon a change of what is used is seen, what it costs, and how long a binding is held up by a question. */
export async function quota(options: QuotaOptions): Promise<void> {
  const { quotas, clusters, n, given } = options
  const log = createLog({ level: 'error' })
  const server = await createApiServer({ name: 'bench', storage: memoryStorage(), crds, log })
  const client = createClient(inProcessTransport(server, { name: 'bench', groups: [masters] }))
  await fill(client, options)

  const life = new AbortController()
  const registry = new Registry()
  const metrics = createMetrics()
  const runtime = createRuntime({ client, name: 'bench', log, metrics, signal: life.signal })
  const { members } = createMembers({ ...runtime, ask: registry.ask })
  const host: Host = {
    ...fakeHost(),
    ...runtime,
    members,
    ask: registry.ask,
    options: {},
    store: (kind) => runtime.store(kind),
    controller: (name) => runtime.controller(name),
  }
  const store = runtime.store(federatedResourceQuotaKind)
  const works = runtime.store(workKind)
  const start = performance.now()
  const running = quotaPlugins
    .flatMap(({ controllers }) => controllers?.(host) ?? [])
    .map((controller) => controller.run(life.signal))
  await until(() => works.list().length === quotas * given && store.list().every(({ status }) => status?.overallUsed))
  const began = performance.now() - start
  await atOnce(64, works.list(), (work) => client.update(workKind, said(work, '1'), { subresource: 'status' }))
  await until(() => store.list().every(({ status }) => status?.aggregatedStatus?.length === given))
  await until(() => runtime.isIdle(500))

  const seen = new Map<string, () => void>()
  let writes = 0
  store.listen(({ before, after }) => {
    if (!before || !after) return
    writes++
    seen.get(keyText(keyOf(after)))?.()
  })
  const rounds = Math.min(1000, quotas)
  const times: number[] = []
  await atOnce(16, range(rounds), async (i) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const key = { namespace: teamOf(i % quotas), name: 'quota' }
    const at = performance.now()
    seen.set(keyText(key), resolve)
    if (i % 2 === 0) {
      const spec = { clusters: [{ name: `cluster-${i % clusters}`, replicas: 2 }] }
      const binding = { namespace: key.namespace, name: `app-${i % quotas}` }
      await client.patch(resourceBindingKind, binding, { type: 'merge', body: { spec } })
    } else {
      const [work] = works
        .list(executionNamespace(`cluster-${(i % quotas) % clusters}`))
        .filter(({ metadata }) => metadata.labels?.['federatedresourcequota.karmada.io/namespace'] === key.namespace)
      if (work) await client.update(workKind, said(work, '2'), { subresource: 'status' })
    }
    await promise
    times.push(performance.now() - at)
  })
  await until(() => runtime.isIdle(500))

  const { cpu, wall } = await checking()
  print({
    what: `${quotas} quotas over ${clusters} clusters, ${given} of them given something by each; ${n} bindings`,
    'from a cold start': `${(began / 1000).toFixed(1)} s to bring ${quotas * given} Works and count all`,
    'a change is seen, P50': `${percentile(times, 0.5).toFixed(0)} ms (${rounds} changes, 16 at once)`,
    'a change is seen, P99': `${percentile(times, 0.99).toFixed(0)} ms`,
    'writes for a change': `${(writes / rounds).toFixed(2)}`,
    'checking a binding': `${percentile(wall, 0.5).toFixed(1)} µs (P99 ${percentile(wall, 0.99).toFixed(1)} µs); ${cpu.toFixed(1)} µs of CPU`,
  })
  life.abort()
  await Promise.allSettled(running)
  await server.close()
}
