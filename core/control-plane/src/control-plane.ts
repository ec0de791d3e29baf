import { once } from 'node:events'
import { createHttp, createRuntime, type Runtime, shardOf, type Turn } from '@flotilla/kube'
import {
  type Answered,
  type Ask,
  type Client,
  type Cluster,
  type Controller,
  everyPoint,
  type Host,
  type Key,
  type Kind,
  type Log,
  type Metrics,
  type Overhear,
  Registry,
  type Sandboxes,
} from '@flotilla/sdk'
import type { Config } from './config/config.ts'
import { type LoadedPlugins, loadPlugins, type PluginEntry } from './extension/loader.ts'
import { observed } from './extension/observed.ts'
import { policyAt } from './extension/policy.ts'
import { type Asking, profilesOf } from './extension/profiles.ts'
import type { Machine } from './machine.ts'
import { Unsaid } from './manifest/unsaid.ts'
import { agentControllers } from './member/agents/controller.ts'
import { clusterControllers } from './member/lifecycle.ts'
import type { ConnectedMembers } from './member/member.ts'
import { createMembers, isPushed, type Membership } from './member/members.ts'
import { monitorController } from './member/monitor.ts'
import { pushMembers } from './member/push.ts'
import { aggregateControllers } from './pipeline/aggregate/controller.ts'
import { applyControllers } from './pipeline/apply/controller.ts'
import { bindControllers } from './pipeline/bind/controller.ts'
import { evictControllers } from './pipeline/evict/controller.ts'
import { matchControllers } from './pipeline/match/controller.ts'
import { reflectControllers } from './pipeline/reflect/controller.ts'
import { renderControllers } from './pipeline/render/controller.ts'
import { type Account, accountOf, explained } from './pipeline/schedule/account.ts'
import { scheduleControllers } from './pipeline/schedule/controller.ts'
import { Decisions } from './pipeline/schedule/decisions.ts'
import type { Explanation } from './pipeline/schedule/explain.ts'
import { reporting } from './reporting.ts'
import { createSandboxes, within } from './sandbox/sandboxes.ts'
import { reviewingOwnWrites } from './server/admission/own-writes.ts'
import { createReviewer, type Reviewer } from './server/admission/review.ts'
import { sayBuild } from './server/build-info.ts'
import { type ClusterProxy, type ClusterProxyOptions, createClusterProxy } from './server/proxy/proxy.ts'
import { Gauges } from './shards/gauges.ts'
import { partOf } from './shards/part.ts'

export interface ControlPlaneOptions {
  /** The API server that holds templates, policies, bindings and works. */
  readonly client: Client
  /** Who we are there, when it does not ask us about what we create, and about our changes of bindings: then we review that ourselves. */
  readonly reviewsAs?: string
  readonly config: Config
  /** Loaded in this order, then the connection to clusters in push mode. */
  readonly plugins: readonly PluginEntry[]
  readonly log: Log
  readonly metrics: Metrics
  /** Ends everything. */
  readonly signal: AbortSignal
  /** Flotilla's version, which plugins may ask for. */
  readonly version: string
  readonly now?: () => Date
  /** Which clusters are reached from here. By default those in push mode; a pull agent says: its own. */
  readonly serves?: (cluster: Cluster) => boolean
  /** Whether agents of clusters in pull mode are let in; by default they are not: not every API server signs certificates. */
  readonly letsAgentsIn?: boolean
  /** How users are led to clusters that have no secrets, as somebody who may speak for all. */
  readonly passageTo?: ClusterProxyOptions['passageTo']
  /** What runs; by default everything. Who only wants to know what would be decided leaves out what acts. */
  readonly stages?: readonly StageName[]
  /** How many shards what can be divided is divided into; by default one, and nothing is. */
  readonly shards?: number
}

export interface ControlPlane {
  /** What an API server asks before a write. */
  readonly review: Reviewer
  /** Asks the plugins. */
  readonly ask: Ask
  /** Asks, and hears who says what. */
  readonly overhear: Overhear
  /** Every extension point, and who answers it at this moment, in the order they are asked. */
  points(): readonly Answered[]
  /** How the last decisions about a binding came about, the newest first. */
  decisions(binding: Key): readonly Explanation[]
  /** Accounts for where a binding goes; undefined when there is none of that name. */
  account(binding: Key): Promise<Account | undefined>
  readonly members: ConnectedMembers
  /** Leads users through to members, until the signal. */
  readonly proxy: ClusterProxy
  /** The caches of the control plane's API. */
  readonly store: Machine['store']
  /** Whether nothing is being done, and nothing is to be done again within so many milliseconds. */
  isIdle(milliseconds: number): boolean
  /** Runs until the signal; resolves when every controller has stopped. With several shards: only what every replica needs. */
  run(): Promise<void>
  /** Runs what is not divided, until the signal: one replica does so. */
  lead(signal: AbortSignal): Promise<void>
  /** Works on a shard for as long as it is its turn, beginning from nothing. */
  work(turn: Turn): Promise<void>
}

/** How many bindings leave clusters in a second because of taints, in all shards together. */
const evictionRate = 0.5

/** What runs, stage by stage, in the order a template walks. */
const stages = {
  members: ({ membership, machine }) => [membership.looking(machine)],
  clusters: ({ machine, config }) => [
    ...clusterControllers(machine),
    monitorController(machine, {
      grace: config.clusterMonitorGracePeriod,
      startupGrace: config.clusterStartupGracePeriod,
    }),
  ],
  agents: ({ machine, letsAgentsIn }) => (letsAgentsIn ? agentControllers(machine) : []),
  match: ({ machine, config }) => matchControllers(machine, config),
  bind: ({ machine, config }) => bindControllers(machine, config),
  schedule: ({ machine, config, decisions, profiles, unsaid }) =>
    scheduleControllers(machine, { ...config, decisions, profiles, ...(unsaid && { unsaid }) }),
  render: ({ machine }) => renderControllers(machine),
  apply: ({ machine, serves }) => applyControllers(machine, { serves }),
  reflect: ({ machine, config }) => reflectControllers(machine, config),
  aggregate: ({ machine, unsaid }) => aggregateControllers(machine, unsaid),
  evict: ({ machine, shards }) => evictControllers(machine, { rate: evictionRate / shards }),
  plugins: ({ plugins }) => plugins.controllers,
} satisfies Readonly<Record<string, (whole: Whole) => readonly Controller[]>>

export type StageName = keyof typeof stages

/** Not divided are the controllers of plugins, and who lets agents in; nor is who gives room away, where that is kept in mind. */
const isWhole = (name: StageName, { overcommitProtection }: Config): boolean =>
  name === 'plugins' || name === 'agents' || (name === 'schedule' && overcommitProtection)

/** What stages are made of. */
interface Whole {
  readonly machine: Machine
  readonly shards: number
  readonly config: Config
  readonly serves: (cluster: Cluster) => boolean
  readonly letsAgentsIn: boolean
  readonly membership: Membership
  readonly plugins: LoadedPlugins
  readonly decisions: Decisions
  readonly profiles: ReadonlyMap<string, Asking>
  /** What the stage that sums up says for others. Undefined when it does not run. */
  readonly unsaid: Unsaid | undefined
}

/** The machine with its plugins. */
export function createControlPlane(options: ControlPlaneOptions): ControlPlane {
  const { config, signal, version, serves = isPushed, letsAgentsIn = false } = options
  sayBuild(options.metrics, version)
  const registry = new Registry()
  const { ask, overhear } = registry
  const { reviewsAs: user } = options
  const known = (kind: Kind<unknown>, key: Key) => runtime.store(kind).get(key)
  const client = user === undefined ? options.client : reviewingOwnWrites(options.client, { ask, user, known })
  const caching = { checkPeriod: config.cacheCheckPeriod }
  const runtime: Runtime = createRuntime({ ...options, client, name: 'flotilla', caching })
  const ground = { ...runtime, event: reporting(runtime.event, config.successEvents), ask, overhear }
  const membership = createMembers(ground, {
    serves,
    statusPeriod: config.clusterStatusUpdateFrequency,
    successThreshold: config.clusterSuccessThreshold,
    failureThreshold: config.clusterFailureThreshold,
  })
  const { members, connecting } = membership
  const machine: Machine = { ...ground, members }
  const plugins = loadPlugins([...options.plugins, { plugin: pushMembers, trusted: true }], {
    registry,
    version,
    timeout: config.pluginTimeout,
    host: hostOn(machine, config.pluginTimeout, sandboxesOf(options)),
  })

  const decisions = new Decisions(config.decisionMemory)
  const profiles = profilesOf(config.schedulerProfiles, plugins.scheduling)
  const { stages: names = Object.keys(stages) as StageName[], shards = 1 } = options // its own keys
  const controllersOf = (machine: Machine, wanted: readonly StageName[]): readonly Controller[] => {
    const unsaid = wanted.includes('aggregate') ? new Unsaid() : undefined
    const own = { serves, letsAgentsIn, membership, plugins, decisions, profiles, unsaid }
    const whole: Whole = { machine, shards, config, ...own }
    return wanted.flatMap((name) => stages[name](whole))
  }
  const controllers = [
    ...(names.includes('members') ? [connecting] : []),
    ...(shards === 1 ? controllersOf(machine, names) : []),
  ]
  const gauges = new Gauges(options.metrics)
  const { passageTo } = options
  const proxy = createClusterProxy({ ...machine, ...(passageTo && { passageTo }) })
  signal.addEventListener('abort', () => void proxy.close(), { once: true })
  return {
    review: createReviewer(machine.ask),
    ask: machine.ask,
    overhear: machine.overhear,
    points: () => registry.list(everyPoint),
    decisions: (binding) => explained(decisions, binding),
    account: (binding) => accountOf(machine, { decisions, profiles, empty: config.emptyWorkloadPropagation }, binding),
    members,
    proxy,
    store: machine.store,
    isIdle: machine.isIdle,
    async run() {
      await Promise.all([ended(signal), running(controllers, signal)])
      await plugins.end()
    },
    lead: (leading) =>
      running(
        controllersOf(
          machine,
          names.filter((name) => isWhole(name, config)),
        ),
        leading,
      ),
    async work(turn) {
      const part = partOf(machine, turn, { shards, counts: gauges.part() })
      await running(
        controllersOf(
          part.machine,
          names.filter((name) => !isWhole(name, config)),
        ),
        turn.signal,
      )
      await part.end()
      const left = members.list().filter(({ name }) => shardOf(name, shards) === turn.shard)
      if (!signal.aborted) for (const { name } of left) membership.renew(name) // another replica watches it now
    },
  }
}

const running = async (controllers: readonly Controller[], signal: AbortSignal): Promise<void> => {
  await Promise.all(controllers.map((controller) => controller.run(signal)))
}

/** Resolves with the signal: plugins answer until then, whether anything runs or not. */
const ended = (signal: AbortSignal): Promise<unknown> => (signal.aborted ? Promise.resolve() : once(signal, 'abort'))

/** Where programs of strangers run, within what the config gives them. */
const sandboxesOf = ({ config, metrics, signal }: ControlPlaneOptions): Sandboxes =>
  createSandboxes({
    metrics,
    signal,
    threads: config.sandboxThreads,
    memory: config.sandboxMemory * 2 ** 20,
    processes: config.sandboxProcesses,
  })

/** A plugin's host: the machine's, with the plugin's name on what it logs, and its own options and end. */
const hostOn =
  (machine: Machine, timeout: number, sandboxes: Sandboxes) =>
  (plugin: string, options: unknown, signal: AbortSignal): Host => ({
    client: machine.client,
    members: machine.members,
    ask: machine.ask,
    log: machine.log.with({ plugin }),
    metrics: machine.metrics,
    event: machine.event,
    options,
    now: machine.now,
    signal,
    sandboxes: within(sandboxes, signal),
    http: createHttp({ metrics: machine.metrics, signal }),
    observed: (extension, { name, ...words }) =>
      observed(extension, {
        plugin: name,
        metrics: machine.metrics,
        log: machine.log.with({ plugin: name }),
        policy: policyAt(extension.point.id, words, timeout),
        trusted: false,
      }),
    store: (kind) => machine.store(kind),
    controller: (name) => machine.controller(`${plugin}:${name}`),
  })
