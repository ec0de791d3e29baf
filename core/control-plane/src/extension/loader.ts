import { type Controller, type Extension, errors, type Host, type Plugin, type Registry } from '@flotilla/sdk'
import { Ajv } from 'ajv'
import { satisfies } from 'semver'
import { observed } from './observed.ts'
import { type PluginPolicyWords, policyAt } from './policy.ts'
import type { SchedulingPlugin } from './profiles.ts'
import { schedulingPoint } from './scheduling.ts'
import { type Scope, Scopes } from './scope.ts'
import { weighted } from './weight.ts'

export interface LoaderOptions {
  readonly registry: Registry
  /** Flotilla's version, which a plugin's `host` range must include. */
  readonly version: string
  /** How long a plugin may think about one question, in milliseconds, when its entry says nothing of it. */
  readonly timeout: number
  /** What the plugin gets as its host; everything it starts ends with the signal. */
  readonly host: (plugin: string, options: unknown, signal: AbortSignal) => Host
}

/** A plugin, and what the config file says to it and of it. */
export interface PluginEntry extends PluginPolicyWords {
  readonly plugin: Plugin
  readonly options?: unknown
  /** Built in: its exams vouch for its answers, so that they need not be looked at one by one. */
  readonly trusted?: boolean
  /** How often its scores count; by default once. */
  readonly weight?: number
}

export interface LoadedPlugins {
  readonly names: readonly string[]
  readonly controllers: readonly Controller[]
  /** Those that answer the scheduler, in order. */
  readonly scheduling: readonly SchedulingPlugin[]
  /** Ends every plugin, the last loaded first. */
  end(): Promise<void>
}

const namePattern = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/

function checkShape({ name, extensions, controllers }: Plugin): void {
  if (typeof name !== 'string' || !namePattern.test(name)) {
    throw errors.PLUGIN_INVALID(String(name), 'its name is not in kebab case')
  }
  if (extensions === undefined && controllers === undefined) {
    throw errors.PLUGIN_INVALID(name, 'it has neither extensions nor controllers')
  }
}

function checkHost({ name, host }: Plugin, version: string): void {
  if (host !== undefined && !satisfies(version, host, { includePrerelease: true })) {
    throw errors.PLUGIN_HOST_VERSION(name, host, version)
  }
}

function checkNeeds({ name, needs = [] }: Plugin, loaded: ReadonlySet<string>): void {
  const missing = needs.filter((need) => !loaded.has(need))
  if (missing.length > 0) throw errors.PLUGIN_NEEDS(name, missing.join(', '))
}

function checkOptions({ name, schema }: Plugin, options: unknown): void {
  if (schema === undefined) {
    if (options !== undefined) throw errors.PLUGIN_OPTIONS(name, 'it takes none')
    return
  }
  const ajv = new Ajv({ allErrors: true, strict: false })
  if (!ajv.validate(schema, options ?? {}))
    throw errors.PLUGIN_OPTIONS(name, ajv.errorsText(undefined, { dataVar: 'options' }))
}

/** Loads plugins in order, each in a scope of its own. The first that does not fit ends the start, with its name. */
export function loadPlugins(entries: readonly PluginEntry[], loader: LoaderOptions): LoadedPlugins {
  const scopes = new Scopes()
  const loaded = new Set<string>()
  const opened: Scope[] = []
  const open: Open = ({ name }, options) => {
    const scope = scopes.open((signal) => loader.host(name, options, signal))
    opened.push(scope)
    return scope.host
  }
  const controllers: Controller[] = []
  const scheduling: SchedulingPlugin[] = []
  for (const entry of entries) {
    const { plugin, options } = entry
    checkShape(plugin)
    if (loaded.has(plugin.name)) throw errors.PLUGIN_DUPLICATE(plugin.name)
    checkHost(plugin, loader.version)
    checkNeeds(plugin, loaded)
    checkOptions(plugin, options)
    loaded.add(plugin.name)
    const started = start(entry, open, loader)
    controllers.push(...started.controllers)
    if (started.scheduling) scheduling.push(started.scheduling)
  }
  return {
    names: [...loaded],
    controllers,
    scheduling,
    end: async () => {
      for (const scope of opened.reverse()) await scope.end()
    },
  }
}

/** Opens a scope for a plugin with these options. */
type Open = (plugin: Plugin, options: unknown) => Host

interface Started {
  readonly controllers: readonly Controller[]
  readonly scheduling?: SchedulingPlugin
}

/** Registers the answers of a plugin and gives its controllers. */
function start(entry: PluginEntry, open: Open, loader: LoaderOptions): Started {
  const { plugin, options, weight = 1 } = entry
  return loading(plugin, () => {
    const host = open(plugin, options)
    const answers = answersOf(entry, host, loader)
    for (const answer of weighted(answers, weight)) loader.registry.add(answer)
    const controllers = (plugin.controllers?.(host) ?? []).map((controller) => guarded(controller, host))
    const scheduling = answers.filter(isForScheduler)
    if (scheduling.length === 0) return { controllers }
    return { controllers, scheduling: schedulingPlugin(entry, scheduling, open, loader) }
  })
}

const isForScheduler = ({ point }: Extension): boolean => schedulingPoint(point.id) !== undefined

const schedulingPlugin = (
  entry: PluginEntry,
  answers: readonly Extension[],
  open: Open,
  loader: LoaderOptions,
): SchedulingPlugin => {
  const { plugin, weight = 1 } = entry
  return {
    name: plugin.name,
    needs: plugin.needs ?? [],
    weight,
    answers,
    withOptions: (options) => {
      checkOptions(plugin, options)
      return loading(plugin, () => answersOf(entry, open(plugin, options), loader).filter(isForScheduler))
    },
  }
}

/** What a plugin throws while it is loaded has its name. */
function loading<T>({ name }: Plugin, step: () => T): T {
  try {
    return step()
  } catch (cause) {
    throw errors.PLUGIN_LOAD_FAILED(name, cause)
  }
}

/** A plugin's controller that gives up takes nobody with it. */
const guarded = (controller: Controller, { log }: Host): Controller => ({
  name: controller.name,
  async run(signal) {
    try {
      await controller.run(signal)
    } catch (error) {
      log.error('a controller of the plugin ended by itself', { controller: controller.name, error })
    }
  },
})

/** What a plugin answers, wrapped. */
function answersOf(entry: PluginEntry, host: Host, { timeout }: LoaderOptions): readonly Extension[] {
  const { plugin, trusted = false } = entry
  const { metrics, log } = host
  const answers: readonly Extension[] = plugin.extensions?.(host) ?? []
  return answers.map((answer) => {
    if (answer.onBehalf) return { ...answer, plugin: plugin.name }
    const policy = policyAt(answer.point.id, entry, timeout)
    return observed(answer, { plugin: plugin.name, metrics, log, policy, trusted })
  })
}
