import type { Runtime } from '@flotilla/kube'
import type { Ask, Overhear } from '@flotilla/sdk'
import type { ConnectedMembers } from './member/member.ts'

/** What every stage stands on. Each stage exports `(machine: Machine) => readonly Controller[]`. */
export interface Machine extends Runtime {
  readonly ask: Ask
  /** Asks, and hears who says what. */
  readonly overhear: Overhear
  readonly members: ConnectedMembers
}
