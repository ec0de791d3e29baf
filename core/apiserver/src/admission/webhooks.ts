import type { Manifest } from '@flotilla/sdk'
import type { Outside } from '../outside/line.ts'
import type { Registry, Served } from '../registry/registry.ts'
import type { Change } from '../store/change.ts'
import { Hook, type WebhookWords } from './hook.ts'
import { isExempt, type Subject, versionAbout } from './rules.ts'

/** A webhook that is asked about a write, and the version of the object it wants to see. */
export interface Asked {
  readonly hook: Hook
  readonly served: Served
}

const nobody: readonly Asked[] = []

interface Configuration extends Manifest {
  readonly webhooks?: readonly WebhookWords[]
}

/** The webhooks of all configurations of one kind, as they are now. What is asked about which write is found out once. */
export class Webhooks {
  readonly #resource: string
  readonly #mutates: boolean
  readonly #outside: Outside
  readonly #registry: Registry
  readonly #configurations = new Map<string, readonly Hook[]>()
  readonly #stop: () => void
  #sorted: readonly Hook[] = []
  #known = new Map<string, readonly Asked[]>()
  #generation = -1

  constructor(plural: string, mutates: boolean, outside: Outside, registry: Registry) {
    this.#resource = `${plural}.admissionregistration.k8s.io`
    this.#mutates = mutates
    this.#outside = outside
    this.#registry = registry
    for (const object of outside.objects.list(this.#resource)) this.#put(object)
    this.#sort()
    this.#stop = outside.objects.listen((change) => this.#hear(change))
  }

  /** Who is asked about a write, the configurations in the order of their names. */
  about(subject: Subject & { readonly served: Served }): readonly Asked[] {
    if (this.#sorted.length === 0) return nobody
    if (this.#generation !== this.#registry.generation) this.#forget()
    const { operation, served, subresource = '' } = subject
    const key = `${operation} ${served.apiVersion} ${served.plural} ${subresource}`
    const found = this.#known.get(key) ?? this.#find(subject)
    this.#known.set(key, found)
    return found
  }

  close(): void {
    this.#stop()
    for (const hook of this.#sorted) hook.close()
  }

  #hear({ resource, type, name, object, before }: Change): void {
    if (resource !== this.#resource) return
    if (type === 'MODIFIED' && before && before.webhooks === object.webhooks) return
    this.#drop(name)
    if (type !== 'DELETED') this.#put(object)
    this.#sort()
  }

  #put(object: Manifest): void {
    const { webhooks = [] } = object as Configuration // by its schema
    const hooks = webhooks.map((words) => new Hook(words, this.#mutates, this.#outside))
    this.#configurations.set(object.metadata.name, hooks)
  }

  #drop(name: string): void {
    for (const hook of this.#configurations.get(name) ?? []) hook.close()
    this.#configurations.delete(name)
  }

  #sort(): void {
    const sorted = [...this.#configurations].toSorted(([a], [b]) => (a < b ? -1 : 1))
    this.#sorted = sorted.flatMap(([, hooks]) => hooks)
    this.#forget()
  }

  #forget(): void {
    this.#known = new Map()
    this.#generation = this.#registry.generation
  }

  #find(subject: Subject & { readonly served: Served }): readonly Asked[] {
    if (isExempt(subject.served)) return nobody
    const others = this.#registry
      .list()
      .filter((served) => served.id === subject.served.id && served !== subject.served)
    return this.#sorted.flatMap((hook) => {
      const { rules = [], matchPolicy } = hook.words
      const served = versionAbout(rules, subject, matchPolicy === 'Exact' ? [] : others)
      return served ? [{ hook, served }] : []
    })
  }
}
