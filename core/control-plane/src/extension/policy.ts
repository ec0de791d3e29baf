import type { CircuitBreaker } from './circuit.ts'
import { schedulingPoint } from './scheduling.ts'

/** What is done about a plugin that is slow, or fails. */
export interface PluginPolicy {
  /** How long it may think about one question, in milliseconds. */
  readonly timeout: number
  /** Whether a failure is one of the whole call, or as good as no opinion. */
  readonly failurePolicy: 'fail' | 'ignore'
  readonly circuitBreaker: CircuitBreaker
}

/** What the config file says of it, as far as it says anything. */
export type PluginPolicyWords = Partial<Omit<PluginPolicy, 'circuitBreaker'>> & {
  readonly circuitBreaker?: Partial<CircuitBreaker>
}

/**
 * What holds for a plugin at a point. Every binding passes the scheduler's plugins: one of those that does not answer would
 * hold them all up, so it is left alone for a while. At the other points that would harm more than it helps: who is stuck on
 * one object may do well with the next.
 */
export function policyAt(
  point: string,
  { timeout, failurePolicy = 'fail', circuitBreaker }: PluginPolicyWords,
  pluginTimeout: number,
): PluginPolicy {
  const isToOpen = circuitBreaker !== undefined || schedulingPoint(point) !== undefined
  return {
    timeout: timeout ?? pluginTimeout,
    failurePolicy,
    circuitBreaker: { failures: isToOpen ? 5 : 0, openFor: 30_000, counts: 'unanswered', ...circuitBreaker },
  }
}
