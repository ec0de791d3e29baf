import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isFields } from '@flotilla/sdk'

/** A plugin that runs inside the control plane: an npm package. */
export interface PluginPackage {
  readonly folder: string
  readonly name: string
  /** What the control plane imports. */
  readonly entry: string
}

/** The package in a folder, if it is one of a plugin. One with a manifest of its own is for the sandbox. */
export function packageIn(path: string): PluginPackage | undefined {
  const folder = resolve(path)
  const file = join(folder, 'package.json')
  if (!existsSync(file) || existsSync(join(folder, 'plugin.yaml'))) return undefined
  const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
  if (!isFields(value) || !Array.isArray(value.keywords) || !value.keywords.includes('flotilla-plugin'))
    return undefined
  const { name, exports } = value
  if (typeof name !== 'string') throw new Error(`${file}: it has no name`)
  if (typeof exports !== 'string')
    throw new Error(`${file}: its exports are not one file, which the control plane could import`)
  return { folder, name, entry: join(folder, exports) }
}
