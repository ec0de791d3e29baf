import { deepEqual, keyOf, keyText } from '@flotilla/sdk'
import type { LeaseObject } from './lease.ts'

/** What a Lease said, and since when it says so on our clock. */
interface Sighting {
  readonly lease: LeaseObject
  readonly since: number
}

/**
 * Leases as they are seen from here. Whether their holders live is judged by when we saw them change: the times in them are
 * of other clocks.
 */
export class Sightings {
  readonly #now: () => number
  #seen: ReadonlyMap<string, Sighting> = new Map()

  /** Milliseconds of a clock that never goes back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** These are all there are. */
  see(leases: readonly LeaseObject[]): void {
    this.#seen = new Map(leases.map((lease) => [textOf(lease), this.#sighting(lease)]))
  }

  /** Those that somebody holds and keeps up. */
  get alive(): readonly LeaseObject[] {
    return this.#silent((milliseconds, { spec }) => milliseconds < (spec?.leaseDurationSeconds ?? 0) * 1000).filter(
      ({ spec }) => Boolean(spec?.holderIdentity),
    )
  }

  /** Those in which nothing has moved for so long. */
  silentFor(milliseconds: number): readonly LeaseObject[] {
    return this.#silent((silent) => silent >= milliseconds)
  }

  #silent(when: (milliseconds: number, lease: LeaseObject) => boolean): readonly LeaseObject[] {
    const now = this.#now()
    return [...this.#seen.values()].filter(({ lease, since }) => when(now - since, lease)).map(({ lease }) => lease)
  }

  #sighting(lease: LeaseObject): Sighting {
    const before = this.#seen.get(textOf(lease))
    return before && deepEqual(before.lease.spec, lease.spec)
      ? { lease, since: before.since }
      : { lease, since: this.#now() }
  }
}

const textOf = (lease: LeaseObject): string => keyText(keyOf(lease))
