import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { errors, type Plugin } from '@flotilla/sdk'

/**
 * Imports a plugin package: `export const plugin` or `export const plugins` of its main module. The name is resolved
 * as Node would from `from`, the directory of the config file; a path (`./mine.js`) is relative to it.
 */
export async function importPlugins(name: string, from: string): Promise<readonly Plugin[]> {
  const module = await importModule(name, from)
  const found = module.plugins ?? (module.plugin === undefined ? undefined : [module.plugin])
  if (!Array.isArray(found) || found.some((each) => typeof each !== 'object' || each === null)) {
    throw errors.PLUGIN_INVALID(name, 'its module exports neither `plugin` nor a list `plugins`')
  }
  return found as readonly Plugin[] // the loader checks each one's shape
}

async function importModule(name: string, from: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const file = resolveModule(name, from)
    return (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>
  } catch (cause) {
    throw errors.PLUGIN_NOT_FOUND(name, cause)
  }
}

const resolveModule = (name: string, from: string): string => createRequire(join(from, 'config.js')).resolve(name)
