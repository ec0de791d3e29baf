import { type Config, importPlugins, type PluginEntry } from '@flotilla/core'
import { preset } from '@flotilla/preset'
import type { Plugin } from '@flotilla/sdk'

/** What settings of the whole say to single plugins, unless those have options of their own. */
const ofSettings = (config: Config): Readonly<Record<string, unknown>> => ({
  'namespace-sync': { skipped: config.skippedPropagatingNamespaces },
})

/**
 * Everything to load, in order: the preset, what comes with this process, and what the config file names. There the
 * name of a built-in plugin sets its options or leaves it out; any other name is a package.
 */
export async function plugins(config: Config, own: readonly Plugin[] = []): Promise<readonly PluginEntry[]> {
  const settings = new Map(config.plugins.map((setting) => [setting.name, setting]))
  const builtIn = [...preset, ...own]
    .filter(({ name }) => settings.get(name)?.enabled !== false)
    .map((plugin) => ({ plugin, options: settings.get(plugin.name)?.options ?? ofSettings(config)[plugin.name] }))
  const known = new Set([...preset, ...own].map(({ name }) => name))
  const packages = config.plugins.filter(({ name, enabled }) => !known.has(name) && enabled !== false)
  const imported = await Promise.all(
    packages.map(async ({ name, options }) => {
      const found = await importPlugins(name, config.directory)
      return found.map((plugin) => ({ plugin, options }))
    }),
  )
  return [...builtIn, ...imported.flat()]
}
