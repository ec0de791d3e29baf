import { type ApiServer, createApiServer, inProcessTransport, masters, memoryStorage } from '@flotilla/apiserver'
import { createControlPlane, createMetrics, type Reviewer, readConfig, statusOf } from '@flotilla/core'
import { createClient } from '@flotilla/kube'
import { preset } from '@flotilla/preset'
import { type Client, crds, definePlugin, type Log, member, on } from '@flotilla/sdk'
import { createLine, createSimulator } from '@flotilla/simulator'

/** A member, the line to it, and who uses the line. */
export interface Site {
  readonly name: string
  /** Its API as its own users have it, whatever becomes of the line. */
  readonly client: Client
  /** Whether the control plane reaches it. */
  readonly isUp: boolean
  cut(): void
  mend(): void
}

/** A control plane and members in this process, and the hands of whoever makes trouble. */
export interface World extends AsyncDisposable {
  /** The control plane's API, as a user. */
  readonly client: Client
  readonly sites: readonly Site[]
  site(name: string): Site
  /** Ends the control plane in the middle of whatever it does, and starts another one on the same API. */
  restart(): Promise<void>
  /** The versions of all API servers: where they are the same later, nothing was written. */
  versions(): Promise<string>
  /** What the control plane complained about, the newest last. */
  readonly complaints: readonly string[]
}

const machine = { name: 'system:flotilla', groups: [masters] }
const user = { name: 'somebody', groups: [masters] }
const uncounted = new Set([machine.name, 'system:simulator'])
const tracks = ({ name }: { name: string }): boolean => !uncounted.has(name)

const config = readConfig({
  clusterStatusUpdateFrequency: '250ms',
  clusterFailureThreshold: '100ms',
  clusterSuccessThreshold: '100ms',
})

/** A log that keeps the last complaints. */
function complaining(complaints: string[]): Log {
  const keep = (level: string) => (message: string, fields: object | undefined) => {
    const text = JSON.stringify(fields, (_, value) => (value instanceof Error ? value.message : value))
    complaints.push(`${new Date().toISOString()} ${level} ${message} ${text ?? ''}`)
    if (complaints.length > 300) complaints.shift()
  }
  const log: Log = { debug() {}, info() {}, warn: keep('warn'), error: keep('error'), with: () => log }
  return log
}

/** Members speak the API of Services across clusters from the beginning. */
const ofServices = crds.filter(({ metadata: { name } }) => /^service(ex|im)ports\./.test(name))

async function startSite(name: string, log: Log, ends: AsyncDisposableStack) {
  const server = await createApiServer({ name, storage: memoryStorage(), tracks, crds: ofServices, log })
  const life = new AbortController()
  const running = createSimulator({ name, server, log }).run(life.signal)
  ends.defer(async () => {
    life.abort()
    await Promise.allSettled([running])
    await server.close()
  })
  const line = createLine()
  const site: Site = {
    name,
    client: createClient(inProcessTransport(server, user), { fieldManager: 'local' }),
    get isUp() {
      return !line.fault
    },
    cut: () => line.set({ silence: 'unreachable' }),
    mend: () => line.set(undefined),
  }
  return { site, client: createClient(line.transport(inProcessTransport(server, machine))) }
}

/** The version an API server has come to, read from a list that is always short. */
export async function versionOf(client: Client): Promise<string> {
  const kind = { apiVersion: 'v1', kind: 'Node', plural: 'nodes', scope: 'Cluster' } as const
  return (await client.list(kind)).resourceVersion
}

interface Running {
  readonly review: Reviewer
  stop(): Promise<void>
}

function startControlPlane(server: ApiServer, members: ReadonlyMap<string, Client>, log: Log): Running {
  const life = new AbortController()
  const connects = definePlugin({
    name: 'sites',
    extensions: () => [on(member.connect, ({ cluster }) => members.get(cluster.metadata.name))],
  })
  const { review, run } = createControlPlane({
    client: createClient(inProcessTransport(server, machine)),
    config,
    plugins: [...preset, connects].map((plugin) => ({ plugin })),
    log,
    metrics: createMetrics(),
    signal: life.signal,
    version: '0.0.0',
  })
  const running = run()
  running.catch((error) => log.error('the control plane ended by itself', { error }))
  return {
    review,
    async stop() {
      life.abort()
      await Promise.allSettled([running])
    },
  }
}

export async function createWorld(names: readonly string[]): Promise<World> {
  const complaints: string[] = []
  const log = complaining(complaints)
  await using begun = new AsyncDisposableStack()
  let running: Running | undefined
  const server = await createApiServer({
    name: 'flotilla',
    storage: memoryStorage(),
    tracks,
    crds,
    log,
    async admission({ operation, subresource, namespace, name, manifest, before, user, dryRun }) {
      if (subresource || !running) return { manifest }
      const key = namespace ? { namespace, name } : { name }
      const asked = { operation, key, manifest, ...(before && { before }), user: user.name, dryRun }
      const answer = await running.review(asked)
      return 'denial' in answer ? statusOf(answer.denial, manifest) : answer
    },
  })
  begun.defer(() => server.close())
  const started = await Promise.all(names.map((name) => startSite(name, log, begun)))
  const members = new Map(started.map(({ site, client }) => [site.name, client]))
  const sites = started.map(({ site }) => site)
  const client = createClient(inProcessTransport(server, user), { fieldManager: 'kubectl' })
  running = startControlPlane(server, members, log)
  begun.defer(async () => running?.stop())
  const all = begun.move()
  return {
    client,
    sites,
    complaints,
    site(name) {
      const found = sites.find((each) => each.name === name)
      if (!found) throw new Error(`there is no site ${name}`)
      return found
    },
    async restart() {
      await running?.stop()
      running = startControlPlane(server, members, log)
    },
    async versions() {
      return (await Promise.all([client, ...sites.map((site) => site.client)].map(versionOf))).join(' ')
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}
