import type { WireEvent } from '@flotilla/kube'
import type { Manifest } from '@flotilla/sdk'
import { isTrue, type WatchAnswer } from '../request.ts'
import { both, type Selection } from '../select/selection.ts'
import { refusal } from '../status.ts'
import { type Call, ready, view } from '../target.ts'
import { Shown, Watch, type WatchOptions } from '../watch/watch.ts'
import { revisionOf, selectionOf } from './list.ts'
import { checkWatchOptions } from './options.ts'

const shortestDefault = 1800

/** How long a watch may last: what was asked for, else between half an hour and an hour, so that not all end at once. */
const secondsOf = (text: string | undefined): number => {
  const asked = Number(text)
  return asked > 0 ? asked : shortestDefault * (1 + Math.random())
}

const bookmarkOf =
  ({ served }: Call) =>
  (revision: number): WireEvent => ({
    type: 'BOOKMARK',
    object: {
      kind: served.kind,
      apiVersion: served.apiVersion,
      metadata: { creationTimestamp: null, resourceVersion: String(revision) },
    },
  })

const initialEnd = (call: Call): WireEvent => ({
  type: 'BOOKMARK',
  object: {
    kind: call.served.kind,
    apiVersion: call.served.apiVersion,
    metadata: {
      creationTimestamp: null,
      resourceVersion: String(call.engine.objects.revision),
      annotations: { 'k8s.io/initial-events-end': 'true' },
    },
  },
})

/** The refusal of a watch is an event, as in Kubernetes: the client lists again. */
const tooOld = (revision: number, current: number): WireEvent => ({
  type: 'ERROR',
  object: refusal.expired(`too old resource version: ${revision} (${current})`).status,
})

/** How a watch begins: what has to be made ready, and then its first events. */
interface Start {
  readonly needs: readonly Manifest[]
  readonly events: () => readonly WireEvent[]
  /** There is nothing to add after them. */
  readonly over?: true
}

const fromNow = (call: Call, select: Selection): Start => {
  const { engine, served, namespace, request } = call
  const needs = engine.objects.list(served.id, namespace)
  const last = request.query.sendInitialEvents === 'true' ? [initialEnd(call)] : []
  const events = (): WireEvent[] => [
    ...needs
      .filter((object) => select === undefined || select(object))
      .map((object): WireEvent => ({ type: 'ADDED', object: view(served, object) })),
    ...last,
  ]
  return { needs, events }
}

const boundless = Number.POSITIVE_INFINITY

/** What happened after a revision, as this watch would have seen it. */
const resumed = (call: Call, { ready: _, ...options }: WatchOptions, revision: number): Start => {
  const { objects } = call.engine
  const changes = revision > objects.revision ? undefined : objects.since(call.served.id, revision)
  if (changes === undefined) return { needs: [], events: () => [tooOld(revision, objects.revision)], over: true }
  const events = (): readonly WireEvent[] => {
    const past = new Watch({ ...options, limit: boundless, limitWeight: boundless })
    for (const change of changes) past.offer(new Shown(change))
    return past.take()
  }
  return { needs: changes.flatMap(({ object, before }) => (before ? [object, before] : [object])), events }
}

const startOf = (call: Call, options: WatchOptions): Start => {
  const { query } = call.request
  const sendInitial = query.sendInitialEvents
  const revision = revisionOf(query.resourceVersion)
  if (isTrue(sendInitial)) return fromNow(call, options.select)
  if (sendInitial !== undefined && !revision) return { needs: [], events: () => [] }
  return revision ? resumed(call, options, revision) : fromNow(call, options.select)
}

/** A watch that begins with its first events: at once, or when they are ready. */
const begun = (options: WatchOptions, { needs, events }: Start): Watch => {
  const { ready } = options
  if (!ready) return new Watch({ ...options, initial: events() })
  const watch = new Watch(options)
  watch.after(async () => {
    await ready(needs)
    for (const event of events()) watch.push(event)
  })
  return watch
}

const endWith = (started: Watch, signal: AbortSignal): void => {
  if (signal.aborted) started.end()
  const end = () => started.end()
  signal.addEventListener('abort', end, { once: true })
  started.onEnd(() => signal.removeEventListener('abort', end))
}

/** Streams changes of a collection. */
export const watch = (call: Call): WatchAnswer => {
  const { engine, served, namespace, name, request } = call
  checkWatchOptions(request.query)
  const named: Selection = name === undefined ? undefined : ({ metadata }) => metadata.name === name
  const options: WatchOptions = {
    ...(namespace !== undefined && { namespace }),
    select: both(named, selectionOf(served, request.query)),
    view: (object) => view(served, object),
    limit: engine.watchBacklog,
    ...(served.translate && { ready: (objects: readonly Manifest[]) => ready(served, objects) }),
    ...(isTrue(request.query.allowWatchBookmarks) && { bookmark: bookmarkOf(call) }),
  }
  const start = startOf(call, options)
  const started = begun(options, start)
  if (start.over) started.end()
  else engine.watches.add(served.id, started, secondsOf(request.query.timeoutSeconds))
  if (request.signal) endWith(started, request.signal)
  return { watch: started }
}
