import type { User } from '@flotilla/kube'
import type { Access } from './access/access.ts'
import type { Addresses } from './admission/addresses.ts'
import type { Admission } from './admission/admission.ts'
import type { Gate } from './admission/gate.ts'
import type { Quotas } from './admission/quotas.ts'
import type { Kubelet } from './kubelet.ts'
import type { Registry } from './registry/registry.ts'
import type { Objects } from './store/objects.ts'
import type { Watches } from './watch/watches.ts'

/** What verbs work with. */
export interface Engine {
  readonly objects: Objects
  readonly registry: Registry
  readonly watches: Watches
  /** How many events may wait for a watcher. */
  readonly watchBacklog: number
  readonly admit: Admission
  readonly gate: Gate
  readonly quotas: Quotas
  /** Absent where Services are given nothing. */
  readonly addresses?: Addresses
  /** Absent where everyone may do everything, and nobody has a token. */
  readonly access?: Access
  /** Asked last, about what is to be written as it is: it changes nothing. */
  readonly guard: Admission
  /** Absent where no machines are. */
  readonly kubelet?: Kubelet
  /** Whether a user's writes are recorded in `managedFields`. */
  readonly tracks: (user: User) => boolean
  /** Whether what a user makes keeps the status it comes with. */
  readonly keepsStatus: (user: User) => boolean
  /** Whether what has lost its owners goes, and what is to be orphaned is. */
  readonly collects: boolean
  readonly now: () => Date
}
