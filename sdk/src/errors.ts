import type { Manifest } from './manifest.ts'

/** The body of a Kubernetes answer that is not a success (`metav1.Status`). */
export interface Status {
  readonly apiVersion: 'v1'
  readonly kind: 'Status'
  readonly metadata: object
  readonly status: 'Success' | 'Failure'
  readonly code: number
  /** `NotFound`, `AlreadyExists`, `Conflict`, `Invalid`, `Forbidden`, `Expired`, ... */
  readonly reason?: string
  readonly message?: string
  readonly details?: StatusDetails
}

export interface StatusDetails {
  readonly name?: string
  readonly group?: string
  readonly kind?: string
  readonly uid?: string
  readonly causes?: readonly StatusCause[]
  readonly retryAfterSeconds?: number
}

export interface StatusCause {
  /** `FieldValueInvalid`, `FieldValueRequired`, ... */
  readonly reason: string
  readonly message: string
  /** The path of the field: `spec.placement.spreadConstraints[0].minGroups`. */
  readonly field?: string
}

/** An API server's refusal. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: Status

  constructor(status: Status, options?: ErrorOptions) {
    super(status.message ?? status.reason ?? `the server answered ${status.code}`, options)
    this.status = status
  }

  get code(): number {
    return this.status.code
  }

  get reason(): string | undefined {
    return this.status.reason
  }
}

const hasReason = (error: unknown, code: number, reason: string): boolean =>
  error instanceof ApiError && error.code === code && (error.reason === undefined || error.reason === reason)

export const isNotFound = (error: unknown): boolean => hasReason(error, 404, 'NotFound')
export const isAlreadyExists = (error: unknown): boolean => hasReason(error, 409, 'AlreadyExists')
export const isConflict = (error: unknown): boolean => hasReason(error, 409, 'Conflict')
/** A resourceVersion the server no longer remembers: list again. */
export const isExpired = (error: unknown): boolean => error instanceof ApiError && error.code === 410

/** Options of an error of Flotilla's own. */
export interface FaultOptions extends ErrorOptions {
  readonly about?: Manifest
}

/** An error of Flotilla's own: its code is in the catalogue below and in `docs/errors.md`. */
export class FlotillaError extends Error {
  override readonly name = 'FlotillaError'
  readonly code: ErrorCode
  /** Whether trying the same again can help. */
  readonly retry: boolean

  /** The object to change so that it does not come again, where it is one. */
  readonly about?: Manifest

  constructor(code: ErrorCode, retry: boolean, message: string, { about, ...options }: FaultOptions = {}) {
    super(message, options)
    this.code = code
    this.retry = retry
    if (about) this.about = about
  }
}

export type ErrorCode = keyof typeof errors

/** An error in words, without its class. */
export const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** Whether an error, or what a plugin failed for, is of a code. */
const isOf = (error: unknown, code: string): boolean =>
  error instanceof FlotillaError && (error.code === code || (error.code === 'PLUGIN_FAILED' && isOf(error.cause, code)))

/** An override that does not fit is the policy's fault, not that of the plugin that found it. */
const faultOf = (cause: unknown): unknown =>
  cause instanceof FlotillaError && cause.code === 'PLUGIN_FAILED' && isOf(cause, 'OVERRIDE_PATH') ? cause.cause : cause

/** What can be done about a plugin that fails for a reason of its own. */
const mendPlugin = 'mend the plugin, or set failurePolicy: ignore where it is configured'

/** A failure with what can be done about it, said once. */
const withAdvice = (failure: string): string => (failure.endsWith(mendPlugin) ? failure : `${failure}; ${mendPlugin}`)

/** What a plugin failed for. What is in the catalogue says itself what to do about it. */
const failureOf = (cause: unknown): string =>
  cause instanceof FlotillaError ? cause.message : `${reasonOf(cause)}; ${mendPlugin}`

/** A longer expression is cut in messages. */
const shown = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}...` : text)

/** The catalogue: every error Flotilla makes, by code. `docs/errors.md` has a heading for each. */
export const errors = {
  BINDING_TAKEN: (binding: string, other: string) =>
    new FlotillaError(
      'BINDING_TAKEN',
      true,
      `binding ${binding} belongs to the ${other} of the same name; a binding is named after name and kind, so rename one of the two`,
    ),
  CASE_INVALID: (name: string, reason: string) => new FlotillaError('CASE_INVALID', false, `${name}: ${reason}`),
  CLUSTER_API_NOT_SERVED: (reason: string) =>
    new FlotillaError('CLUSTER_API_NOT_SERVED', false, `clusters cannot be served: ${reason}`),
  CERTIFICATE_REFUSED: (request: string, reason: string) =>
    new FlotillaError(
      'CERTIFICATE_REFUSED',
      false,
      `the control plane issues no certificate for ${request}: ${reason}`,
    ),
  CLUSTER_NOT_CONNECTABLE: (cluster: string, reason: string) =>
    new FlotillaError('CLUSTER_NOT_CONNECTABLE', true, `cluster ${cluster} cannot be connected: ${reason}`),
  CLUSTER_NOT_JOINED: (cluster: string, reason: string) =>
    new FlotillaError('CLUSTER_NOT_JOINED', false, `cluster ${cluster} cannot join: ${reason}`),
  CLUSTER_NOT_REGISTERED: (cluster: string, reason: string, options?: ErrorOptions) =>
    new FlotillaError('CLUSTER_NOT_REGISTERED', false, `cluster ${cluster} is not registered: ${reason}`, options),
  CLUSTER_NOT_UNJOINED: (cluster: string, reason: string) =>
    new FlotillaError('CLUSTER_NOT_UNJOINED', false, `cluster ${cluster} is not unjoined: ${reason}`),
  CLUSTER_NOT_UNREGISTERED: (cluster: string, reason: string) =>
    new FlotillaError('CLUSTER_NOT_UNREGISTERED', false, `cluster ${cluster} is not unregistered: ${reason}`),
  CLUSTER_UNKNOWN: (cluster: string) => new FlotillaError('CLUSTER_UNKNOWN', true, `there is no cluster ${cluster}`),
  CONFIG_INVALID: (field: string, reason: string) =>
    new FlotillaError('CONFIG_INVALID', false, `config ${field}: ${reason}`),
  CREDENTIALS_REFUSED: (server: string, reason: string, cause: unknown) =>
    new FlotillaError(
      'CREDENTIALS_REFUSED',
      false,
      `${server} does not accept the credentials of the kubeconfig: ${reason}; get new ones, and see that the context is the right one`,
      { cause },
    ),
  CUSTOMIZATION_FAILED: (customization: string, operation: string, object: string, cause: unknown) =>
    new FlotillaError(
      'CUSTOMIZATION_FAILED',
      true,
      `ResourceInterpreterCustomization ${customization} failed at ${operation} of ${object}: ${reasonOf(cause)}; mend its script`,
      { cause },
    ),
  DEPENDENCIES_TOO_MANY: (binding: string, count: number, reason: string) =>
    new FlotillaError(
      'DEPENDENCIES_TOO_MANY',
      false,
      `binding ${binding} has no room for ${count} dependencies: ${reason}; let a policy select what is needed, by a label for instance, instead of propagateDeps`,
    ),
  DEPENDENCY_INVALID: (dependency: string) =>
    new FlotillaError(
      'DEPENDENCY_INVALID',
      false,
      `${dependency} is no dependency: it needs apiVersion, kind, and name or labelSelector; whoever answers interpret.dependencies for this kind has to say them`,
    ),
  DEPENDENTS_TOO_MANY: (binding: string, count: number, reason: string) =>
    new FlotillaError(
      'DEPENDENTS_TOO_MANY',
      false,
      `binding ${binding} has no room for the ${count} bindings that need its object: ${reason}; let a policy select the object, and their policies not propagate it`,
    ),
  ESTIMATOR_ADDRESS: (cluster: string, service: string, reason: string) =>
    new FlotillaError(
      'ESTIMATOR_ADDRESS',
      true,
      `the estimator of ${cluster} has no address: Service ${service} ${reason}`,
    ),
  ESTIMATOR_ANSWER: (cluster: string, answer: string) =>
    new FlotillaError(
      'ESTIMATOR_ANSWER',
      true,
      `the estimator of ${cluster} answers ${answer}, which is no number of replicas`,
    ),
  ESTIMATOR_KIND: (kind: string) =>
    new FlotillaError('ESTIMATOR_KIND', false, `pods without a node are counted of a Deployment, not of a ${kind}`),
  ESTIMATOR_OTHER_CLUSTER: (asked: string, own: string) =>
    new FlotillaError(
      'ESTIMATOR_OTHER_CLUSTER',
      false,
      `this is the estimator of ${own}, not of ${asked}; the Service it is reached by, or its --cluster-name, is that of another cluster`,
    ),
  ESTIMATOR_UNREACHABLE: (cluster: string, cause: unknown) =>
    new FlotillaError('ESTIMATOR_UNREACHABLE', true, `the estimator of ${cluster} did not answer: ${reasonOf(cause)}`, {
      cause,
    }),
  EXPRESSION_FAILED: (expression: string, reason: string) =>
    new FlotillaError('EXPRESSION_FAILED', false, `the expression ${shown(expression)} has no value: ${reason}`),
  EXPRESSION_INVALID: (expression: string, reason: string) =>
    new FlotillaError('EXPRESSION_INVALID', false, `${shown(expression)} is not an expression: ${reason}`),
  INTERPRETER_WEBHOOK: (webhook: string, configuration: string, question: string, cause: unknown) =>
    new FlotillaError(
      'INTERPRETER_WEBHOOK',
      true,
      `webhook ${webhook} of ResourceInterpreterWebhookConfiguration ${configuration} did not answer ${question} as it should: ${reasonOf(cause)}; mend what answers there, or change the configuration`,
      { cause },
    ),
  KIND_UNKNOWN: (kind: string, cluster: string, versions: readonly string[], cause?: unknown) =>
    new FlotillaError(
      'KIND_UNKNOWN',
      true,
      `cluster ${cluster} does not serve ${kind}${
        versions.length > 0
          ? `, but ${versions.join(', ')}: use one of these versions in the template`
          : ': install its CustomResourceDefinition there, or propagate it with a ClusterPropagationPolicy'
      }`,
      cause === undefined ? undefined : { cause },
    ),
  MODULE_DIGEST: (module: string, found: string, pinned: string) =>
    new FlotillaError(
      'MODULE_DIGEST',
      false,
      `the program of module ${module} has the digest ${found}; spec.sha256 pins ${pinned}`,
    ),
  MODULE_FETCH: (module: string, place: string, cause: unknown) =>
    new FlotillaError(
      'MODULE_FETCH',
      true,
      `the program of module ${module} cannot be had from ${place}: ${reasonOf(cause)}`,
      {
        cause,
      },
    ),
  MODULE_INVALID: (module: string, reason: string, cause?: unknown) =>
    new FlotillaError(
      'MODULE_INVALID',
      false,
      `module ${module} cannot be: ${reason}`,
      cause === undefined ? undefined : { cause },
    ),
  MODULE_SIGNATURE: (module: string, reason: string) =>
    new FlotillaError('MODULE_SIGNATURE', false, `the program of module ${module} is not to be run: ${reason}`),
  MODULE_UNREADY: (module: string, cause?: FlotillaError) =>
    new FlotillaError(
      'MODULE_UNREADY',
      true,
      `ResourceInterpreterModule ${module} is not ready: ${cause?.message ?? 'it is being loaded'}`,
      cause && { cause },
    ),
  NODE_TOO_OLD: (found: string, needed: string) =>
    new FlotillaError(
      'NODE_TOO_OLD',
      false,
      `this is Node ${found}; Flotilla needs ${needed}: start it with \`npm run\` or \`npx\`, which use the Node of the workspace`,
    ),
  OBJECT_UNMANAGED: (object: string, cluster: string) =>
    new FlotillaError(
      'OBJECT_UNMANAGED',
      true,
      `${object} exists in cluster ${cluster} and is not managed by Flotilla; set spec.conflictResolution: Overwrite in the policy, or the annotation work.karmada.io/conflict-resolution: overwrite on the template, to take it over`,
    ),
  OVERRIDE_FAILED: (policy: string, object: string, cluster: string, cause: unknown, about?: Manifest) =>
    new FlotillaError(
      'OVERRIDE_FAILED',
      isOf(cause, 'PLUGIN_TIMEOUT'), // only who was too slow may do better next time
      `${policy} cannot be applied to ${object} for cluster ${cluster}: ${reasonOf(faultOf(cause))}; change the policy, or which clusters it is about`,
      { cause: faultOf(cause), ...(about && { about }) },
    ),
  OVERRIDE_PATH: (path: string, reason: string, cause?: unknown) =>
    new FlotillaError('OVERRIDE_PATH', false, `${path}: ${reason}`, cause === undefined ? undefined : { cause }),
  OVERRIDES_MISSING: (policy: string, names: string) =>
    new FlotillaError('OVERRIDES_MISSING', false, `${policy} waits for dependent overrides ${names}`),
  PERMISSIONS_MISSING: (server: string, user: string, lacks: string, grant: string) =>
    new FlotillaError(
      'PERMISSIONS_MISSING',
      false,
      `${server} does not let ${user} ${lacks}. An administrator grants it: ${grant}`,
    ),
  PLUGIN_ANSWER: (plugin: string, point: string, problem: string) =>
    new FlotillaError(
      'PLUGIN_ANSWER',
      true,
      `plugin ${plugin} gave ${point} an answer that cannot be: ${problem}; ${mendPlugin}`,
    ),
  PLUGIN_CIRCUIT_OPEN: (plugin: string, point: string, last?: FlotillaError) =>
    new FlotillaError(
      'PLUGIN_CIRCUIT_OPEN',
      true,
      `plugin ${plugin} is not asked ${point} for a while, for it failed many times in a row${
        last ? `; the last time: ${withAdvice(last.message)}` : `; ${mendPlugin}`
      }`,
      last && { cause: last },
    ),
  PLUGIN_DUPLICATE: (name: string) => new FlotillaError('PLUGIN_DUPLICATE', false, `two plugins are named ${name}`),
  PLUGIN_FAILED: (plugin: string, point: string, cause: unknown) =>
    new FlotillaError(
      'PLUGIN_FAILED',
      !(cause instanceof FlotillaError) || cause.retry,
      `plugin ${plugin} failed at ${point}: ${failureOf(cause)}`,
      { cause },
    ),
  PLUGIN_HOST_VERSION: (plugin: string, range: string, version: string) =>
    new FlotillaError(
      'PLUGIN_HOST_VERSION',
      false,
      `plugin ${plugin} works with Flotilla ${range}; this is ${version}`,
    ),
  PLUGIN_INVALID: (plugin: string, reason: string) =>
    new FlotillaError('PLUGIN_INVALID', false, `plugin ${plugin} is not one: ${reason}`),
  PLUGIN_LOAD_FAILED: (plugin: string, cause: unknown) =>
    new FlotillaError('PLUGIN_LOAD_FAILED', false, `plugin ${plugin} cannot be loaded: ${reasonOf(cause)}`, { cause }),
  PLUGIN_NEEDS: (plugin: string, missing: string) =>
    new FlotillaError('PLUGIN_NEEDS', false, `plugin ${plugin} needs ${missing}, which is not loaded before it`),
  PLUGIN_NOT_FOUND: (name: string, cause: unknown) =>
    new FlotillaError('PLUGIN_NOT_FOUND', false, `plugin package ${name} cannot be imported: ${reasonOf(cause)}`, {
      cause,
    }),
  PLUGIN_OPTIONS: (plugin: string, reason: string) =>
    new FlotillaError('PLUGIN_OPTIONS', false, `the options of plugin ${plugin} do not fit: ${reason}`),
  PLUGIN_TIMEOUT: (plugin: string, point: string, milliseconds: number) =>
    new FlotillaError(
      'PLUGIN_TIMEOUT',
      true,
      `plugin ${plugin} did not answer ${point} within ${milliseconds} ms; give it a longer timeout, or failurePolicy: ignore, where it is configured`,
    ),
  PRIORITY_CLASS_UNKNOWN: (name: string) =>
    new FlotillaError(
      'PRIORITY_CLASS_UNKNOWN',
      false,
      `there is no PriorityClass ${name}; create it, or change spec.schedulePriority of the policy`,
    ),
  QUANTITY_INVALID: (text: string) =>
    new FlotillaError('QUANTITY_INVALID', false, `"${text}" is not a quantity; one looks like 500m, 2 or 1.5Gi`),
  SANDBOX_BUSY: (program: string, call: string, waiting: number) =>
    new FlotillaError('SANDBOX_BUSY', true, `${program} had no turn for ${call}: ${waiting} calls of it wait`),
  SANDBOX_FAILED: (program: string, call: string, reason: string) =>
    new FlotillaError('SANDBOX_FAILED', true, `${program} failed in ${call}: ${reason}`),
  SANDBOX_MEMORY: (program: string, call: string, bytes: number) =>
    new FlotillaError(
      'SANDBOX_MEMORY',
      true,
      `${program} needed more than its ${Math.round(bytes / 2 ** 20)} MiB of memory in ${call}`,
    ),
  SANDBOX_OUTPUT: (program: string, call: string, bytes: number) =>
    new FlotillaError(
      'SANDBOX_OUTPUT',
      true,
      `${program} gave more than the ${Math.round(bytes / 2 ** 10)} KiB it may in ${call}`,
    ),
  SANDBOX_PROGRAM: (program: string, reason: string) =>
    new FlotillaError('SANDBOX_PROGRAM', false, `${program} cannot be run: ${reason}`),
  SANDBOX_TIMEOUT: (program: string, call: string, milliseconds: number) =>
    new FlotillaError('SANDBOX_TIMEOUT', true, `${program} did not come back from ${call} within ${milliseconds} ms`),
  SERVER_TOO_OLD: (server: string, version: string, least: string) =>
    new FlotillaError(
      'SERVER_TOO_OLD',
      false,
      `${server} runs Kubernetes ${version}; ${least} is the oldest that will do: upgrade it`,
    ),
  SERVER_UNREACHABLE: (server: string, cause: unknown) =>
    new FlotillaError('SERVER_UNREACHABLE', true, `${server} did not answer: ${reasonOf(cause)}`, { cause }),
  SHARD_LOST: (what: string) =>
    new FlotillaError('SHARD_LOST', true, `${what} was not written: another replica works on it now`),
  STORAGE_FAILED: (file: string, cause: unknown) =>
    new FlotillaError(
      'STORAGE_FAILED',
      true,
      `${file} did not take a change: ${reasonOf(cause)}; look after its disk: changes are taken again as soon as it works`,
      { cause },
    ),
  STORAGE_FULL: (file: string, cause: unknown) =>
    new FlotillaError(
      'STORAGE_FULL',
      true,
      `the disk of ${file} is full: make room there; changes are taken again as soon as there is some`,
      { cause },
    ),
  STORAGE_UNUSABLE: (file: string, cause: unknown) =>
    new FlotillaError('STORAGE_UNUSABLE', false, `${file} cannot be used as storage: ${reasonOf(cause)}`, { cause }),
  WEBHOOK_FAILED: (url: string, reason: string) =>
    new FlotillaError('WEBHOOK_FAILED', true, `webhook ${url} did not answer as it should: ${reason}; ${mendPlugin}`),
  WORK_REFUSED: (object: string, cluster: string, kilobytes: number, cause: unknown) =>
    new FlotillaError(
      'WORK_REFUSED',
      false,
      `the Work of ${object} for cluster ${cluster} (${kilobytes} kB) is refused: ${reasonOf(cause)}; make the template, or what override policies add to it, another one`,
      { cause },
    ),
  SCALE_TARGET_WRONG: (target: string, reason: string) =>
    new FlotillaError('SCALE_TARGET_WRONG', false, `${target} cannot be scaled: ${reason}; see spec.scaleTargetRef`),
  SCHEDULE_UNFIT: (message: string) => new FlotillaError('SCHEDULE_UNFIT', false, message),
  SCHEDULE_UNSCHEDULABLE: (message: string) => new FlotillaError('SCHEDULE_UNSCHEDULABLE', true, message),
} as const
