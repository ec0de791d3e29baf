import {
  type Change,
  type Client,
  type Extension,
  Gate,
  type GuestPoint,
  type Host,
  type Key,
  keyText,
  onBehalfOf,
  type Point,
  type ResourceInterpreterModule,
  resourceInterpreterModuleKind,
} from '@flotilla/sdk'
import { Module } from './module.ts'
import { type ModuleOptions, readOptions } from './options.ts'
import { type ConfigMap, configMapKind } from './source/config-map.ts'
import { versionOf } from './source/file.ts'
import { Switchboard } from './switchboard.ts'

/** How long the first question may wait to hear which modules there are, in milliseconds. */
const patience = 10_000

/** How often files are looked at, in milliseconds. */
const glance = 5000

/** How many programs are downloaded at once. */
const room = 16

type AnyPoint = Point<unknown, unknown, unknown>

/** All modules of a control plane: who is loaded, and who is asked. */
export class House {
  readonly options: ModuleOptions
  readonly #host: Host
  readonly #modules = new Map<string, Module>()
  readonly #listeners = new Set<(key: Key) => void>()
  readonly #gate = new Gate(room)
  #switchboard = new Switchboard([])
  /** Until all modules have been heard of, nobody can say that a question is none of theirs. */
  #isOpen = false
  readonly #opened: Promise<void>
  #hearsConfigMaps = false
  #isStale = false

  constructor(host: Host) {
    this.#host = host
    this.options = readOptions(host.options)
    const store = host.store(resourceInterpreterModuleKind)
    const stop = store.listen((change) => this.#hear(change))
    this.#opened = this.#open(store.synced)
    const timer = setInterval(() => void this.#lookAtFiles(), glance).unref()
    host.signal.addEventListener('abort', () => {
      stop()
      clearInterval(timer)
      for (const module of this.#modules.values()) module.close()
    })
  }

  /** The answers of all modules at a point. */
  at(point: GuestPoint): Extension {
    const pending: readonly Extension[] = [this.#pending(point)]
    return onBehalfOf(
      point as unknown as AnyPoint, // whatever the point, its modules answer it
      (arg) => (this.#isOpen ? this.#voices(point, arg) : pending),
      () => this.#current().speakers(point),
    )
  }

  get(name: string): Module | undefined {
    return this.#modules.get(name)
  }

  /** Hears of modules that fare otherwise than before. Returns what ends the hearing. */
  listen(listener: (key: Key) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async #open(synced: Promise<void>): Promise<void> {
    const { log } = this.#host
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), patience).unref()
    })
    if ((await Promise.race([synced, late])) === 'late')
      log.warn('it is not known yet which modules there are: questions go on without them')
    clearTimeout(timer)
    this.#isOpen = true
  }

  /** Stands in for all modules until they are known. */
  #pending(point: GuestPoint): Extension {
    const handler = async (arg: never): Promise<unknown> => {
      await this.#opened
      const voices = this.#voices(point, arg)
      const handlers = voices.map(({ handler }) => handler)
      return handlers.length === 0 ? undefined : (point as unknown as AnyPoint).rule(handlers as never, arg)
    }
    return { point, handler, plugin: 'modules' }
  }

  #voices(point: GuestPoint, arg: unknown): readonly Extension[] {
    return this.#current().voices(point, arg as never)
  }

  /** Worked out with the first question after a change. */
  #current(): Switchboard {
    if (this.#isStale) this.#switchboard = new Switchboard(this.#modules.values())
    this.#isStale = false
    return this.#switchboard
  }

  #hear({ after, before }: Change<ResourceInterpreterModule>): void {
    const name = (after ?? before)?.metadata.name ?? ''
    const known = this.#modules.get(name)
    if (after && known) known.update(after)
    else if (after) this.#add(after)
    else this.#remove(name)
    if (after?.spec.source.configMapRef) this.#hearConfigMaps()
  }

  #add(object: ResourceInterpreterModule): void {
    const { name } = object.metadata
    const means = { host: this.#host, options: this.options, signal: this.#host.signal, gate: this.#gate }
    this.#modules.set(name, new Module(object, means, () => this.#changed(name)))
    this.#changed(name)
  }

  #remove(name: string): void {
    this.#modules.get(name)?.close()
    this.#modules.delete(name)
    this.#changed(name)
  }

  #changed(name: string): void {
    this.#isStale = true
    for (const listener of this.#listeners) listener({ name })
  }

  /** Begins with the first module that is in a ConfigMap: others need no cache of them. */
  #hearConfigMaps(): void {
    if (this.#hearsConfigMaps) return
    this.#hearsConfigMaps = true
    const stop = this.#host.store(configMapKind).listen((change) => this.#hearConfigMap(change))
    this.#host.signal.addEventListener('abort', stop)
  }

  #hearConfigMap({ before, after, initial }: Change<ConfigMap>): void {
    const map = after ?? before
    if (initial || !map) return
    for (const module of this.#modules.values()) {
      const ref = module.object.spec.source.configMapRef
      if (ref && keyText(ref) === keyText(map.metadata)) module.load()
    }
  }

  async #lookAtFiles(): Promise<void> {
    for (const module of this.#modules.values()) {
      const { file } = module.object.spec.source
      if (file === undefined) continue
      const version = await versionOf(file, this.options.directory)
      if (version !== undefined && version !== module.version) module.load()
    }
  }
}

const houses = new WeakMap<Client, House>()

/** The modules of a host's control plane: the plugins that speak for them share them. */
export function houseOf(host: Host): House {
  const known = houses.get(host.client)
  if (known) return known
  const house = new House(host)
  houses.set(host.client, house)
  return house
}
