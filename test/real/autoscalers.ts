import { createApiServer, inProcessTransport, masters, memoryStorage } from '@flotilla/apiserver'
import { createLog } from '@flotilla/core'
import { createClient } from '@flotilla/kube'
import type { Client, Kind, Manifest } from '@flotilla/sdk'
import { createSimulator, simulatedMetrics } from '@flotilla/simulator'
import { deployment } from '../deployment.ts'
import { deploymentKind } from '../kinds.ts'

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
}

type Autoscaler = Manifest & { readonly status?: { readonly conditions?: readonly Condition[] } }
type Event = Manifest & { readonly reason: string; readonly message: string; readonly involvedObject: { readonly kind: string; readonly name: string } } // biome-ignore format: one kind

const kind = 'HorizontalPodAutoscaler'
const autoscalers: Kind<Autoscaler> = {
  apiVersion: 'autoscaling/v2',
  kind,
  plural: 'horizontalpodautoscalers',
  scope: 'Namespaced',
}
const events: Kind<Event> = { apiVersion: 'v1', kind: 'Event', plural: 'events', scope: 'Namespaced' }
const namespaces: Kind = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', scope: 'Cluster' }
const namespace = 'scaled'

const by = (type: string, metric: object) => [{ type, [type.toLowerCase()]: metric }]
const five = { type: 'Value', value: '5' }
const each = { type: 'AverageValue', averageValue: '5' }
const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'web' }

/** What autoscalers are asked for that nothing comes of, or at once, whatever is measured; by the name of what they scale. */
const asked: Readonly<Record<string, { readonly replicas?: number; readonly spec?: object }>> = {
  absent: {},
  odd: { spec: { scaleTargetRef: { apiVersion: 'example.com/v1', kind: 'Widget', name: 'odd' } } },
  off: { replicas: 0 },
  much: { replicas: 5 },
  queue: { replicas: 1, spec: { metrics: by('External', { metric: { name: 'queue' }, target: five }) } },
  requests: { replicas: 1, spec: { metrics: by('Pods', { metric: { name: 'requests' }, target: each }) } },
  hits: { replicas: 1, spec: { metrics: by('Object', { metric: { name: 'hits' }, describedObject: ingress, target: five }) } }, // biome-ignore format: one line
}

/** Makes them all. */
export async function askAutoscalers(client: Client): Promise<void> {
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  for (const [name, { replicas, spec }] of Object.entries(asked)) {
    const metadata = { namespace, name }
    if (replicas !== undefined) await client.create(deploymentKind, { ...deployment(name, replicas), metadata })
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name }
    const whole = { maxReplicas: 3, scaleTargetRef, ...spec }
    await client.create(autoscalers, { apiVersion: autoscalers.apiVersion, kind, metadata, spec: whole } as Autoscaler)
  }
}

/** What they say: conditions, and events as often as they came. The one that scales goes on, and says other things later. */
export async function saidByAutoscalers(client: Client): Promise<Readonly<Record<string, readonly string[]>>> {
  const [found, told] = await Promise.all([client.list(autoscalers, { namespace }), client.list(events, { namespace })])
  const eventsOf = (name: string) =>
    told.items
      .filter(({ involvedObject }) => involvedObject.kind === kind && involvedObject.name === name)
      .map(({ reason, message }) => `${reason}: ${message}`)
  return Object.fromEntries(
    found.items.map(({ metadata: { name }, status }) => {
      const conditions = (status?.conditions ?? []).map((each) => `${each.type}=${each.status} ${each.reason}: ${each.message}`) // biome-ignore format: one line
      const said = name === 'much' ? eventsOf(name).filter((text) => text.startsWith('Success')) : [...conditions, ...eventsOf(name)] // biome-ignore format: one line
      return [name, [...new Set(said)].toSorted()]
    }),
  )
}

/** A simulated cluster. */
export async function startSimulated(): Promise<AsyncDisposable & { readonly client: Client }> {
  const log = createLog({ level: 'silent' })
  const name = 'simulated'
  const server = await createApiServer({ name, storage: memoryStorage(), groups: simulatedMetrics(() => server), log }) // biome-ignore format: one call
  const life = new AbortController()
  const running = createSimulator({ name, server, log }).run(life.signal)
  return {
    client: createClient(inProcessTransport(server, { name: 'user', groups: [masters] })),
    async [Symbol.asyncDispose]() {
      life.abort()
      await Promise.allSettled([running])
      await server.close()
    },
  }
}
