import type { PluginPolicyWords } from '../extension/policy.ts'
import { milliseconds, spanPattern } from './duration.ts'

/** One line of `plugins:` in the config file. */
export interface PluginSetting extends PluginPolicyWords {
  /** The npm package (or a path relative to the file) to load from; a built-in plugin is known by its own name. */
  readonly name: string
  readonly options?: unknown
  /** False leaves a plugin out that would be loaded. */
  readonly enabled?: boolean
}

/** What a profile of the scheduler says of one plugin; `*` is every plugin it does not name. */
export interface ProfilePlugin {
  readonly name: string
  readonly enabled?: boolean
  /** How often its scores count. */
  readonly weight?: number
  /** In place of those of `plugins:`. */
  readonly options?: unknown
}

/** How bindings of one scheduler name are scheduled. */
export interface SchedulerProfile {
  readonly schedulerName: string
  /** Who is asked before all others. */
  readonly order?: readonly string[]
  readonly plugins?: readonly ProfilePlugin[]
}

/** A plugin of the scheduler's that answers over HTTP. */
export interface SchedulerWebhook extends PluginPolicyWords {
  readonly name: string
  readonly url?: string
  readonly service?: {
    readonly namespace: string
    readonly name: string
    readonly port?: number
    readonly path?: string
  }
  /** Certificates in PEM, as they are or in base64. */
  readonly caBundle?: string
  /** A file with a bearer token, relative to the config file; read for each call, for tokens are renewed. */
  readonly tokenFile?: string
  readonly points: readonly ('filter' | 'score' | 'estimate' | 'select' | 'assign')[]
  readonly weight?: number
}

const span = { type: 'string', pattern: spanPattern }

const policy = {
  timeout: span,
  failurePolicy: { enum: ['fail', 'ignore'] },
  circuitBreaker: {
    type: 'object',
    additionalProperties: false,
    properties: {
      failures: { type: 'integer', minimum: 0, maximum: 1000 },
      openFor: span,
      counts: { enum: ['unanswered', 'all'] },
    },
  },
}

const name = { type: 'string', minLength: 1 }

const weight = { type: 'integer', minimum: 0, maximum: 100 }

/** A name, or an object with one. */
const named = (properties: object) => ({
  if: { type: 'string' },
  // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
  then: name,
  else: { type: 'object', required: ['name'], additionalProperties: false, properties: { name, ...properties } },
})

export const pluginsSchema = {
  type: 'array',
  items: named({ options: {}, enabled: { type: 'boolean' }, ...policy }),
  default: [],
}

export const profilesSchema = {
  type: 'array',
  items: {
    type: 'object',
    required: ['schedulerName'],
    additionalProperties: false,
    properties: {
      schedulerName: name,
      order: { type: 'array', items: name, uniqueItems: true },
      plugins: { type: 'array', items: named({ enabled: { type: 'boolean' }, weight, options: {} }) },
    },
  },
  default: [],
}

export const webhooksSchema = {
  type: 'array',
  items: {
    type: 'object',
    required: ['name', 'points'],
    additionalProperties: false,
    properties: {
      name: { type: 'string', pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' },
      url: name,
      service: {
        type: 'object',
        required: ['namespace', 'name'],
        additionalProperties: false,
        properties: {
          namespace: name,
          name,
          port: { type: 'integer', minimum: 1, maximum: 65_535 },
          path: { type: 'string', pattern: '^/' },
        },
      },
      caBundle: name,
      tokenFile: name,
      points: {
        type: 'array',
        minItems: 1,
        uniqueItems: true,
        items: { enum: ['filter', 'score', 'estimate', 'select', 'assign'] },
      },
      weight,
      ...policy,
    },
  },
  default: [],
}

/** A policy as the file has it: its durations are texts. */
interface WrittenPolicy {
  readonly timeout?: string
  readonly circuitBreaker?: { readonly openFor?: string }
}

/** What stands in the file, with milliseconds for durations. */
function inMilliseconds<T extends object>(written: WrittenPolicy & object): T {
  const { timeout, circuitBreaker } = written
  const openFor = circuitBreaker?.openFor
  const settled = {
    ...written,
    ...(timeout !== undefined && { timeout: milliseconds(timeout) }),
    ...(circuitBreaker && {
      circuitBreaker: { ...circuitBreaker, ...(openFor !== undefined && { openFor: milliseconds(openFor) }) },
    }),
  }
  return settled as object as T // the schema has said the rest
}

const asObject = <T extends object>(each: string | T): T | { readonly name: string } =>
  typeof each === 'string' ? { name: each } : each

export const pluginSettings = (said: readonly (string | object)[]): readonly PluginSetting[] =>
  said.map((each) => inMilliseconds(asObject(each)))

export const webhookSettings = (said: readonly object[]): readonly SchedulerWebhook[] =>
  said.map((each) => inMilliseconds(each))

export const profileSettings = (
  said: readonly (Omit<SchedulerProfile, 'plugins'> & { readonly plugins?: readonly (string | ProfilePlugin)[] })[],
): readonly SchedulerProfile[] =>
  said.map(({ plugins = [], ...profile }) => ({ ...profile, plugins: plugins.map(asObject) }))
