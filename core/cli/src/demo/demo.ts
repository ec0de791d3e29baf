import { existsSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sqliteStorage } from '@flotilla/apiserver'
import { type Config, createLog } from '@flotilla/core'
import {
  type Client,
  clusterOverridePolicyKind,
  type Kind,
  overridePolicyKind,
  propagationPolicyKind,
} from '@flotilla/sdk'
import { type Fleet, startFleet } from '../fleet/fleet.ts'
import type { Progress } from '../output/progress.ts'
import { table } from '../output/table.ts'
import { bindingOf, deploymentKind, deploymentOf, placements, readyReplicas } from './look.ts'
import { sample } from './sample.ts'

const patience = 60_000

const kinds: Readonly<Record<string, Kind>> = {
  ConfigMap: { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', scope: 'Namespaced' },
  Deployment: deploymentKind,
  Service: { apiVersion: 'v1', kind: 'Service', plural: 'services', scope: 'Namespaced' },
  PropagationPolicy: propagationPolicyKind as Kind,
  OverridePolicy: overridePolicyKind as Kind,
  ClusterOverridePolicy: clusterOverridePolicyKind as Kind,
}

/** Asks until there is an answer; complains with what it waited for. */
async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (const end = performance.now() + patience; performance.now() < end; await sleep(20)) {
    const seen = await look()
    if (seen !== undefined) return seen
  }
  throw new Error(`${what} did not happen within ${patience / 1000} s`)
}

async function apply(client: Client, say: (state: string) => void): Promise<void> {
  for (const manifest of sample()) {
    const kind = kinds[manifest.kind]
    if (!kind) throw new Error(`the sample has a ${manifest.kind}, which the demo does not know`)
    say(`${manifest.kind} ${manifest.metadata.name}`)
    await client.create(kind, { ...manifest, metadata: { ...manifest.metadata, namespace: 'default' } })
  }
  say('Deployment, Service, ConfigMap, PropagationPolicies, OverridePolicy')
}

const scheduled = (client: Client, say: (state: string) => void) =>
  until('scheduling', async () => {
    const binding = await bindingOf(client, 'web-deployment')
    const clusters = binding?.spec.clusters ?? []
    say(clusters.map(({ name, replicas }) => `${name}:${replicas}`).join(' '))
    return clusters.length > 0 ? binding : undefined
  })

const running = (client: Client, say: (state: string) => void) =>
  until('running', async () => {
    const web = await deploymentOf(client, 'web')
    const wanted = (web?.spec as { replicas?: number } | undefined)?.replicas ?? 0
    say(`${readyReplicas(web)} of ${wanted} replicas ready`)
    return readyReplicas(web) === wanted ? web : undefined
  })

async function show(client: Client): Promise<string> {
  const [web, binding] = await Promise.all([deploymentOf(client, 'web'), bindingOf(client, 'web-deployment')])
  if (!web || !binding) throw new Error('the sample application is gone')
  const placed = await placements(client, binding, web)
  return table(
    ['OBJECT', 'CLUSTER', 'REPLICAS', 'READY', 'OVERRIDDEN'],
    placed.map(({ cluster, replicas, ready, overridden }) => [
      'Deployment web',
      cluster,
      replicas,
      ready,
      overridden || undefined,
    ]),
  )
}

/** What a person may do with the kubectl they have. */
export const usage = (kubeconfig: string): string => `
The control plane is up. With the kubectl you have, in another terminal:

  export KUBECONFIG=$PWD/${relative(process.cwd(), kubeconfig)}
  kubectl get clusters
  kubectl get deployment,resourcebinding
  kubectl --context member2 get deployment web -o wide
  kubectl scale deployment web --replicas=12

Ctrl-C stops it.`

/** Every demo begins anew. One that still runs keeps its directory: who comes second is refused. */
async function clear(dataDir: string): Promise<void> {
  const path = join(dataDir, 'flotilla.db')
  if (existsSync(path)) {
    const storage = sqliteStorage({ path })
    await storage.open()
    await storage.close()
  }
  rmSync(dataDir, { recursive: true, force: true })
}

export interface DemoOptions {
  readonly config: Config
  readonly version: string
  readonly dataDir: string
  readonly port: number
  readonly progress: Progress
  readonly print: (text: string) => void
}

/** Starts a fleet, propagates the sample application and shows what runs where. The fleet is left up. */
export async function demo({ config, version, dataDir, port, progress, print }: DemoOptions): Promise<Fleet> {
  await clear(dataDir)
  const fleet = await progress.step('control plane ready', async (say) => {
    const started = await startFleet({ members: 3, dataDir, port, config, version, log: createLog({ level: 'error' }) })
    await started.ready
    say(`with ${started.members.length} members`)
    return started
  })
  try {
    await walk(fleet, progress, print)
    return fleet
  } catch (error) {
    await fleet.stop()
    throw error
  }
}

/** The sample application, from its manifests to the table. */
async function walk({ client }: Fleet, progress: Progress, print: (text: string) => void): Promise<void> {
  await progress.step('applied', (say) => apply(client, say))
  await progress.step('scheduled', (say) => scheduled(client, say))
  await progress.step('running', (say) => running(client, say))
  print('')
  print(await until('the status of every cluster', async () => settled(client)))
}

/** The table, once the binding has heard from every cluster. */
async function settled(client: Client): Promise<string | undefined> {
  const binding = await bindingOf(client, 'web-deployment')
  const heard = binding?.status?.aggregatedStatus?.every(({ status }) => status !== undefined)
  return heard ? show(client) : undefined
}
