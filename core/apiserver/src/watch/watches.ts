import type { Change } from '../store/change.ts'
import type { Objects } from '../store/objects.ts'
import { Shown, type Watch } from './watch.ts'

/** Everyone is told once a minute up to where they have seen everything: a part of them each second, so that it never takes long. */
const rounds = 60
const roundTime = 1000
/** Who has just begun knows where he is. */
const soonest = 10
/** What a timer can count, in seconds. */
const longest = 2_000_000

/** Those who watch all namespaces. */
const everywhere = ''

/** All watches of a server, by resource and namespace: a write touches only those it may mean something to. */
export class Watches {
  readonly #objects: Objects
  readonly #byResource = new Map<string, Map<string, Set<Watch>>>()
  readonly #rounds: readonly Set<Watch>[] = Array.from({ length: rounds }, () => new Set<Watch>())
  readonly #timer: NodeJS.Timeout
  readonly #stop: () => void
  #added = 0
  #round = 0

  constructor(objects: Objects) {
    this.#objects = objects
    this.#stop = objects.listen((change) => this.#publish(change))
    this.#timer = setInterval(() => this.#bookmark(), roundTime)
    this.#timer.unref()
  }

  /** Adds a watch until it ends: by itself after `seconds`, with a last bookmark. */
  add(resource: string, watch: Watch, seconds: number): void {
    const leave = this.#join(resource, watch)
    const wait = soonest + (this.#added++ % (rounds - soonest))
    const round = this.#rounds[(this.#round + wait) % rounds]
    round?.add(watch)
    const timer = setTimeout(() => {
      watch.bookmark(this.#objects.revision)
      watch.end()
    }, Math.min(seconds, longest) * 1000)
    timer.unref()
    watch.onEnd(() => {
      clearTimeout(timer)
      round?.delete(watch)
      leave()
    })
  }

  /** Ends the watches of one resource, or all. */
  end(resource?: string): void {
    for (const [watched, places] of this.#byResource) {
      if (resource !== undefined && resource !== watched) continue
      for (const watches of [...places.values()]) for (const watch of [...watches]) watch.end()
    }
  }

  close(): void {
    clearInterval(this.#timer)
    this.#stop()
    this.end()
  }

  /** Returns what takes it out again. */
  #join(resource: string, watch: Watch): () => void {
    const { namespace = everywhere } = watch
    const places = this.#byResource.get(resource) ?? new Map<string, Set<Watch>>()
    this.#byResource.set(resource, places)
    const watches = places.get(namespace) ?? new Set<Watch>()
    places.set(namespace, watches.add(watch))
    return () => {
      watches.delete(watch)
      if (watches.size === 0 && places.get(namespace) === watches) places.delete(namespace)
    }
  }

  #bookmark(): void {
    this.#round = (this.#round + 1) % rounds
    for (const watch of this.#rounds[this.#round] ?? []) watch.bookmark(this.#objects.revision)
  }

  #publish(change: Change): void {
    const places = this.#byResource.get(change.resource)
    if (places === undefined || places.size === 0) return
    const shown = new Shown(change)
    for (const watch of places.get(everywhere) ?? []) watch.offer(shown)
    if (change.namespace === everywhere) return
    for (const watch of places.get(change.namespace) ?? []) watch.offer(shown)
  }
}
