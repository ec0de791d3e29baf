import { setImmediate } from 'node:timers/promises'
import { type ApiServer, createApiServer, inProcessTransport, memoryStorage } from '@flotilla/apiserver'
import { createClient } from '@flotilla/kube'
import type { Client, Kind, Log, Manifest } from '@flotilla/sdk'
import { simulatorAdmission } from '../admission.ts'
import { createSimulator, type SimulatorOptions } from '../simulator.ts'
import { simulatedMetrics } from '../usage/serve.ts'
import { simulatorUser } from '../user.ts'

/** A simulated cluster in a test's hand. */
export interface Cluster {
  readonly server: ApiServer
  readonly client: Client
  /** What was logged as a warning or an error. */
  readonly complaints: readonly string[]
  /** Starts the simulator; the answer stops it and resolves when it has stopped. */
  start(options?: Partial<SimulatorOptions>): () => Promise<void>
  /** How many writes there have been. */
  writes(): Promise<number>
  close(): Promise<void>
}

function logOf(complaints: string[]): Log {
  const complain = (message: string, fields?: object) => void complaints.push(`${message} ${JSON.stringify(fields)}`)
  const log: Log = { debug: () => undefined, info: () => undefined, warn: complain, error: complain, with: () => log }
  return log
}

const configMaps: Kind = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', scope: 'Namespaced' }

/** A cluster with nothing running in it yet. */
export async function newCluster(): Promise<Cluster> {
  const complaints: string[] = []
  const log = logOf(complaints)
  const server: ApiServer = await createApiServer({
    name: 'member1',
    storage: memoryStorage(),
    admission: simulatorAdmission,
    groups: simulatedMetrics(() => server),
    tolerationSeconds: 0,
    keepsStatus: ({ name }) => name === simulatorUser.name,
    log,
  })
  const ends: AbortController[] = []
  const client = createClient(inProcessTransport(server, { name: 'user', groups: ['system:masters'] }))
  return {
    server,
    client,
    complaints,
    start(options = {}) {
      const end = new AbortController()
      ends.push(end)
      const running = createSimulator({ name: 'member1', server, log, ...options }).run(end.signal)
      return async () => {
        end.abort()
        await running
      }
    },
    writes: async () => Number((await client.list(configMaps)).resourceVersion),
    async close() {
      for (const end of ends) end.abort() // a test that failed has stopped nothing
      await server.close()
    },
  }
}

/** Looks until there is an answer; fails the test when there never is one. */
export async function eventually<T>(look: () => Promise<T | false | undefined>, what: string): Promise<T> {
  const patience = performance.now() + 10_000
  for (;;) {
    const found = await look()
    if (found !== false && found !== undefined) return found
    if (performance.now() > patience) throw new Error(`never: ${what}`)
    await setImmediate()
  }
}

/** The objects of a kind in namespace `default` once they are as many and as they should be. */
export const eventuallyAll = <T extends Manifest>(
  { client }: Cluster,
  kind: Kind<T>,
  count: number,
  holds: (object: T) => boolean = () => true,
): Promise<readonly T[]> =>
  eventually(async () => {
    const { items } = await client.list(kind, { namespace: 'default' })
    return items.length === count && items.every(holds) && items
  }, `${count} ${kind.plural} for which ${holds}`)
