import { type Cluster, clusterKind } from '../src/api/cluster.ts'
import { isTrue } from '../src/conditions.ts'
import type {
  Change,
  Controller,
  ControllerBuilder,
  Host,
  Log,
  LogFields,
  Member,
  MemberSelection,
  Members,
  Metrics,
  Recorder,
  Store,
} from '../src/host.ts'
import type { Http } from '../src/http.ts'
import { type Key, type Kind, keyOf, kindText, parseKey } from '../src/kind.ts'
import type { Manifest } from '../src/manifest.ts'
import type { Outcome } from '../src/outcome.ts'
import type { Plugin } from '../src/plugin.ts'
import { Registry } from '../src/point.ts'
import type { Sandboxes } from '../src/sandbox.ts'
import { fakeClient } from './client.ts'
import { Objects, typed } from './objects.ts'

export interface HostOptions {
  /** What the control plane holds. */
  readonly objects?: readonly Manifest[]
  /** What members hold, by cluster. They are ready, unless a Cluster of that name says they are not. */
  readonly members?: Readonly<Record<string, readonly Manifest[]>>
  /** Who answers what the plugin asks; by default nobody. */
  readonly plugins?: readonly Plugin[]
  /** The plugin's options. */
  readonly options?: unknown
  /** Where programs of strangers run; by default nowhere. */
  readonly sandboxes?: Sandboxes
  /** Servers elsewhere; by default there are none. */
  readonly http?: Http
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
  /** Keys it has heard of by `hears`: since the first reconcile, or `listen`. */
  readonly heard: readonly Key[]
  /** Begins what it `hears`, and resolves when all that follows from what is there has been heard. */
  listen(): Promise<void>
  /** The keys a change of some kind leads to, by `watches`. */
  keysOf(kind: Kind<unknown>, change: Change<unknown>): readonly Key[]
}

/** A host over objects in memory. What is done through it is kept for the test to look at. */
export interface FakeHost extends Host {
  readonly objects: Objects
  /** What members hold, by cluster. */
  readonly memberObjects: ReadonlyMap<string, Objects>
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

type Subscribe = Parameters<ControllerBuilder['hears']>[0]

/** What a controller hears, begun once. */
function hearing(subscribes: readonly Subscribe[]) {
  const heard: Key[] = []
  let isBegun = false
  const listen = async () => {
    if (!isBegun) for (const subscribe of subscribes) subscribe((key) => heard.push(key))
    isBegun = true
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { heard, listen }
}

function builder<T>(
  name: string,
  objects: Objects,
  keep: (controller: FakeController) => void,
  kind?: Kind<T>,
  watches: Watches = [],
  subscribes: readonly Subscribe[] = [],
): ControllerBuilder<T> {
  const self: ControllerBuilder<T> = {
    for: (kind) => builder(name, objects, keep, kind, watches, subscribes),
    owns: () => self,
    watches: (watched, keys) => builder(name, objects, keep, kind, [...watches, { kind: watched, keys }], subscribes),
    hears: (subscribe) => builder(name, objects, keep, kind, watches, [...subscribes, subscribe]),
    workers: () => self,
    queued: () => self,
    reconcile: (step) => {
      const { heard, listen } = hearing(subscribes)
      const reconcile = async (key: Key, signal = new AbortController().signal): Promise<Outcome> => {
        if (subscribes.length > 0) await listen()
        return step(kind && objects.store(kind).get(key), key, signal)
      }
      const controller: FakeController = {
        name,
        heard,
        listen,
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

const isReady = (cluster: Cluster | undefined): boolean => !cluster || isTrue(cluster.status?.conditions, 'Ready')

function memberOf(name: string, held: Objects, objects: Objects): Member {
  const stores = new Map<unknown, Store<unknown>>()
  return {
    name,
    client: fakeClient(held),
    get ready() {
      return isReady(objects.store(clusterKind).get({ name }))
    },
    store: <T>(kind: Kind<T>, { project }: MemberSelection = {}) => {
      const known = stores.get(project ?? kindText(kind))
      const store = known ?? (project ? projected(held.store(kind), project) : held.store(kind))
      stores.set(project ?? kindText(kind), store)
      return typed<Store<T>>(store)
    },
  }
}

/** A store of what a projection leaves of the objects of another. */
function projected<T>(whole: Store<T>, project: (object: unknown) => unknown): Store<T> {
  const part = (object: T | undefined) => (object === undefined ? undefined : typed<T>(project(object)))
  const list: Store<T>['list'] = (namespace) => whole.list(namespace).map((object) => typed<T>(project(object)))
  return {
    ...whole,
    list,
    get: (key) => part(whole.get(key)),
    by: (index, value) => list().filter((object) => [...index.values(object)].includes(value)),
    listen: (listener) =>
      whole.listen(({ before, after, ...rest }) => {
        const [was, is] = [part(before), part(after)]
        listener({ ...rest, ...(was !== undefined && { before: was }), ...(is !== undefined && { after: is }) })
      }),
  }
}

function membersOf(held: ReadonlyMap<string, Objects>, objects: Objects): Members {
  const members = new Map([...held].map(([name, each]) => [name, memberOf(name, each, objects)]))
  return {
    get: (name) => members.get(name),
    list: () => [...members.values()],
    onReadiness: (listener) =>
      objects.listen(clusterKind, ({ before, after }) => {
        const { name = '' } = (after ?? before)?.metadata ?? {}
        if (isReady(typed(before)) !== isReady(typed(after))) listener(name)
      }),
  }
}

/** Runs nothing. */
const noSandboxes: Sandboxes = {
  open: async ({ name }) => {
    throw new Error(`there is no sandbox for ${name} here: give fakeHost some`)
  },
}

/** Reaches nobody. */
const noHttp: Http = {
  open: ({ url }) => {
    throw new Error(`nobody is reached at ${url} here: give fakeHost some http`)
  },
}

/** A host for a plugin under test. The plugin's own points are asked through `options.plugins` only. */
export function fakeHost(options: HostOptions = {}): FakeHost {
  const { now = new Date('2026-01-01T00:00:00Z') } = options
  const objects = new Objects(options.objects)
  const memberObjects = new Map(
    Object.entries(options.members ?? {}).map(([name, objects]) => [name, new Objects(objects)]),
  )
  const events: RecordedEvent[] = []
  const lines: LogLine[] = []
  const controllers = new Map<string, FakeController>()
  const registry = new Registry()
  const host: FakeHost = {
    objects,
    memberObjects,
    events,
    lines,
    controllers,
    client: fakeClient(objects),
    members: membersOf(memberObjects, objects),
    ask: registry.ask,
    log: logTo(lines),
    metrics: noMetrics,
    event: (about, type, reason, message) => events.push({ about, type, reason, message }),
    options: options.options,
    now: () => now,
    signal: new AbortController().signal,
    sandboxes: options.sandboxes ?? noSandboxes,
    http: options.http ?? noHttp,
    observed: (extension, { name }) => ({ ...extension, plugin: name }),
    store: (kind) => objects.store(kind),
    controller: (name) => builder(name, objects, (controller) => controllers.set(name, controller)),
  }
  for (const plugin of options.plugins ?? [])
    for (const extension of plugin.extensions?.(host) ?? []) registry.add(extension)
  return host
}
