import type { Source } from './isolated.ts'
import type { Watched } from './watch.ts'

/** Why a call came to nothing. */
export type Loss = 'timeout' | 'memory' | 'crash'

/** A program, as its processes know it. */
export interface Tenant extends Source {
  readonly id: number
  /** Nobody waits for its answers any more. */
  readonly isGone: boolean
}

/** Something to ask a program. */
export interface Job extends Watched {
  readonly tenant: Tenant
  /** What is to be done, as the process reads it. */
  readonly text: string
  /** When it came, as `performance.now` says. */
  readonly since: number
  readonly answer: (text: string) => void
  readonly lose: (reason: Loss | 'busy', how: string) => void
}
