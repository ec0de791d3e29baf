import { ageColumn, type Definition } from '../crd.ts'
import type { Kind } from '../kind.ts'
import type { Manifest } from '../manifest.ts'
import { flag, int32, list, object, required, text, time } from '../schema.ts'
import { type ScaleTarget, scaleTargetSchema } from './autoscaling.ts'

/** When to scale, and to what. */
export interface CronRule {
  /** Unique among the rules. */
  readonly name: string
  /** In cron's words. */
  readonly schedule: string
  /** For a target that has a scale. */
  readonly targetReplicas?: number
  /** For a FederatedHPA. */
  readonly targetMinReplicas?: number
  /** For a FederatedHPA. */
  readonly targetMaxReplicas?: number
  readonly suspend?: boolean
  /** Name in the IANA database; by default that of the control plane. */
  readonly timeZone?: string
  /** 1 to 32, by default 3. */
  readonly successfulHistoryLimit?: number
  /** 0 to 32, by default 3. */
  readonly failedHistoryLimit?: number
}

export interface CronFederatedHpaSpec {
  readonly scaleTargetRef: ScaleTarget
  readonly rules: readonly CronRule[]
}

export interface SuccessfulExecution {
  readonly scheduleTime: string
  readonly executionTime: string
  readonly appliedReplicas?: number
  readonly appliedMinReplicas?: number
  readonly appliedMaxReplicas?: number
}

export interface FailedExecution {
  readonly scheduleTime: string
  readonly executionTime: string
  readonly message: string
}

export interface ExecutionHistory {
  readonly ruleName: string
  readonly nextExecutionTime?: string
  readonly successfulExecutions?: readonly SuccessfulExecution[]
  readonly failedExecutions?: readonly FailedExecution[]
}

/** Scales a workload or a FederatedHPA at given times. */
export interface CronFederatedHpa extends Manifest {
  readonly spec: CronFederatedHpaSpec
  readonly status?: { readonly executionHistories?: readonly ExecutionHistory[] }
}

export const cronFederatedHpaKind: Kind<CronFederatedHpa> = {
  apiVersion: 'autoscaling.karmada.io/v1alpha1',
  kind: 'CronFederatedHPA',
  plural: 'cronfederatedhpas',
  scope: 'Namespaced',
}

const ruleSchema = object<CronRule>('When to scale, and to what.', {
  name: required(text('Name of the rule, unique among the rules.', { minLength: 1, maxLength: 32 })),
  schedule: required(text('When, in the words of cron.')),
  targetReplicas: int32('How many replicas, for a target that has a scale.'),
  targetMinReplicas: int32('The fewest replicas, for a FederatedHPA.'),
  targetMaxReplicas: int32('The most replicas, for a FederatedHPA.'),
  suspend: flag('The rule does nothing.', false),
  timeZone: text('Time zone of the schedule, such as Europe/Berlin; that of the control plane unless given.'),
  successfulHistoryLimit: int32('How many successes are remembered.', { default: 3, minimum: 1, maximum: 32 }),
  failedHistoryLimit: int32('How many failures are remembered.', { default: 3, minimum: 0, maximum: 32 }),
})

const specSchema = object<CronFederatedHpaSpec>('What to scale, and when.', {
  scaleTargetRef: required(scaleTargetSchema('What to scale.')),
  rules: required(list('When to scale.', ruleSchema)),
})

const executionFields = {
  scheduleTime: required(time('When it was due.')),
  executionTime: required(time('When it was done.')),
}

const successSchema = object<SuccessfulExecution>('A success.', {
  ...executionFields,
  appliedReplicas: int32('The replicas from then on.'),
  appliedMinReplicas: int32('The fewest replicas from then on.'),
  appliedMaxReplicas: int32('The most replicas from then on.'),
})

const failureSchema = object<FailedExecution>('A failure.', {
  ...executionFields,
  message: required(text('Why it failed.')),
})

const historySchema = object<ExecutionHistory>('What became of one rule.', {
  ruleName: required(text('Name of the rule.')),
  nextExecutionTime: time('When it is due next.'),
  successfulExecutions: list('Successes, the latest first.', successSchema),
  failedExecutions: list('Failures, the latest first.', failureSchema),
})

const statusSchema = object<CronFederatedHpa['status']>('What became of it.', {
  executionHistories: list('What became of each rule.', historySchema),
})

export const cronFederatedHpaDefinition: Definition = {
  kind: cronFederatedHpaKind,
  shortNames: ['cronfhpa'],
  categories: ['karmada-io'],
  description: 'Scales a workload or a FederatedHPA at given times.',
  fields: { spec: required(specSchema), status: statusSchema },
  status: true,
  columns: [
    { name: 'REFERENCE-KIND', type: 'string', jsonPath: '.spec.scaleTargetRef.kind' },
    { name: 'REFERENCE-NAME', type: 'string', jsonPath: '.spec.scaleTargetRef.name' },
    ageColumn,
  ],
}
