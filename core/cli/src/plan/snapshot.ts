import type { Snapshot, StoredRow } from '@flotilla/apiserver'
import { isPropagated } from '@flotilla/core'
import type { ServedKind } from '@flotilla/kube'
import {
  ApiError,
  type Binding,
  clusterResourceBindingKind,
  crds,
  groupOf,
  type Kind,
  keyOf,
  keyText,
  label,
  type Manifest,
  resourceBindingKind,
  type Work,
  workKind,
} from '@flotilla/sdk'
import type { Control } from './control.ts'
import { everyItem } from './pages.ts'
import { covers, familyText, type Scope } from './scope.ts'

/** What was read of a control plane. */
export interface Picture {
  readonly rows: readonly StoredRow[]
  readonly bindings: readonly Binding[]
  readonly works: readonly Work[]
  /** Kinds that could not be read, and why. */
  readonly gaps: readonly string[]
}

/** The name of a resource: `deployments.apps`, `configmaps`. */
export const resourceOf = ({ apiVersion, plural }: Kind<unknown>): string =>
  groupOf(apiVersion) ? `${plural}.${groupOf(apiVersion)}` : plural

const rowOf = (kind: Kind<unknown>, object: Manifest): StoredRow => ({
  resource: resourceOf(kind),
  key: keyText(keyOf(object)),
  revision: Number(object.metadata.resourceVersion),
  object,
})

/** The rows as storage has them after a stop: every uid, version, status and claim is what it is in the control plane. */
export function snapshotOf(rows: readonly StoredRow[]): Snapshot {
  const revision = rows.reduce((most, row) => (row.revision > most ? row.revision : most), 1) // what is no number is not more
  const known = rows.map((row) => (Number.isFinite(row.revision) ? row : { ...row, revision }))
  const changed = new Map(known.map(({ resource }) => [resource, revision]))
  return { revision, rows: known, changed }
}

const ofWalk: ReadonlySet<string> = new Set([resourceBindingKind, clusterResourceBindingKind, workKind].map(resourceOf))

/** Kinds of our own, by the name of their resource. */
const own: ReadonlySet<string> = new Set(crds.map(({ metadata }) => metadata.name))

/** Cluster-scoped kinds that decide something about templates of other kinds. */
const alwaysRead: ReadonlySet<string> = new Set([
  'namespaces',
  'customresourcedefinitions.apiextensions.k8s.io',
  'priorityclasses.scheduling.k8s.io',
])

/** One version of each kind: the server shows every object in all of them. */
const preferred = (kinds: readonly ServedKind[]): readonly ServedKind[] => [
  ...new Map(kinds.toReversed().map((kind) => [resourceOf(kind), kind])).values(),
]

/** Namespaces asked one by one; of more the whole is asked. */
const fewNamespaces = 8

/** How many ids a label selector names at once. */
const idsAtOnce = 50

/** An item of a list need not say what it is. */
const typed = <T extends Manifest>({ apiVersion, kind }: Kind<T>, object: T): T => ({ ...object, apiVersion, kind })

/** The Works of bindings. They are in the namespaces of clusters: they are found by the binding they were made from. */
export async function worksOf({ client }: Control, bindings: readonly Binding[], signal: AbortSignal): Promise<Work[]> {
  const works: Work[] = []
  for (const name of [label.bindingId, label.clusterBindingId]) {
    const ids = bindings.flatMap(({ metadata }) => metadata.labels?.[name] ?? [])
    for (let at = 0; at < ids.length; at += idsAtOnce) {
      const labelSelector = `${name} in (${ids.slice(at, at + idsAtOnce).join(',')})`
      for await (const work of everyItem(client, workKind, { labelSelector, signal })) works.push(typed(workKind, work))
    }
  }
  return works
}

const unbound = [label.bindingId, label.clusterBindingId].map((name) => `!${name}`).join(',')

/** The Works of no binding: what plugins bring by themselves. */
export async function looseWorks({ client }: Control, signal: AbortSignal): Promise<Work[]> {
  const works: Work[] = []
  const options = { labelSelector: unbound, signal }
  for await (const work of everyItem(client, workKind, options)) works.push(typed(workKind, work))
  return works
}

class Reader {
  readonly rows: StoredRow[] = []
  readonly gaps: string[] = []
  readonly #control: Control
  readonly #scope: Scope
  readonly #signal: AbortSignal

  constructor(control: Control, scope: Scope, signal: AbortSignal) {
    this.#control = control
    this.#scope = scope
    this.#signal = signal
  }

  /** Reads what of a kind is in the scope, and answers it. */
  async read<T extends Manifest>(kind: Kind<T>, isWanted: (object: T) => boolean): Promise<readonly T[]> {
    const { namespaces, everything } = this.#scope
    const each = kind.scope === 'Namespaced' && !everything && namespaces.size <= fewNamespaces
    const places = each ? [...namespaces] : [undefined]
    const found = await Promise.all(places.map((namespace) => this.#list(kind, { namespace }, isWanted)))
    return found.flat()
  }

  /** Those of bindings, and those of none. */
  async works(bindings: readonly Binding[]): Promise<readonly Work[]> {
    const ofBindings = await worksOf(this.#control, bindings, this.#signal)
    const works = [...ofBindings, ...(await looseWorks(this.#control, this.#signal))]
    for (const work of works) this.rows.push(rowOf(workKind, work))
    return works
  }

  async #list<T extends Manifest>(
    kind: Kind<T>,
    selection: { readonly namespace?: string | undefined },
    isWanted: (object: T) => boolean,
  ): Promise<readonly T[]> {
    const found: T[] = []
    try {
      for await (const object of everyItem(this.#control.client, kind, { ...selection, signal: this.#signal })) {
        if (isWanted(object)) found.push(typed(kind, object))
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.gaps.push(`${resourceOf(kind)} cannot be read: ${error.message}`)
    }
    for (const object of found) this.rows.push(rowOf(kind, object))
    return found
  }
}

/** What of a walk is read, beside bindings and what decides about them; by default all. */
export interface Parts {
  readonly templates?: boolean
  readonly works?: boolean
}

/**
 * Reads what the answer depends on. What refers is read before what it refers to: a binding is never newer than its
 * template, nor a claim than its policy.
 */
export async function takePicture(
  control: Control,
  scope: Scope,
  signal: AbortSignal,
  parts: Parts = {},
): Promise<Picture> {
  const reader = new Reader(control, scope, signal)
  const kinds = preferred(await control.discovery.kinds()).filter(({ verbs }) => verbs.includes('list'))
  const isCovered = (object: Manifest) => covers(scope, object)
  const about = ({ spec: { resource } }: Binding) => covers(scope, { ...resource, metadata: resource })

  const bindings = (
    await Promise.all([resourceBindingKind, clusterResourceBindingKind].map((kind) => reader.read(kind, about)))
  ).flat()
  const works = parts.works === false ? [] : await reader.works(bindings)

  const templates = kinds.filter((kind) => isPropagated(kind, {}))
  const needed = (parts.templates === false ? [] : templates).filter(
    (kind) => kind.scope === 'Namespaced' || scope.everything || scope.kinds.has(familyText(kind)),
  )
  const always = templates.filter((kind) => alwaysRead.has(resourceOf(kind)) && !needed.includes(kind))
  await Promise.all(needed.map((kind) => reader.read(kind, isCovered)))
  const rules = kinds.filter((kind) => own.has(resourceOf(kind)) && !ofWalk.has(resourceOf(kind)))
  await Promise.all(
    [...rules, ...always].map((kind) => reader.read(kind, kind.scope === 'Cluster' ? () => true : isCovered)),
  )
  return { rows: reader.rows, bindings, works, gaps: reader.gaps }
}
