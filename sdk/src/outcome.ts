/** What a reconcile answers: nothing more to do, or look again after a while. An error means backoff. */
export interface Outcome {
  /** Milliseconds until the same key is looked at again, changed or not. */
  readonly again?: number
}

/** Nothing more to do until something changes. */
export const done: Outcome = {}

/** Look again after so many milliseconds. */
export const again = (milliseconds: number): Outcome => ({ again: milliseconds })
