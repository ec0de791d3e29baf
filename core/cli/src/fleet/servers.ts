import { join } from 'node:path'
import {
  type AccessOptions,
  type ApiServer,
  type Authority,
  createApiServer,
  type FrontProxy,
  type IssuerWords,
  inProcessTransport,
  type Mounted,
  masters,
  type Request,
  sqliteStorage,
} from '@flotilla/apiserver'
import type { Reviewer } from '@flotilla/core'
import { createClient, type User } from '@flotilla/kube'
import { type Client, convertBinding, crds, type Log, type Metrics } from '@flotilla/sdk'
import {
  createLine,
  createSimulator,
  type Line,
  simulatedKubelet,
  simulatedMetrics,
  simulatorAdmission,
  simulatorUser,
} from '@flotilla/simulator'
import { reviewedBy } from './admission.ts'
import { memberNames } from './members.ts'

export interface ServersOptions {
  readonly dataDir: string
  /** How many simulated members; by default as many as the directory has, or three in a new one. */
  readonly members?: number
  /** Simulated nodes in each member. */
  readonly nodes?: number
  readonly nodeLeases?: boolean
  /** Signs what is signed in the servers. */
  readonly authority: Authority
  /** Others whose tokens are believed. */
  readonly issuers?: readonly IssuerWords[]
  /** What the servers are known by where APIServices lead. */
  readonly frontProxy: FrontProxy
  readonly log: Log
  readonly metrics: Metrics
}

/** A simulated member: its API server, and the controllers that run in it until it is disposed of. */
export interface SimulatedMember extends AsyncDisposable {
  readonly name: string
  readonly server: ApiServer
  /** Its API, as the control plane has it: over the line. */
  readonly client: Client
  readonly line: Line
  /** Resolves when its controllers have stopped. */
  readonly running: Promise<void>
}

/** The API servers of a fleet, which nobody outside reaches yet. */
export interface Servers extends AsyncDisposable {
  readonly server: ApiServer
  /** The control plane's API, as the control plane. */
  readonly client: Client
  readonly members: readonly SimulatedMember[]
  /** From now on the control plane reviews what is written; before, only the server itself writes. */
  review(reviewer: Reviewer): void
}

/** A machine that is switched off is no accident here: nobody wants to wait five minutes for what then happens. */
const simulatedPatience = 5

const machine = { name: 'system:flotilla', groups: [masters] }

/** Controllers of this process, whose writes need no owner: none of them applies. */
const controllers = new Set([machine.name, simulatorUser.name])

const isSimulator = ({ name }: User): boolean => name === simulatorUser.name

/** Whether the control plane asks, which leads users through to members. */
const asksForUsers = ({ user }: Request): boolean => user.name === machine.name

const tracks = ({ name }: User): boolean => !controllers.has(name)

const clientOf = (server: ApiServer): Client => createClient(inProcessTransport(server, machine))

const storageOf = (dataDir: string, name: string) => sqliteStorage({ path: join(dataDir, `${name}.db`) })

/** Tokens of one server are worth nothing in another. */
const accessOf = async (
  { authority, issuers }: Pick<ServersOptions, 'authority' | 'issuers'>,
  name: string,
): Promise<AccessOptions> => ({
  authority,
  ...(issuers && { issuers }),
  tokenKey: await authority.key(`${name}-tokens`),
})

/** Starts the control plane's server, then the members': a directory that is in use is left as it is. */
export async function startServers(options: ServersOptions): Promise<Servers> {
  const { dataDir, frontProxy, log } = options
  const names = memberNames(dataDir, options.members)
  await using begun = new AsyncDisposableStack()
  let reviewer: Reviewer | undefined
  const admission = reviewedBy(() => reviewer)
  const storage = storageOf(dataDir, 'flotilla')
  const server = await createApiServer({
    name: 'flotilla',
    storage,
    admission,
    withoutAdmission: ['ServiceAccount'], // Pods are templates here, for clusters with accounts of their own
    convert: convertBinding,
    access: await accessOf(options, 'flotilla'),
    frontProxy,
    tracks,
    crds,
    connects: { 'clusters.cluster.karmada.io': ['proxy'] },
    log,
  })
  begun.defer(() => server.close())
  const outcomes = await Promise.allSettled(names.map((name) => startMember(name, options)))
  const members = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [begun.use(outcome.value)] : []))
  const failure = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failure) throw failure.reason
  const all = begun.move()
  return {
    server,
    client: clientOf(server),
    members,
    review: (review) => {
      reviewer = review
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}

async function startMember(
  name: string,
  { dataDir, nodes, nodeLeases = false, metrics, frontProxy, ...options }: ServersOptions,
): Promise<SimulatedMember> {
  const log = options.log.with({ cluster: name })
  const server: ApiServer = await createApiServer({
    name,
    storage: storageOf(dataDir, name),
    admission: simulatorAdmission,
    tolerationSeconds: simulatedPatience,
    access: await accessOf(options, name),
    frontProxy,
    tracks,
    keepsStatus: isSimulator,
    countsQuotas: true,
    groups: simulatedMetrics(() => server),
    kubelet: simulatedKubelet,
    log,
  })
  const life = new AbortController()
  const running = createSimulator({ name, server, log, metrics, nodeLeases, ...(nodes && { nodes }) }).run(life.signal)
  running.catch(() => undefined) // whoever waits for it is told
  const end = async () => {
    life.abort()
    await Promise.allSettled([running])
    await server.close()
  }
  const line = createLine()
  const client = createClient(line.transport(inProcessTransport(server, machine)))
  return { name, server, line, client, running, [Symbol.asyncDispose]: end }
}

/** Where each server is found on the listener of all. */
export const mounted = ({ server, members }: Servers): readonly Mounted[] => [
  ...members.map(({ name, server, line }) => ({
    prefix: `/members/${name}`,
    server: line.server(server, asksForUsers),
  })),
  { prefix: '/', server },
]
