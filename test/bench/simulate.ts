import { createApiServer, inProcessTransport, masters, memoryStorage } from '@flotilla/apiserver'
import { type Control, simulate as run } from '@flotilla/cli'
import { createLog, readConfig } from '@flotilla/core'
import { createClient, createDiscovery } from '@flotilla/kube'
import {
  type Binding,
  type Client,
  type Cluster,
  clusterKind,
  crds,
  label,
  type Placement,
  resourceBindingKind,
} from '@flotilla/sdk'
import { cluster } from '@flotilla/sdk/testing'
import { atOnce } from './measure.ts'

export interface SimulateOptions {
  readonly n: number
  readonly clusters: number
}

const writesAtOnce = 64
const summary = { allocatable: { cpu: '640', memory: '2560Gi', pods: '2200' }, allocated: { cpu: '100', pods: '300' } }

const clusterOf = (index: number): Cluster => {
  const made = cluster({ name: `cluster-${index}`, region: `region-${index % 10}` })
  return { ...made, status: { ...made.status, resourceSummary: summary } }
}

const placements: readonly Placement[] = [
  { replicaScheduling: { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Weighted' } },
  {
    replicaScheduling: { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Aggregated' },
    spreadConstraints: [{ spreadByField: 'cluster', minGroups: 2, maxGroups: 5 }],
  },
  {
    replicaScheduling: {
      replicaSchedulingType: 'Divided',
      weightPreference: { dynamicWeight: 'AvailableReplicas' },
    },
  },
]

const bindingOf = (index: number): Binding => ({
  apiVersion: resourceBindingKind.apiVersion,
  kind: resourceBindingKind.kind,
  metadata: {
    name: `app-${index}-deployment`,
    namespace: 'default',
    labels: { [label.propagationPolicyId]: 'bench', [label.bindingId]: `id-${index}` },
  },
  spec: {
    resource: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: `app-${index}` },
    replicas: 10,
    replicaRequirements: { resourceRequest: { cpu: '100m', memory: '128Mi' } },
    placement: placements[index % placements.length] ?? {},
  },
})

async function fill(client: Client, { n, clusters }: SimulateOptions): Promise<void> {
  for (let index = 0; index < clusters; index++) {
    const made = clusterOf(index)
    const created = await client.create(clusterKind, made)
    await client.update(clusterKind, { ...made, metadata: created.metadata }, { subresource: 'status' })
  }
  const bindings = Array.from({ length: n }, (_, index) => bindingOf(index))
  await atOnce(writesAtOnce, bindings, (binding) => client.create(resourceBindingKind, binding))
}

/** Prints how long it takes to find out what would move if a cluster were drained, and how much memory. */
export async function simulate(options: SimulateOptions): Promise<void> {
  const log = createLog({ level: 'silent' })
  const server = await createApiServer({ name: 'bench', storage: memoryStorage(), crds, log })
  const client = createClient(inProcessTransport(server, { name: 'bench', groups: [masters] }))
  await fill(client, options)
  const control: Control = {
    client,
    discovery: createDiscovery(client),
    identity: { server: 'https://bench' },
    namespace: 'default',
  }
  const changes = { drain: ['cluster-0'], cordon: [], remove: [], add: [], policies: [], rebalance: false }
  const [before, cpu, start] = [process.memoryUsage().rss, process.cpuUsage(), performance.now()]
  const silent = { step: <T>(_: string, step: (say: () => void) => Promise<T>) => step(() => {}) }
  const machine = { config: readConfig(), log, version: '0.1.0' }
  const found = await run(control, changes, machine, silent, AbortSignal.timeout(600_000))
  const { user, system } = process.cpuUsage(cpu)
  console.log(
    `${options.n} bindings over ${options.clusters} clusters, none of them scheduled before; one cluster drained`,
  )
  console.log(
    `took      ${((performance.now() - start) / 1000).toFixed(1)} s (CPU ${((user + system) / 1e6).toFixed(1)} s)`,
  )
  console.log(
    `memory    ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB, ${(before / 2 ** 20).toFixed(0)} before`,
  )
  console.log(`found     ${JSON.stringify(found.summary)}, ${found.moves.length} moves`)
  for (const warning of found.warnings) console.log(`warning   ${warning}`)
  await server.close()
}
