import { type Client, type Manifest, propagationPolicyKind } from '@flotilla/sdk'
import { configMapKind, deploymentKind } from '../kinds.ts'
import { up } from '../up.ts'
import { atOnce, percentile, print, useOf } from './measure.ts'
import { connect, watch } from './sightings.ts'
import { configMap, deployment, policy } from './workload.ts'

export interface PropagateOptions {
  readonly n: number
  readonly members: number
  readonly deps: boolean
  /** Deployments created one at a time, each waited for, before the bulk. */
  readonly singles: number
}

/** Simulated nodes for one replica of each Deployment, at 110 pods a node, with room for rollouts. */
export const nodes = (n: number, singles: number): number => Math.ceil((1.3 * (n + singles)) / 110)

export const width = 32 // requests under way at once while the bulk is created

const ready = (members: number) => (object: Manifest) =>
  (object.status as { readyReplicas?: number } | undefined)?.readyReplicas === members

/** The same writes to a control plane with nobody to act on them: what the API alone costs. */
async function floor(names: readonly string[], deps: boolean): Promise<number> {
  const bare = await up({ members: 0 })
  try {
    const client = await connect(bare, 'flotilla')
    const start = performance.now()
    await atOnce(width, names, (name) => create(client, name, [], deps, false))
    return performance.now() - start
  } finally {
    await bare.stop()
  }
}

async function create(client: Client, name: string, members: readonly string[], deps: boolean, policed = true) {
  if (policed) await client.create(propagationPolicyKind, policy(name, members, deps) as never)
  if (deps) await client.create(configMapKind, configMap(name))
  await client.create(deploymentKind, deployment(name, deps))
}

/** Prints how fast Deployments get from the template to the members, and back as status. */
export async function propagate({ n, members, deps, singles }: PropagateOptions): Promise<void> {
  const names = Array.from({ length: n }, (_, index) => `bulk-${index}`)
  const lowest = await floor(names, deps)

  const flotilla = await up({ members, args: ['--nodes', String(nodes(n, singles))] })
  const watching = new AbortController()
  try {
    const clusters = Array.from({ length: members }, (_, index) => `member${index + 1}`)
    const client = await connect(flotilla, 'flotilla')
    const arrived = await Promise.all(
      clusters.map(async (each) => watch(await connect(flotilla, each), deploymentKind, () => true, watching.signal)),
    )
    const aggregated = await watch(client, deploymentKind, ready(members), watching.signal)
    const latency = (name: string, since: number) => Math.max(...arrived.map((there) => there.at(name))) - since

    const single: number[] = []
    for (let index = 0; index < singles; index++) {
      const name = `single-${index}`
      await client.create(propagationPolicyKind, policy(name, clusters, false) as never)
      const since = performance.now()
      await client.create(deploymentKind, deployment(name, false))
      await Promise.all(arrived.map((there) => there.of(name)))
      single.push(latency(name, since))
      await aggregated.of(name)
    }

    const before = useOf(flotilla.pid)
    const since = new Map<string, number>()
    const start = performance.now()
    await atOnce(width, names, (name) => {
      since.set(name, performance.now())
      return create(client, name, clusters, deps)
    })
    const applied = performance.now()
    await Promise.all(names.flatMap((name) => [...arrived, aggregated].map((there) => there.of(name))))
    const end = performance.now()
    const use = useOf(flotilla.pid)

    const latencies = names.map((name) => latency(name, since.get(name) ?? 0))
    const bytes = JSON.stringify(deployment('bulk-0', deps)).length
    const seconds = (end - start) / 1000
    print({
      [`${n} Deployments of ${bytes} bytes, ${members} members${deps ? ', with dependencies' : ''}`]: '',
      'ready in': `${flotilla.readyIn} ms`,
      'created in': `${((applied - start) / 1000).toFixed(2)} s`,
      'in the members and aggregated in': `${seconds.toFixed(2)} s`,
      'objects/s': (n / seconds).toFixed(0),
      'template to members, P50 / P99': `${percentile(latencies, 0.5).toFixed(0)} / ${percentile(latencies, 0.99).toFixed(0)} ms`,
      'one at a time, P50 / P99': `${percentile(single, 0.5).toFixed(1)} / ${percentile(single, 0.99).toFixed(1)} ms (${singles})`,
      CPU: `${(use.cpu - before.cpu).toFixed(2)} s`,
      'peak RSS of the process': `${use.peak.toFixed(0)} MiB`,
      'floor: creating the templates only': `${(lowest / 1000).toFixed(2)} s`,
      'ratio to the floor': (seconds / (lowest / 1000)).toFixed(1),
    })
  } finally {
    watching.abort()
    await flotilla.stop()
  }
}
