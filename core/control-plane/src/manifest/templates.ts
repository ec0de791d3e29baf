import { once } from 'node:events'
import type { ServedKind } from '@flotilla/kube'
import {
  again,
  type Change,
  type Controller,
  clusterPropagationPolicyKind,
  groupOf,
  type Index,
  type Kind,
  keyText,
  kindText,
  type Manifest,
  type Outcome,
  type PropagationPolicy,
  propagationPolicyKind,
  type Reference,
  type Store,
} from '@flotilla/sdk'
import type { Machine } from '../machine.ts'
import { listening } from './listening.ts'
import { besides, isPropagated, type SkippedOptions } from './skipped.ts'

type KindName = Pick<Kind, 'apiVersion' | 'kind'>

/** Hears of a change of a template. */
export type TemplateListener = (change: Change<Manifest>) => void

/** The objects users write, of every kind that can be propagated: one cache for each kind, in the version watched. */
export interface Templates {
  get(at: Reference): Manifest | undefined
  /** The templates of one kind; undefined when it is not watched (yet). */
  of(kind: KindName): Store<Manifest> | undefined
  /** The kind as the server serves it; undefined when it is not watched (yet). */
  kind(name: KindName): Kind | undefined
  /** The templates of all kinds that an index has under a value. */
  by(index: Index<Manifest>, value: string): readonly Manifest[]
  /** Whether an object stands where nothing is propagated from. */
  isAside(object: Manifest): boolean
  /** Whether everything of a kind has been seen. */
  isFull(kind: KindName): boolean
  /** Hears of the templates there are (`initial`), then of every change. Returns what ends the hearing. */
  listen(listener: TemplateListener): () => void
  /** Looks for kinds: at once, every 30 s, and when a CRD appears or a policy names a kind not seen yet. */
  readonly discovery: Controller
}

export interface TemplateOptions extends SkippedOptions {
  /** Who watches. */
  readonly name: string
  /** Caches that have to be full before the first template is heard of. */
  readonly after: readonly Pick<Store<unknown>, 'synced'>[]
}

/** The address of a template as text, unique among all kinds. */
export const referenceText = (at: Reference): string => `${kindText(at)}|${keyText(at)}`

export const referenceTo = ({ apiVersion, kind, metadata: { namespace, name } }: Manifest): Reference =>
  namespace ? { apiVersion, kind, namespace, name } : { apiVersion, kind, name }

const discoveryPeriod = 30_000

const crdKind: Kind = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  scope: 'Cluster',
}

const policyKinds = [propagationPolicyKind, clusterPropagationPolicyKind]

/** A policy that came in past its schema may name nothing; it must not blind everybody. */
const namedKinds = ({ spec }: PropagationPolicy): readonly string[] => (spec?.resourceSelectors ?? []).map(kindText)

/** One version of each kind, the preferred one, and those that a policy names. `kinds` has preferred versions first. */
function worthWatching(kinds: readonly ServedKind[], named: ReadonlySet<string>): readonly ServedKind[] {
  const seen = new Set<string>()
  return kinds.filter((kind) => {
    const family = `${groupOf(kind.apiVersion)}/${kind.plural}`
    const isPreferred = !seen.has(family)
    seen.add(family)
    return isPreferred || named.has(kindText(kind))
  })
}

/** The templates of one kind, for as long as it is served. */
interface Shelf {
  readonly kind: Kind
  readonly store: Store<Manifest>
  isFull: boolean
  readonly close: () => void
}

class Shelves implements Omit<Templates, 'discovery'> {
  readonly #open = new Map<string, Shelf>()
  readonly #listeners = new Set<TemplateListener>()
  readonly isAside: (object: Manifest) => boolean

  constructor(options: SkippedOptions) {
    this.isAside = besides(options)
  }

  readonly has = (text: string): boolean => this.#open.has(text)
  readonly of = (kind: KindName) => this.#open.get(kindText(kind))?.store
  readonly kind = (name: KindName) => this.#open.get(kindText(name))?.kind
  readonly get = (at: Reference) => this.of(at)?.get(at)
  readonly isFull = (kind: KindName) => this.#open.get(kindText(kind))?.isFull ?? false

  by(index: Index<Manifest>, value: string): readonly Manifest[] {
    return [...this.#open.values()].flatMap(({ store }) => store.by(index, value))
  }

  listen(listener: TemplateListener): () => void {
    for (const { store } of this.#open.values())
      for (const after of store.list()) this.#tell([listener], { after, initial: true })
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Opens what is new and closes what is gone. */
  hold(kinds: readonly Kind[], store: (kind: Kind) => Store<Manifest>): void {
    const wanted = new Map(kinds.map((kind) => [kindText(kind), kind]))
    for (const [text, shelf] of this.#open) {
      if (wanted.has(text)) continue
      this.#open.delete(text)
      shelf.close()
    }
    for (const [text, kind] of wanted) if (!this.#open.has(text)) this.#add(text, kind, store(kind))
  }

  #add(text: string, kind: Kind, store: Store<Manifest>): void {
    let stop = () => {}
    const shelf: Shelf = { kind, store, isFull: false, close: () => stop() }
    this.#open.set(text, shelf)
    stop = store.listen((change) => this.#tell(this.#listeners, change))
    void store.synced.then(() => {
      shelf.isFull = true
    })
  }

  #tell(listeners: Iterable<TemplateListener>, change: Change<Manifest>): void {
    const object = change.after ?? change.before
    if (object && !this.isAside(object)) for (const listener of listeners) listener(change)
  }
}

/** Begins to watch templates once `discovery` runs. */
export function watchTemplates(machine: Machine, { name, after, ...options }: TemplateOptions): Templates {
  const { discovery, store } = machine
  const shelves = new Shelves(options)
  const ready = Promise.all(after.map(({ synced }) => synced))
  let isReady = false

  async function look(_: 'kinds', signal: AbortSignal): Promise<Outcome> {
    if (!isReady) await Promise.race([ready, once(signal, 'abort')])
    if (signal.aborted) return again(0)
    isReady = true
    discovery.forget()
    const served = (await discovery.kinds()).filter((kind) => isPropagated(kind, options))
    const named = policyKinds.flatMap((kind) => store(kind).list()).flatMap(namedKinds)
    shelves.hold(worthWatching(served, new Set(named)), store)
    return again(discoveryPeriod)
  }

  const worker = machine.worker<'kinds'>({ name: `${name}:kinds`, keyText: (key) => key, workers: 1, step: look })
  const lookAgain = () => worker.enqueue('kinds')
  const hearPolicies = (kind: Kind<PropagationPolicy>) =>
    store(kind).listen((change) => {
      if (change.after && !namedKinds(change.after).every(shelves.has)) lookAgain()
    })
  const controller = listening(worker, () => {
    lookAgain()
    return [store(crdKind).listen(lookAgain), ...policyKinds.map(hearPolicies)]
  })
  return Object.assign(shelves, { discovery: controller })
}
