import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { errors } from '@flotilla/sdk'
import { Ajv, type ErrorObject } from 'ajv'
import { parse } from 'yaml'
import { durationPattern, milliseconds, spanPattern } from './duration.ts'
import {
  type PluginSetting,
  pluginSettings,
  profileSettings,
  type SchedulerProfile,
  type SchedulerWebhook,
  webhookSettings,
} from './plugin-settings.ts'
import { type Setting, type SettingName, settings } from './settings.ts'

export { milliseconds } from './duration.ts'
export type { PluginSetting, ProfilePlugin, SchedulerProfile, SchedulerWebhook } from './plugin-settings.ts'

/** What the control plane is told. Every key is in `settings`, with its default and its meaning. */
export interface Config {
  readonly cacheCheckPeriod: number
  readonly clusterFailureThreshold: number
  readonly clusterMonitorGracePeriod: number
  readonly clusterStartupGracePeriod: number
  readonly clusterStatusUpdateFrequency: number
  readonly clusterSuccessThreshold: number
  readonly decisionMemory: number
  readonly emptyWorkloadPropagation: boolean
  readonly memberEvents: 'none' | 'warnings' | 'all'
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  readonly moduleDirectory: string
  readonly moduleKeys: readonly string[]
  readonly overcommitProtection: boolean
  readonly pluginTimeout: number
  readonly plugins: readonly PluginSetting[]
  readonly pullMode: boolean
  readonly requireSignedModules: boolean
  readonly sandboxMemory: number
  readonly sandboxProcesses: number
  readonly sandboxThreads: number
  readonly schedulerName: string
  readonly schedulerProfiles: readonly SchedulerProfile[]
  readonly schedulerWebhooks: readonly SchedulerWebhook[]
  readonly skippedPropagatingApis: readonly string[]
  readonly skippedPropagatingNamespaces: readonly string[]
  readonly successEvents: 'few' | 'all'
  /** Where plugin packages are looked for: the directory of the config file. */
  readonly directory: string
}

const schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    apiVersion: { const: 'config.flotilla.dev/v1alpha1' },
    kind: { const: 'Configuration' },
    ...Object.fromEntries(Object.entries(settings).map(([name, { schema }]) => [name, schema])),
  },
}

const check = new Ajv({ allErrors: true, strict: false, useDefaults: false }).compile(schema)

const sentence = ({ keyword, message, params }: ErrorObject): string => {
  if (keyword === 'additionalProperties') return `there is no setting "${params.additionalProperty}"`
  if (keyword === 'enum') return `must be one of ${params.allowedValues.join(', ')}`
  if (keyword === 'pattern' && params.pattern === durationPattern)
    return 'must be a duration such as 10s, 1m30s or 500ms'
  if (keyword === 'pattern' && params.pattern === spanPattern)
    return 'must be a duration such as 10s, and longer than none'
  return message ?? keyword
}

const pathOf = ({ instancePath }: ErrorObject): string => instancePath.slice(1).replaceAll('/', '.') || '(file)'

const settle = ({ duration }: Setting, value: unknown): unknown =>
  duration && typeof value === 'string' ? milliseconds(value) : value

/**
 * What a file, or an object like one, says over the defaults. Throws `CONFIG_INVALID` with the field and the reason.
 */
export function readConfig(said: object = {}, directory = process.cwd()): Config {
  if (!check(said)) {
    const [first] = check.errors ?? []
    throw errors.CONFIG_INVALID(first ? pathOf(first) : '(file)', first ? sentence(first) : 'does not fit')
  }
  const given = said as Readonly<Record<SettingName, unknown>> // the schema has just said so
  const values = Object.entries(settings).map(([name, setting]) => [
    name,
    settle(setting, given[name as SettingName] ?? setting.schema.default),
  ])
  const config = Object.fromEntries(values) as Config // `settings` covers every key: its type says so
  return {
    ...config,
    plugins: pluginSettings(config.plugins),
    schedulerProfiles: profileSettings(config.schedulerProfiles),
    schedulerWebhooks: webhookSettings(config.schedulerWebhooks),
    directory,
  }
}

/** Reads a config file in YAML or JSON. */
export function readConfigFile(file: string): Config {
  const said: unknown = parseFile(file)
  if (typeof said !== 'object' || said === null) throw errors.CONFIG_INVALID('(file)', `${file} is not an object`)
  return readConfig(said, dirname(resolve(file)))
}

function parseFile(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8')) ?? {}
  } catch (cause) {
    throw errors.CONFIG_INVALID('(file)', `${file} cannot be read: ${cause instanceof Error ? cause.message : cause}`)
  }
}
