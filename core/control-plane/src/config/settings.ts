import type { Config } from './config.ts'
import { durationPattern } from './duration.ts'
import { pluginsSchema, profilesSchema, webhooksSchema } from './plugin-settings.ts'

/** One setting: what may be said, what holds when nothing is said, and what it means. */
export interface Setting {
  readonly schema: { readonly default: unknown } & Readonly<Record<string, unknown>>
  readonly description: string
  /** Karmada's flag for the same, where there is one. */
  readonly karmada?: string
  /** Written as a duration (`10s`), held in milliseconds. */
  readonly duration?: true
}

export type SettingName = Exclude<keyof Config, 'directory'>

const duration = (value: string) => ({ type: 'string', pattern: durationPattern, default: value })

const names = (...value: readonly string[]) => ({ type: 'array', items: { type: 'string' }, default: value })

/** Every setting of the config file: the one source of its schema, its defaults and `docs/config.md`. */
export const settings: Readonly<Record<SettingName, Setting>> = {
  cacheCheckPeriod: {
    schema: duration('10m'),
    description:
      'In which time each cache is compared with its API server once: by name and version alone, in pages of 500; within a tenth of that when its connection broke. What differs although no watch said so is counted (`flotilla_cache_differences_total`), logged and listed anew. `0s`: never.',
    duration: true,
  },
  clusterFailureThreshold: {
    schema: duration('30s'),
    description: 'How long a cluster must fail its health check before it is not ready.',
    karmada: '--cluster-failure-threshold',
    duration: true,
  },
  clusterMonitorGracePeriod: {
    schema: duration('40s'),
    description:
      'How long the agent of a cluster in pull mode may give no sign of life before nothing is known of the cluster any more.',
    karmada: '--cluster-monitor-grace-period',
    duration: true,
  },
  clusterStartupGracePeriod: {
    schema: duration('60s'),
    description: 'The same for an agent that has not said yet how its cluster is.',
    karmada: '--cluster-startup-grace-period',
    duration: true,
  },
  clusterStatusUpdateFrequency: {
    schema: duration('10s'),
    description: 'How often the health and the inventory of a cluster are looked at.',
    karmada: '--cluster-status-update-frequency',
    duration: true,
  },
  clusterSuccessThreshold: {
    schema: duration('30s'),
    description: 'How long a cluster must pass its health check before it is ready again.',
    karmada: '--cluster-success-threshold',
    duration: true,
  },
  decisionMemory: {
    schema: { type: 'integer', minimum: 0, maximum: 65_536, default: 8 },
    description:
      'MiB in which is kept how the last scheduling decisions came about, for `flotilla explain`. With 0 none are kept.',
  },
  emptyWorkloadPropagation: {
    schema: { type: 'boolean', default: false },
    description:
      'Whether a workload goes to selected clusters that get none of its replicas, too: with 0 of them, so that it is there before it has to be.',
    karmada: '--enable-empty-workload-propagation',
  },
  logLevel: {
    schema: { enum: ['debug', 'info', 'warn', 'error', 'silent'], default: 'info' },
    description: 'What is logged, as JSON lines on standard error.',
  },
  memberEvents: {
    schema: { enum: ['none', 'warnings', 'all'], default: 'warnings' },
    description:
      'Which events of members are shown on templates: `none`, the `warnings` about what was propagated and about pods made of it, or `all` about what was propagated, and the warnings about its pods.',
  },
  moduleDirectory: {
    schema: { type: 'string', default: '' },
    description:
      'Where files of modules are, relative to the config file. What a ResourceInterpreterModule says in `spec.source.file` is below it; without it none may be in a file.',
  },
  moduleKeys: {
    schema: names(),
    description:
      'Who may sign modules: Ed25519 public keys, each in PEM. A module with a signature by nobody of them is refused.',
  },
  overcommitProtection: {
    schema: { type: 'boolean', default: false },
    description:
      'Whether what was given to a cluster counts as taken until it runs there, at most for five minutes. Workloads that come in quick succession are then not promised the same room; each is decided on after the one before.',
    karmada: '--feature-gates=SchedulingOvercommitProtection',
  },
  pluginTimeout: {
    schema: duration('10s'),
    description: 'How long a plugin may think about one question before its call fails.',
    duration: true,
  },
  plugins: {
    schema: pluginsSchema,
    description:
      'Plugins beside the built-in ones, by npm package name or by path, in the order they are asked: a name, or an object. The name of a built-in plugin says how that one is loaded.',
  },
  pullMode: {
    schema: { type: 'boolean', default: true },
    description:
      'Whether `flotilla serve` lets agents of clusters in pull mode in: it then decides about their certificates, and grants them what they need.',
  },
  requireSignedModules: {
    schema: { type: 'boolean', default: false },
    description: 'Whether a ResourceInterpreterModule without a signature by one of `moduleKeys` is refused.',
  },
  sandboxMemory: {
    schema: { type: 'integer', minimum: 16, maximum: 65_536, default: 512 },
    description:
      'MiB that programs in Lua and WebAssembly may hold together while they are not called. What was not called for the longest time gives its memory back, and begins anew when it is called.',
  },
  sandboxProcesses: {
    schema: { type: 'integer', minimum: 0, maximum: 64, default: 0 },
    description:
      'How many processes run programs in JavaScript, beside one for those that are slow. Each is started when a program needs it, and holds up to 768 MiB of programs. With 0 it is one less than there are cores, from one to four.',
  },
  sandboxThreads: {
    schema: { type: 'integer', minimum: 0, maximum: 256, default: 0 },
    description:
      'How many threads run programs in Lua and WebAssembly; as many again stand in while some are slow. With 0 it is as many as there are cores, from two to four.',
  },
  schedulerName: {
    schema: { type: 'string', minLength: 1, default: 'default-scheduler' },
    description: 'Only bindings that name this scheduler are scheduled.',
    karmada: '--scheduler-name',
  },
  schedulerProfiles: {
    schema: profilesSchema,
    description:
      'Which plugins decide, in which order, with which weights and options, by the scheduler that a binding names: a list of `{schedulerName, order, plugins}`. Bindings that name a scheduler of this list are scheduled, too.',
    karmada: '--plugins',
  },
  schedulerWebhooks: {
    schema: webhooksSchema,
    description:
      "Plugins of the scheduler's that answer over HTTP, asked after all others: a list of `{name, url or service, caBundle, tokenFile, points, weight, timeout, failurePolicy, circuitBreaker}`.",
  },
  skippedPropagatingApis: {
    schema: names(),
    description:
      'Kinds that are never propagated: `group`, `group/version` or `group/version/Kind,Kind`, in addition to those that never are.',
    karmada: '--skipped-propagating-apis',
  },
  skippedPropagatingNamespaces: {
    schema: names('kube-.*'),
    description:
      'Namespaces that are not brought to clusters, and from which nothing is propagated: regular expressions that match the whole name.',
    karmada: '--skipped-propagating-namespaces',
  },
  successEvents: {
    schema: { enum: ['few', 'all'], default: 'few' },
    description:
      'Which events are written about steps that went well: `few`, or `all` that Karmada writes. Each is a write, and every failure is told of in any case.',
  },
}
