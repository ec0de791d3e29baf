import type { Change } from '../store/change.ts'
import type { Objects } from '../store/objects.ts'
import { Shown, type Watch } from './watch.ts'

const bookmarkPeriod = 60_000
/** What a timer can count, in seconds. */
const longest = 2_000_000

/** All watches of a server, by resource: a write touches only those of its own. */
export class Watches {
  readonly #objects: Objects
  readonly #byResource = new Map<string, Set<Watch>>()
  readonly #timer: NodeJS.Timeout
  readonly #stop: () => void

  constructor(objects: Objects) {
    this.#objects = objects
    this.#stop = objects.listen((change) => this.#publish(change))
    this.#timer = setInterval(() => this.bookmark(), bookmarkPeriod)
    this.#timer.unref()
  }

  get count(): number {
    let count = 0
    for (const watches of this.#byResource.values()) count += watches.size
    return count
  }

  /** Adds a watch until it ends: by itself after `seconds`, with a last bookmark. */
  add(resource: string, watch: Watch, seconds: number): void {
    const watches = this.#of(resource)
    watches.add(watch)
    const timer = setTimeout(() => {
      watch.bookmark(this.#objects.revision)
      watch.end()
    }, Math.min(seconds, longest) * 1000)
    timer.unref()
    watch.onEnd(() => {
      clearTimeout(timer)
      watches.delete(watch)
    })
  }

  /** Tells everyone who wants to know up to where they have seen everything. */
  bookmark(): void {
    for (const watches of this.#byResource.values()) {
      for (const watch of watches) watch.bookmark(this.#objects.revision)
    }
  }

  /** Ends the watches of one resource, or all. */
  end(resource?: string): void {
    for (const [watched, watches] of this.#byResource) {
      if (resource === undefined || resource === watched) for (const watch of [...watches]) watch.end()
    }
  }

  close(): void {
    clearInterval(this.#timer)
    this.#stop()
    this.end()
  }

  #of(resource: string): Set<Watch> {
    let watches = this.#byResource.get(resource)
    if (watches === undefined) {
      watches = new Set()
      this.#byResource.set(resource, watches)
    }
    return watches
  }

  #publish(change: Change): void {
    const watches = this.#byResource.get(change.resource)
    if (watches === undefined || watches.size === 0) return
    const shown = new Shown(change)
    for (const watch of watches) watch.offer(shown)
  }
}
