import { createRuntime } from '@flotilla/kube'
import { type Client, type Controller, type Host, type Log, type Metrics, Registry } from '@flotilla/sdk'
import type { Config } from './config/config.ts'
import { loadPlugins, type PluginEntry } from './extension/loader.ts'
import type { Machine } from './machine.ts'
import { clusterControllers } from './member/lifecycle.ts'
import type { ConnectedMembers } from './member/member.ts'
import { createMembers } from './member/members.ts'
import { pushMembers } from './member/push.ts'
import { aggregateControllers } from './pipeline/aggregate/controller.ts'
import { applyControllers } from './pipeline/apply/controller.ts'
import { bindControllers } from './pipeline/bind/controller.ts'
import { evictControllers } from './pipeline/evict/controller.ts'
import { matchControllers } from './pipeline/match/controller.ts'
import { reflectControllers } from './pipeline/reflect/controller.ts'
import { renderControllers } from './pipeline/render/controller.ts'
import { scheduleControllers } from './pipeline/schedule/controller.ts'
import { reporting } from './reporting.ts'
import { createReviewer, type Reviewer } from './server/admission/review.ts'

export interface ControlPlaneOptions {
  /** The API server that holds templates, policies, bindings and works. */
  readonly client: Client
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
}

export interface ControlPlane {
  /** What an API server asks before a write. */
  readonly review: Reviewer
  readonly members: ConnectedMembers
  /** Runs until the signal; resolves when every controller has stopped. */
  run(): Promise<void>
}

/** The machine with its plugins: every stage of the pipeline, in the order a template walks. */
export function createControlPlane(options: ControlPlaneOptions): ControlPlane {
  const { config, signal, version } = options
  const registry = new Registry()
  const runtime = createRuntime({ ...options, name: 'flotilla' })
  const ground = { ...runtime, event: reporting(runtime.event, config.successEvents), ask: registry.ask }
  const { members, controllers: membership } = createMembers(ground, {
    statusPeriod: config.clusterStatusUpdateFrequency,
    successThreshold: config.clusterSuccessThreshold,
    failureThreshold: config.clusterFailureThreshold,
  })
  const machine: Machine = { ...ground, members }
  const plugins = loadPlugins([...options.plugins, { plugin: pushMembers }], {
    registry,
    version,
    timeout: config.pluginTimeout,
    host: hostOn(machine),
  })

  const controllers: readonly Controller[] = [
    ...membership,
    ...clusterControllers(machine),
    ...matchControllers(machine, config),
    ...bindControllers(machine, config),
    ...scheduleControllers(machine, config),
    ...renderControllers(machine),
    ...applyControllers(machine),
    ...reflectControllers(machine, config),
    ...aggregateControllers(machine),
    ...evictControllers(machine),
    ...plugins.controllers,
  ]
  return {
    review: createReviewer(machine.ask),
    members,
    async run() {
      await Promise.all(controllers.map((controller) => controller.run(signal)))
      await plugins.end()
    },
  }
}

/** A plugin's host: the machine's, with the plugin's name on what it logs, and its own options and end. */
const hostOn =
  (machine: Machine) =>
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
    store: (kind) => machine.store(kind),
    controller: (name) => machine.controller(`${plugin}:${name}`),
  })
