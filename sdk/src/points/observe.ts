import type { Reference } from '../kind.ts'
import { point } from '../point.ts'
import { tell } from '../rules.ts'

/** Something went from one stage to the next. */
export interface Transition {
  readonly stage: 'admit' | 'match' | 'bind' | 'schedule' | 'render' | 'apply' | 'reflect' | 'aggregate' | 'evict'
  readonly object: Reference
  readonly cluster?: string
  /** What became of it, in a word: `claimed`, `scheduled`, `unschedulable`, `refused` (its result, by admission), `applied`, ... */
  readonly result: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** Told of every transition. Listeners are not waited for. */
export const transition = point('observe.transition', tell<Transition>)
