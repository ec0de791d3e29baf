import { createClient, httpTransport, loadKubeconfig } from '@flotilla/kube'
import type { Client, Kind, Manifest } from '@flotilla/sdk'
import type { Up } from '../up.ts'

export const connect = async ({ kubeconfig }: Up, context: string): Promise<Client> =>
  createClient(httpTransport(await loadKubeconfig(kubeconfig, context)))

/** When objects were first seen where: `performance.now()` by name. */
export class Sightings {
  readonly #at = new Map<string, number>()
  readonly #waiting = new Map<string, () => void>()
  #enough = { count: Number.NaN, resolve: (): void => undefined }

  see(name: string): void {
    if (this.#at.has(name)) return
    this.#at.set(name, performance.now())
    if (this.#at.size === this.#enough.count) this.#enough.resolve()
    this.#waiting.get(name)?.()
    this.#waiting.delete(name)
  }

  at(name: string): number {
    return this.#at.get(name) ?? Number.NaN
  }

  /** Resolves when so many have been seen. */
  count(count: number): Promise<void> {
    if (this.#at.size >= count) return Promise.resolve()
    return new Promise((resolve) => {
      this.#enough = { count, resolve }
    })
  }

  of(name: string): Promise<void> {
    if (this.#at.has(name)) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.set(name, resolve))
  }
}

/** Watches objects of a kind from now on, and notes the first event of each that `counts`. */
export async function watch(
  client: Client,
  kind: Kind,
  counts: (object: Manifest) => boolean,
  signal: AbortSignal,
  nameOf: (object: Manifest) => string = ({ metadata }) => metadata.name,
): Promise<Sightings> {
  const sightings = new Sightings()
  const { resourceVersion } = await client.list(kind)
  const follow = async () => {
    for await (const event of client.watch(kind, { resourceVersion, signal })) {
      if (event.type !== 'BOOKMARK' && counts(event.object)) sightings.see(nameOf(event.object))
    }
  }
  follow().catch((cause) => {
    if (!signal.aborted) throw cause
  })
  return sightings
}
