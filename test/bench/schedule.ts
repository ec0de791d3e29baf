import { join } from 'node:path'
import { createApiServer, inProcessTransport, masters, sqliteStorage } from '@flotilla/apiserver'
import { assigningPlugins } from '@flotilla/assigning'
import { createLog, createMembers, createMetrics, Decisions, type Machine, scheduleControllers } from '@flotilla/core'
import { estimatingPlugins } from '@flotilla/estimating'
import { createClient, createRuntime } from '@flotilla/kube'
import { schedulingPlugins } from '@flotilla/scheduling'
import {
  type Binding,
  type Client,
  type Cluster,
  clusterKind,
  crds,
  type Host,
  isTrue,
  label,
  type Placement,
  Registry,
  resourceBindingKind,
} from '@flotilla/sdk'
import { cluster } from '@flotilla/sdk/testing'
import { newDataDir } from '../up.ts'
import { atOnce } from './measure.ts'

export interface ScheduleOptions {
  readonly n: number
  readonly clusters: number
  /** MiB in which decisions are kept. */
  readonly memory: number
}

const summary = { allocatable: { cpu: '640', memory: '2560Gi', pods: '2200' }, allocated: { cpu: '100', pods: '300' } }

const clusterOf = (index: number): Cluster => {
  const made = cluster({ name: `cluster-${index}`, region: `region-${index % 10}`, labels: { tier: `t${index % 4}` } })
  return { ...made, status: { ...made.status, resourceSummary: summary } }
}

/** The placements policies usually have, one after the other. */
const placements: readonly Placement[] = [
  {},
  { clusterAffinity: { labelSelector: { matchLabels: { tier: 't1' } } } },
  { replicaScheduling: { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Weighted' } },
  {
    replicaScheduling: { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Aggregated' },
    spreadConstraints: [{ spreadByField: 'cluster', minGroups: 2, maxGroups: 5 }],
  },
  {
    replicaScheduling: {
      replicaSchedulingType: 'Divided',
      replicaDivisionPreference: 'Weighted',
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

async function fill(client: Client, { n, clusters }: ScheduleOptions): Promise<void> {
  await atOnce(
    64,
    Array.from({ length: clusters }, (_, index) => clusterOf(index)),
    async (object) => {
      const { resourceVersion } = (await client.create(clusterKind, object)).metadata
      const metadata = { ...object.metadata, ...(resourceVersion && { resourceVersion }) }
      await client.update(clusterKind, { ...object, metadata }, { subresource: 'status' })
    },
  )
  await atOnce(
    64,
    Array.from({ length: n }, (_, index) => bindingOf(index)),
    (binding) => client.create(resourceBindingKind, binding),
  )
}

function schedulerMachine(client: Client, signal: AbortSignal): Machine {
  const registry = new Registry()
  const metrics = createMetrics()
  const runtime = createRuntime({ client, name: 'bench', log: createLog({ level: 'error' }), metrics, signal })
  const ground = { ...runtime, ask: registry.ask, overhear: registry.overhear }
  const machine = { ...ground, members: createMembers(ground).members }
  const host: Host = { ...machine, options: undefined, store: (kind) => machine.store(kind) }
  for (const plugin of [...schedulingPlugins, ...estimatingPlugins, ...assigningPlugins]) {
    for (const extension of plugin.extensions?.(host) ?? []) registry.add(extension)
  }
  return machine
}

/** Resolves when so many bindings are scheduled. */
function allScheduled(machine: Machine, n: number): Promise<void> {
  const done = new Set<string>()
  const { promise, resolve } = Promise.withResolvers<void>()
  machine.store(resourceBindingKind).listen(({ after }) => {
    if (after && isTrue(after.status?.conditions, 'Scheduled')) done.add(after.metadata.name)
    if (done.size === n) resolve()
  })
  return promise
}

/** Prints how many bindings a second get their clusters, with the writes that say so. */
export async function schedule(options: ScheduleOptions): Promise<void> {
  const { n, clusters, memory } = options
  const log = createLog({ level: 'error' })
  const storage = sqliteStorage({ path: join(newDataDir(), 'bench.db') })
  const server = await createApiServer({ name: 'bench', storage, crds, log })
  const client = createClient(inProcessTransport(server, { name: 'bench', groups: [masters] }))
  await fill(client, options)

  const life = new AbortController()
  const machine = schedulerMachine(client, life.signal)
  await Promise.all([machine.store(resourceBindingKind).synced, machine.store(clusterKind).synced])
  const finished = allScheduled(machine, n)
  const cpu = process.cpuUsage()
  const start = performance.now()
  const running = scheduleControllers(machine, { decisions: new Decisions(memory) }).map((controller) =>
    controller.run(life.signal),
  )
  await finished
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpu)

  console.log(`${n} bindings over ${clusters} clusters, five placements in turn`)
  console.log(`scheduled in        ${seconds.toFixed(2)} s`)
  console.log(`bindings/s          ${(n / seconds).toFixed(0)}`)
  console.log(`CPU                 ${((user + system) / 1e6).toFixed(2)} s`)
  console.log(`floor: the writes   ${(await floor(client, n)).toFixed(2)} s`)
  life.abort()
  await Promise.allSettled(running)
  await server.close()
}

/** The same two writes for each binding, with nobody thinking: seconds. */
async function floor(client: Client, n: number): Promise<number> {
  const names = Array.from({ length: n }, (_, index) => ({ namespace: 'default', name: `app-${index}-deployment` }))
  const start = performance.now()
  await atOnce(32, names, async (key) => {
    const clusters = [{ name: 'cluster-1', replicas: 10 }]
    await client.patch(resourceBindingKind, key, { type: 'merge', body: { spec: { clusters } } })
    const body = { status: { lastScheduledTime: new Date().toISOString() } }
    await client.patch(resourceBindingKind, key, { type: 'merge', body }, { subresource: 'status' })
  })
  return (performance.now() - start) / 1000
}
