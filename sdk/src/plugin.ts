import type { Controller, Host } from './host.ts'
import type { Extension } from './point.ts'

/** The one shape of a plugin: built-in, npm package, or a sandboxed program behind an adapter. */
export interface Plugin {
  /** Unique; it stands in the config file, in log lines, metrics, errors and events. Kebab case. */
  readonly name: string
  /** The Flotilla versions it works with, as a semver range. By default any. */
  readonly host?: string
  /** Plugins that must be loaded before it, by name. */
  readonly needs?: readonly string[]
  /** JSON Schema of its options; they are checked before `extensions` is called. */
  readonly schema?: object
  /** Its answers. Called when the plugin is loaded, and once more for each profile of the scheduler with other options. */
  extensions?(host: Host): readonly Extension[]
  /** Its controllers. Called once; they run while this process leads. */
  controllers?(host: Host): readonly Controller[]
}

/** Writes a plugin down; the types are checked here. */
export const definePlugin = (plugin: Plugin): Plugin => plugin
