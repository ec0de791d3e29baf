import type { StatusCause } from '../errors.ts'
import type { Key } from '../kind.ts'
import type { Manifest } from '../manifest.ts'
import { point } from '../point.ts'
import { first, pipe } from '../rules.ts'
import { wrongDenial } from './admit-answers.ts'
import { wrongManifest } from './wrong.ts'

/** Someone wants to write. For a delete, `manifest` is what would go. */
export interface Admission {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE'
  readonly key: Key
  readonly manifest: Manifest
  /** The object before an update. */
  readonly before?: Manifest
  readonly user: string
  readonly dryRun: boolean
}

/** Why not, in words the user can act on. */
export interface Denial {
  readonly message: string
  /** HTTP status; by default 403. */
  readonly code?: number
  /** `Forbidden` by default; `Invalid`, `QuotaExceeded`, ... */
  readonly reason?: string
  readonly causes?: readonly StatusCause[]
}

/** Asked before a write of a kind that someone is about; each plugin may change what is written. */
export const mutate = point('admit.mutate', pipe<Admission>, (answer, { manifest }) => wrongManifest(answer, manifest))

/** Asked after all mutations. The first denial ends the request. */
export const refuse = point('admit.refuse', first<Admission, Denial>, wrongDenial)
