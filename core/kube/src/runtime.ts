import type { Client, ControllerBuilder, Key, Kind, Log, Metrics, Recorder, Store } from '@flotilla/sdk'
import { kindText } from '@flotilla/sdk'
import type { BackoffRange } from './backoff.ts'
import { createController, type Surroundings } from './controller.ts'
import { createDiscovery, type Discovery } from './discovery.ts'
import { createRecorder } from './events.ts'
import { pause } from './pause.ts'
import { held, type Projection } from './projection.ts'
import { Reflector } from './reflector.ts'
import { ObjectStore } from './store.ts'
import { createWorker, type Worker, type WorkerOptions, type WorkerSurroundings } from './worker.ts'

export interface RuntimeOptions {
  readonly client: Client
  /** The `source.component` of events. */
  readonly name: string
  readonly log: Log
  readonly metrics: Metrics
  /** Ends everything the runtime started. */
  readonly signal: AbortSignal
  readonly now?: () => Date
  readonly caching?: CacheOptions
}

/** How caches keep up with their server. */
export interface CacheOptions {
  /** Milliseconds in which each cache is compared with its server once; by default 10 minutes, 0: never. */
  readonly checkPeriod?: number
  /** Milliseconds until what differs is said to do so; by default 10 s. */
  readonly lagMs?: number
  /** Waits between tries that go wrong; by default 0.5 to 30 s. */
  readonly waits?: BackoffRange
  /** Objects a page of a list; by default 500. */
  readonly pageSize?: number
}

export interface StoreOptions {
  readonly labelSelector?: string
  readonly fieldSelector?: string
  readonly namespace?: string
  /** What of an object is kept. By default all but `managedFields`; equal lists of endpoints are held once. */
  readonly project?: (object: unknown) => unknown
}

/** What controllers stand on: one client, its shared caches, and loops. */
export interface Runtime {
  readonly client: Client
  readonly log: Log
  readonly metrics: Metrics
  readonly discovery: Discovery
  readonly event: Recorder
  readonly signal: AbortSignal
  readonly now: () => Date
  readonly caching: CacheOptions
  /** One cache for each kind and selector, however often it is asked for. */
  store<T>(kind: Kind<T>, options?: StoreOptions): Store<T>
  /** Caches that wait before they ask again for what was refused, ask now. */
  hurry(): void
  /** `whose` says of a key what it belongs to, where the work is divided. */
  controller(name: string, whose?: (key: Key) => string): ControllerBuilder
  worker<K>(options: WorkerOptions<K>): Worker<K>
  /**
   * Whether every cache in use is full, and no running controller or worker has a key that waits, is being worked on, or
   * comes back within so many milliseconds. What is still on its way from the server is not known here.
   */
  isIdle(milliseconds: number): boolean
  /** Whether what something belongs to is worked on here. Of what is not, nothing has to be kept in mind. */
  owns(whose: string): boolean
  /** The same caches, for loops that work on a part of what there is. */
  part(options: PartOptions): Runtime
}

export interface PartOptions extends Pick<RuntimeOptions, 'client' | 'metrics' | 'signal'> {
  readonly owns: (whose: string) => boolean
  /** Ends the steps that were begun before `signal`. */
  readonly cut: AbortSignal
}

/** The caches of a runtime. Each fills itself from its first use until the signal. */
class Stores {
  readonly #options: RuntimeOptions
  readonly #stores = new Map<Projection, Map<string, Store<unknown>>>()
  readonly #reflectors: Pick<Reflector<unknown>, 'hurry' | 'check' | 'isUnproven'>[] = []
  #filling = 0

  constructor(options: RuntimeOptions) {
    this.#options = options
  }

  get areFull(): boolean {
    return this.#filling === 0
  }

  get<T>(kind: Kind<T>, { project = held, ...selection }: StoreOptions): Store<T> {
    const { namespace = '', labelSelector = '', fieldSelector = '' } = selection
    const text = [kindText(kind), kind.plural, namespace, labelSelector, fieldSelector].join('\n')
    const stores = this.#stores.get(project) ?? new Map<string, Store<unknown>>()
    this.#stores.set(project, stores)
    const known = stores.get(text)
    if (known) return known as Store<T> // it was made for this kind
    const store = this.#begin(kind, project, selection)
    stores.set(text, store)
    return store
  }

  #begin<T>(kind: Kind<T>, project: Projection, selection: StoreOptions): Store<T> {
    const { client, log, metrics, signal, caching } = this.#options
    const onError = (error: unknown) =>
      log.error('listener or index of a store failed', { kind: kindText(kind), error })
    const store = new ObjectStore<T>({ onError })
    this.#filling++
    void store.synced.then(() => this.#filling--)
    const reflector = new Reflector({ ...caching, client, kind, selection, project, store, log, metrics, signal })
    if (this.#reflectors.push(reflector) === 1) void this.#checkAll()
    void reflector.run()
    return store
  }

  /**
   * Compares one cache after the other with the server, so that the work for it is spread over the period; those whose
   * connection broke within a tenth of it.
   */
  async #checkAll(): Promise<void> {
    const { signal, caching: { checkPeriod = 600_000 } = {} } = this.#options
    if (checkPeriod === 0) return
    for (let turn = 0; !signal.aborted; ) {
      const share = checkPeriod / this.#reflectors.length
      await pause(share * (0.075 + Math.random() / 20), signal, false)
      const unproven = this.#reflectors.find(({ isUnproven }) => isUnproven)
      if (unproven) await unproven.check()
      else if (++turn % 10 === 0) await this.#reflectors[(turn / 10) % this.#reflectors.length]?.check()
    }
  }

  hurry(): void {
    for (const reflector of this.#reflectors) reflector.hurry()
  }
}

export function createRuntime(options: RuntimeOptions): Runtime {
  const { client, name, log, metrics, signal, now = () => new Date(), caching = {} } = options
  const stores = new Stores(options)
  const running: NonNullable<WorkerSurroundings['running']> = new Set()
  const store = <T>(kind: Kind<T>, selection: StoreOptions = {}): Store<T> => stores.get(kind, selection)
  const whole = {
    client,
    log,
    metrics,
    discovery: createDiscovery(client, { signal }),
    event: createRecorder({ client, component: name, log, signal, now }),
    signal,
    now,
    caching,
    store,
    hurry: () => stores.hurry(),
    isIdle: (milliseconds: number) => stores.areFull && [...running].every((worker) => worker.isIdle(milliseconds)),
  }
  /** A runtime whose loops run in these surroundings. */
  const within = (surroundings: Surroundings): Runtime =>
    Object.freeze({
      ...whole,
      metrics: surroundings.metrics,
      controller: (controller: string, whose?: (key: Key) => string) =>
        createController(controller, surroundings, whose),
      worker: <K>(worker: WorkerOptions<K>) => createWorker(worker, surroundings),
      owns: surroundings.owns ?? (() => true),
      part: ({ owns, cut, ...own }: PartOptions) =>
        Object.freeze({ ...within({ ...surroundings, metrics: own.metrics, owns, cut }), ...own }),
    })
  return within({ log, metrics, running, store })
}
