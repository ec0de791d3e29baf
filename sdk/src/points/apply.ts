import type { Work } from '../api/work.ts'
import type { Manifest } from '../manifest.ts'
import { point } from '../point.ts'
import { first } from '../rules.ts'

/** The member already has an object of that name, and Flotilla did not make it. */
export interface Conflict {
  readonly cluster: string
  readonly work: Work
  readonly desired: Manifest
  readonly observed: Manifest
}

/**
 * What becomes of such an object: it is taken over, or nothing is done and the Work says why, or it will do as it is and
 * stays its owner's.
 */
export type Resolution = 'overwrite' | 'abort' | 'leave'

/**
 * Asked before an object that Flotilla did not make is touched. No answer: what the manifest's annotation
 * `work.karmada.io/conflict-resolution` says, `abort` by default.
 */
export const conflict = point('apply.conflict', first<Conflict, Resolution>)
