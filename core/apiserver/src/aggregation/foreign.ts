import type { Delegate, GroupVersion } from './delegate.ts'
import type { Findings } from './discovery.ts'
import type { Priority } from './priority.ts'

/** A version of a group that somebody else serves, and what is known of it. */
export interface Foreign extends GroupVersion, Findings {
  readonly priority: Priority
  readonly answer: Delegate
  /** Set while it is not there, or has not said what it has. */
  readonly isStale?: boolean
}
