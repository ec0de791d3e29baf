import type { Cluster, Controller } from '@flotilla/sdk'
import { type Ground, MemberBook } from './book.ts'
import { connectController } from './connect.ts'
import type { ConnectedMembers } from './member.ts'
import { type StatusOptions, statusController } from './status-controller.ts'

export interface MembersOptions extends StatusOptions {
  /** Which clusters are connected from here. By default those in push mode; a pull agent says: its own. */
  readonly serves?: (cluster: Cluster) => boolean
}

/** Whether the control plane reaches a cluster itself. */
export const isPushed = ({ spec }: Cluster): boolean => spec.syncMode !== 'Pull'

/** Members, and what looks after them. */
export interface Membership {
  readonly members: ConnectedMembers
  /** Connects them. */
  readonly connecting: Controller
  /** Looks after the status of those that are a ground's to look after. */
  looking(ground: Ground): Controller
  /** Ends what was begun for a member. It stays connected. */
  renew(name: string): void
}

/** Members, and the controllers that connect them and look after their status. */
export function createMembers(ground: Ground, { serves = isPushed, ...options }: MembersOptions = {}): Membership {
  const book = new MemberBook(ground)
  return {
    members: book,
    connecting: connectController(ground, book, serves),
    looking: (part) => statusController(part, book, options),
    renew: (name) => book.renew(name),
  }
}
