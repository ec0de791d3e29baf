/** How estimators are found and asked: the plugin's options. */
export interface CallingOptions {
  /** Estimators are asked only when this is said. */
  readonly enabled: boolean
  /** Where the Services of estimators are. */
  readonly namespace: string
  /** The Service of a cluster is called so, and `-<cluster>`. */
  readonly prefix: string
  readonly port: number
  /** How long an estimator may take, in seconds; one that takes longer has no opinion. */
  readonly timeoutSeconds: number
  /** Clusters in pull mode are not asked. */
  readonly skipPull: boolean
  /** The authority of the estimators' certificates, PEM; without it, and without `insecureSkipVerify`, plaintext. */
  readonly caFile?: string
  /** What is shown to estimators, PEM. */
  readonly certFile?: string
  readonly keyFile?: string
  /** TLS, whatever certificate the estimator shows. */
  readonly insecureSkipVerify: boolean
}

const text = { type: 'string', minLength: 1 }

export const schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    enabled: { type: 'boolean' },
    namespace: text,
    prefix: text,
    port: { type: 'integer', minimum: 1, maximum: 65_535 },
    timeoutSeconds: { type: 'number', exclusiveMinimum: 0, maximum: 60 },
    skipPull: { type: 'boolean' },
    caFile: text,
    certFile: text,
    keyFile: text,
    insecureSkipVerify: { type: 'boolean' },
  },
  dependentRequired: { certFile: ['keyFile'], keyFile: ['certFile'] },
}

/** Karmada's defaults. */
const defaults: CallingOptions = {
  enabled: false,
  namespace: 'karmada-system',
  prefix: 'karmada-scheduler-estimator',
  port: 10_352,
  timeoutSeconds: 3,
  skipPull: false,
  insecureSkipVerify: false,
}

export const readOptions = (said: unknown): CallingOptions => ({
  ...defaults,
  ...(said as Partial<CallingOptions> | undefined), // the schema has been checked
})
