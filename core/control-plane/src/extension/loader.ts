import { type Controller, type Extension, errors, type Host, type Plugin, type Registry } from '@flotilla/sdk'
import { Ajv } from 'ajv'
import { satisfies } from 'semver'
import { type ObservedOptions, observed } from './observed.ts'
import { type Scope, Scopes } from './scope.ts'

export interface LoaderOptions {
  readonly registry: Registry
  /** Flotilla's version, which a plugin's `host` range must include. */
  readonly version: string
  /** How long a plugin may think about one question, in milliseconds. */
  readonly timeout: number
  /** What the plugin gets as its host; everything it starts ends with the signal. */
  readonly host: (plugin: string, options: unknown, signal: AbortSignal) => Host
}

/** A plugin, and what the config file says to it. */
export interface PluginEntry {
  readonly plugin: Plugin
  readonly options?: unknown
}

export interface LoadedPlugins {
  readonly names: readonly string[]
  readonly controllers: readonly Controller[]
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
  const loaded = new Map<string, Scope>()
  const controllers: Controller[] = []
  for (const { plugin, options } of entries) {
    checkShape(plugin)
    if (loaded.has(plugin.name)) throw errors.PLUGIN_DUPLICATE(plugin.name)
    checkHost(plugin, loader.version)
    checkNeeds(plugin, new Set(loaded.keys()))
    checkOptions(plugin, options)
    const scope = scopes.open((signal) => loader.host(plugin.name, options, signal))
    loaded.set(plugin.name, scope)
    controllers.push(...start(plugin, scope.host, loader))
  }
  return {
    names: [...loaded.keys()],
    controllers,
    end: async () => {
      for (const scope of [...loaded.values()].reverse()) await scope.end()
    },
  }
}

/** Registers the answers of a plugin and gives its controllers. */
function start(plugin: Plugin, host: Host, loader: LoaderOptions): readonly Controller[] {
  try {
    register(plugin, host, loader)
    return (plugin.controllers?.(host) ?? []).map((controller) => guarded(controller, host))
  } catch (cause) {
    throw errors.PLUGIN_LOAD_FAILED(plugin.name, cause)
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

function register(plugin: Plugin, host: Host, { registry, timeout }: LoaderOptions): void {
  const watch: ObservedOptions = { plugin: plugin.name, metrics: host.metrics, timeout }
  const answers: readonly Extension[] = plugin.extensions?.(host) ?? []
  for (const answer of answers) registry.add(observed(answer, watch))
}
