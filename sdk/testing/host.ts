import type {
  Change,
  Controller,
  ControllerBuilder,
  Host,
  Log,
  LogFields,
  Member,
  Metrics,
  Recorder,
} from '../src/host.ts'
import { type Key, type Kind, keyOf, parseKey } from '../src/kind.ts'
import type { Manifest } from '../src/manifest.ts'
import type { Outcome } from '../src/outcome.ts'
import type { Plugin } from '../src/plugin.ts'
import { Registry } from '../src/point.ts'
import { fakeClient } from './client.ts'
import { Objects, typed } from './objects.ts'

export interface HostOptions {
  /** What the control plane holds. */
  readonly objects?: readonly Manifest[]
  /** What ready members hold, by cluster. */
  readonly members?: Readonly<Record<string, readonly Manifest[]>>
  /** Who answers what the plugin asks; by default nobody. */
  readonly plugins?: readonly Plugin[]
  /** The plugin's options. */
  readonly options?: unknown
  /** By default the first moment of 2026. */
  readonly now?: Date
}

export interface RecordedEvent {
  readonly about: Parameters<Recorder>[0]
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
  readonly fields: LogFields
}

/** A controller that is run by hand: one key at a time. */
export interface FakeController extends Controller {
  /** Reconciles one key, given as `namespace/name`, with the object as it is now. */
  reconcile(key: string, signal?: AbortSignal): Promise<Outcome>
  /** The keys a change of some kind leads to, by `watches`. */
  keysOf(kind: Kind<unknown>, change: Change<unknown>): readonly Key[]
}

/** A host over objects in memory. What is done through it is kept for the test to look at. */
export interface FakeHost extends Host {
  readonly objects: Objects
  readonly events: readonly RecordedEvent[]
  readonly lines: readonly LogLine[]
  readonly controllers: ReadonlyMap<string, FakeController>
}

const logTo = (lines: LogLine[], more: LogFields = {}): Log => {
  const write =
    (level: LogLine['level']) =>
    (message: string, fields: LogFields = {}): void => {
      lines.push({ level, message, fields: { ...more, ...fields } })
    }
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    with: (fields) => logTo(lines, { ...more, ...fields }),
  }
}

/** Metrics that nobody reads. */
const noMetrics: Metrics = {
  counter: () => ({ add: () => undefined }),
  gauge: () => ({ set: () => undefined, forget: () => undefined }),
  histogram: () => ({ observe: () => undefined }),
}

type Watches = readonly { readonly kind: Kind<unknown>; readonly keys: (change: never) => Iterable<Key> }[]

function builder<T>(
  name: string,
  objects: Objects,
  keep: (controller: FakeController) => void,
  kind?: Kind<T>,
  watches: Watches = [],
): ControllerBuilder<T> {
  const self: ControllerBuilder<T> = {
    for: (kind) => builder(name, objects, keep, kind, watches),
    owns: () => self,
    watches: (watched, keys) => builder(name, objects, keep, kind, [...watches, { kind: watched, keys }]),
    hears: () => self,
    workers: () => self,
    queued: () => self,
    reconcile: (step) => {
      const reconcile = (key: Key, signal = new AbortController().signal): Promise<Outcome> =>
        step(kind && objects.store(kind).get(key), key, signal)
      const controller: FakeController = {
        name,
        reconcile: (key, signal) => reconcile(parseKey(key), signal),
        keysOf: ({ plural }, change) =>
          watches.filter(({ kind }) => kind.plural === plural).flatMap(({ keys }) => [...keys(typed<never>(change))]),
        run: async (signal) => {
          for (const object of kind ? objects.list(kind) : []) {
            if (signal.aborted) return
            await reconcile(keyOf(object), signal)
          }
        },
      }
      keep(controller)
      return controller
    },
  }
  return self
}

const memberOf = (name: string, objects: readonly Manifest[]): Member => ({
  name,
  client: fakeClient(new Objects(objects)),
  ready: true,
})

/** A host for a plugin under test. The plugin's own points are asked through `options.plugins` only. */
export function fakeHost(options: HostOptions = {}): FakeHost {
  const { now = new Date('2026-01-01T00:00:00Z') } = options
  const objects = new Objects(options.objects)
  const members = new Map(
    Object.entries(options.members ?? {}).map(([name, objects]) => [name, memberOf(name, objects)]),
  )
  const events: RecordedEvent[] = []
  const lines: LogLine[] = []
  const controllers = new Map<string, FakeController>()
  const registry = new Registry()
  const host: FakeHost = {
    objects,
    events,
    lines,
    controllers,
    client: fakeClient(objects),
    members: { get: (name) => members.get(name), list: () => [...members.values()] },
    ask: registry.ask,
    log: logTo(lines),
    metrics: noMetrics,
    event: (about, type, reason, message) => events.push({ about, type, reason, message }),
    options: options.options,
    now: () => now,
    signal: new AbortController().signal,
    store: (kind) => objects.store(kind),
    controller: (name) => builder(name, objects, (controller) => controllers.set(name, controller)),
  }
  for (const plugin of options.plugins ?? [])
    for (const extension of plugin.extensions?.(host) ?? []) registry.add(extension)
  return host
}
