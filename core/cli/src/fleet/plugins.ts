import { resolve } from 'node:path'
import { type Config, importPlugins, type PluginEntry, type PluginSetting, schedulerWebhooks } from '@flotilla/core'
import { preset } from '@flotilla/preset'
import type { Plugin } from '@flotilla/sdk'

/** What settings of the whole say to single plugins, unless those have options of their own. */
const ofSettings = (config: Config): Readonly<Record<string, unknown>> => ({
  'namespace-sync': { skipped: config.skippedPropagatingNamespaces },
  modules: {
    ...(config.moduleDirectory && { directory: resolve(config.directory, config.moduleDirectory) }),
    keys: config.moduleKeys,
    requireSigned: config.requireSignedModules,
  },
})

/** What the config file says of how a plugin is called. */
const policyOf = ({ timeout, failurePolicy, circuitBreaker }: Partial<PluginSetting>) => ({
  ...(timeout !== undefined && { timeout }),
  ...(failurePolicy && { failurePolicy }),
  ...(circuitBreaker && { circuitBreaker }),
})

/**
 * Everything to load, in order: the preset, what comes with this process, what the config file names, and its webhooks. There
 * the name of a built-in plugin says how that one is loaded; any other name is a package. `builtIns` are those of the preset
 * that this process has a use for.
 */
export async function plugins(
  config: Config,
  own: readonly Plugin[] = [],
  builtIns: readonly Plugin[] = preset,
): Promise<readonly PluginEntry[]> {
  const settings = new Map(config.plugins.map((setting) => [setting.name, setting]))
  const builtIn = [...builtIns, ...own]
    .filter(({ name }) => settings.get(name)?.enabled !== false)
    .map((plugin): PluginEntry => {
      const setting = settings.get(plugin.name) ?? {}
      const options = 'options' in setting ? setting.options : ofSettings(config)[plugin.name]
      return { plugin, options, trusted: true, ...policyOf(setting) }
    })
  const known = new Set([...preset, ...own].map(({ name }) => name))
  const packages = config.plugins.filter(({ name, enabled }) => !known.has(name) && enabled !== false)
  const imported = await Promise.all(
    packages.map(async ({ name, options, ...setting }) => {
      const found = await importPlugins(name, config.directory)
      return found.map((plugin): PluginEntry => ({ plugin, options, ...policyOf(setting) }))
    }),
  )
  return [...builtIn, ...imported.flat(), ...schedulerWebhooks(config)]
}
