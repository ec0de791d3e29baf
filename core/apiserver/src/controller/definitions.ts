import { type Condition, deepEqual, type Log, type Manifest } from '@flotilla/sdk'
import { cleanup } from '../builtin/custom-resource-definitions.ts'
import type { Engine } from '../engine.ts'
import { Conversion } from '../outside/conversion.ts'
import type { Outside } from '../outside/line.ts'
import type { ClientConfig } from '../outside/place.ts'
import { type Definition, type DefinitionNames, resourcesOf, storageVersionOf } from '../registry/custom.ts'
import type { Registry } from '../registry/registry.ts'
import type { Convert, Translate } from '../resource.ts'
import type { Change } from '../store/change.ts'
import { timestamp } from '../target.ts'
import { Queue } from './queue.ts'
import { pathOf, type Requests } from './requests.ts'

const resource = 'customresourcedefinitions.apiextensions.k8s.io'
const collection = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

/** Only definitions are kept under the name of their resource, and they were validated when written. */
const asDefinition = (object: Manifest): Definition => object as Definition

/** Whether what is served stays as it is. */
const isSame = ({ object, before }: Change): boolean =>
  before?.spec === object.spec && before?.metadata.deletionTimestamp === object.metadata.deletionTimestamp

interface Converting {
  readonly config: ClientConfig
  readonly conversion: Conversion
  readonly translate: Translate
}

/** Whether fields differ from version to version. */
const isConverted = ({ spec: { conversion } }: Definition): boolean => conversion?.strategy === 'Webhook'

/** The names of other kinds of the group. */
interface Taken {
  readonly words: ReadonlySet<string>
  readonly kinds: ReadonlySet<string>
}

const takenFrom = (registry: Registry, { metadata, spec: { group } }: Definition): Taken => {
  const others = registry.list().filter((served) => served.group === group && served.id !== metadata.name)
  return {
    words: new Set(others.flatMap(({ plural, singular, shortNames }) => [plural, singular, ...shortNames])),
    kinds: new Set(others.flatMap(({ kind, listKind }) => [kind, listKind])),
  }
}

const noNames: DefinitionNames = { plural: '', kind: '' }

/** The names of a definition that are free, and why the others are not: of several reasons the last is told, as in Kubernetes. */
const judgeNames = (registry: Registry, definition: Definition): Named => {
  const { names } = definition.spec
  const { words, kinds } = takenFrom(registry, definition)
  const before = definition.status?.acceptedNames ?? noNames
  let conflict: Conflict | undefined
  const free = <T extends string | readonly string[]>(
    reason: string,
    said: T,
    had: T,
    taken: ReadonlySet<string>,
  ): T => {
    const clash = [said].flat().find((name) => taken.has(name))
    if (clash === undefined) return said
    conflict = { reason, message: `"${clash}" is already in use` }
    return had
  }
  const { singular = names.kind.toLowerCase(), listKind = `${names.kind}List`, shortNames = [], categories } = names
  const accepted = {
    plural: free('PluralConflict', names.plural, before.plural, words),
    singular: free('SingularConflict', singular, before.singular ?? '', words),
    shortNames: free('ShortNamesConflict', shortNames, before.shortNames ?? [], words),
    kind: free('KindConflict', names.kind, before.kind, kinds),
    listKind: free('ListKindConflict', listKind, before.listKind ?? '', kinds),
  }
  return { accepted: { ...said(accepted), ...(categories && { categories }) }, conflict }
}

/** Names without those that say nothing; a plural and a kind there always are. */
const said = ({
  plural,
  kind,
  singular,
  listKind,
  shortNames,
}: Required<Omit<DefinitionNames, 'categories'>>): DefinitionNames => ({
  plural,
  ...(singular && { singular }),
  ...(shortNames.length > 0 && { shortNames }),
  kind,
  ...(listKind && { listKind }),
})

interface Conflict {
  readonly reason: string
  readonly message: string
}

interface Named {
  readonly accepted: DefinitionNames
  readonly conflict: Conflict | undefined
}

type Judgement = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>

const judge = (definition: Definition, conflict: Conflict | undefined): readonly Judgement[] => {
  const { deletionTimestamp } = definition.metadata
  const wasEstablished = definition.status?.conditions?.some(
    ({ type, status }) => type === 'Established' && status === 'True',
  )
  const names: Judgement = conflict
    ? { type: 'NamesAccepted', status: 'False', ...conflict }
    : { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' }
  const established: Judgement =
    conflict && !wasEstablished
      ? { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' }
      : {
          type: 'Established',
          status: 'True',
          reason: 'InitialNamesAccepted',
          message: 'the initial names have been accepted',
        }
  const terminating: Judgement = {
    type: 'Terminating',
    status: 'True',
    reason: 'InstanceDeletionInProgress',
    message: 'CustomResource deletion is in progress',
  }
  return [names, established, ...(deletionTimestamp ? [terminating] : [])]
}

/** Judgements as conditions; the time of one that says the same as before stays. */
const dated = (judgements: readonly Judgement[], before: readonly Condition[], now: Date): readonly Condition[] =>
  judgements.map((judgement) => {
    const last = before.find(({ type }) => type === judgement.type)
    const lastTransitionTime = last?.status === judgement.status ? last.lastTransitionTime : timestamp(now)
    return { ...judgement, lastTransitionTime }
  })

const statusOf = (definition: Definition, { accepted, conflict }: Named, now: Date): Definition['status'] => {
  const { status } = definition
  const stored = new Set([...(status?.storedVersions ?? []), storageVersionOf(definition)])
  return {
    acceptedNames: accepted,
    conditions: dated(judge(definition, conflict), status?.conditions ?? [], now),
    storedVersions: [...stored],
  }
}

/** What is said of definitions beside what they say themselves. */
interface Serving {
  readonly convert?: Convert
  /** By the name of the definition. */
  readonly connects?: Readonly<Record<string, readonly string[]>>
}

/**
 * Serves what CustomResourceDefinitions define: from the moment readers see the definition. Their status follows, and
 * a definition that is deleted takes its instances with it.
 */
export class Definitions {
  readonly #engine: Engine
  readonly #requests: Requests
  readonly #convert: Convert | undefined
  readonly #connects: NonNullable<Serving['connects']>
  readonly #outside: Outside
  readonly #conversions = new Map<string, Converting>()
  readonly #queue: Queue
  readonly #stop: () => void

  constructor(
    engine: Engine,
    requests: Requests,
    log: Log,
    outside: Outside,
    { convert, connects = {} }: Serving = {},
  ) {
    this.#outside = outside
    this.#engine = engine
    this.#requests = requests
    this.#convert = convert
    this.#connects = connects
    this.#queue = new Queue({
      step: (name) => this.#settle(name),
      onError: (error, name) => log.warn('a custom resource definition is not settled', { name, error }),
    })
    for (const object of engine.objects.list(resource)) this.#serve(asDefinition(object))
    this.#stop = engine.objects.listen((change) => this.#hear(change))
  }

  /** Creates or updates definitions and resolves when all are established. */
  async install(definitions: readonly Manifest[]): Promise<void> {
    await Promise.all(definitions.map((definition) => this.#install(definition)))
    await this.#queue.idle()
  }

  async close(): Promise<void> {
    this.#stop()
    await this.#queue.close()
    for (const { conversion } of this.#conversions.values()) conversion.close()
  }

  #hear(change: Change): void {
    if (change.resource === resource) {
      if (change.type === 'DELETED') this.#withdraw(change.name)
      else if (isSame(change)) this.#queue.add(change.name)
      else this.#serve(asDefinition(change.object))
      return
    }
    if (change.type !== 'DELETED') return
    if (this.#find(change.resource)?.metadata.deletionTimestamp) this.#queue.add(change.resource)
  }

  #find(name: string): Definition | undefined {
    const found = this.#engine.objects.newest({ resource, namespace: '', name })
    return found && asDefinition(found)
  }

  #serve(definition: Definition): void {
    if (!judgeNames(this.#engine.registry, definition).conflict) this.#register(definition)
    this.#queue.add(definition.metadata.name)
  }

  #register(definition: Definition): void {
    const { name, deletionTimestamp } = definition.metadata
    const translate = this.#translation(definition)
    this.#engine.registry.replace(name, resourcesOf(definition, this.#connects[name]), {
      storageVersion: storageVersionOf(definition),
      custom: true,
      terminating: deletionTimestamp !== undefined,
      ...(this.#convert && isConverted(definition) && { convert: this.#convert }),
      ...(translate && { translate }),
    })
  }

  /** How the webhook of a definition is asked. What it has said of objects is forgotten when it is another one. */
  #translation({ metadata: { name }, spec: { conversion } }: Definition): Translate | undefined {
    const config = conversion?.strategy === 'Webhook' ? conversion.webhook?.clientConfig : undefined
    const known = this.#conversions.get(name)
    if (config && known && deepEqual(known.config, config)) return known.translate
    known?.conversion.close()
    this.#conversions.delete(name)
    if (!config) return undefined
    const asked = new Conversion(this.#outside, config)
    const translate: Translate = (objects, apiVersion) => asked.translate(objects, apiVersion)
    this.#conversions.set(name, { config, conversion: asked, translate })
    return translate
  }

  #withdraw(name: string): void {
    this.#conversions.get(name)?.conversion.close()
    this.#conversions.delete(name)
    this.#engine.registry.remove(name)
    this.#engine.watches.end(name)
    for (const object of this.#engine.objects.list(resource)) this.#queue.add(object.metadata.name) // a name may be free now
  }

  async #settle(name: string): Promise<void> {
    const definition = this.#find(name)
    if (definition === undefined) return
    const { registry, now } = this.#engine
    const named = judgeNames(registry, definition)
    if (!named.conflict && !registry.byId(name)) this.#register(definition) // a name has become free
    const status = statusOf(definition, named, now())
    if (!deepEqual(status, definition.status)) await this.#requests.patch(`${collection}/${name}/status`, { status })
    if (definition.metadata.deletionTimestamp) await this.#clean(definition)
  }

  /** Deletes what is left of the instances, and lets the definition go when nothing is. */
  async #clean(definition: Definition): Promise<void> {
    const { name, finalizers = [] } = definition.metadata
    if (!finalizers.includes(cleanup)) return
    for (const object of this.#engine.objects.list(name)) {
      if (!object.metadata.deletionTimestamp) await this.#delete(name, object)
    }
    if (this.#engine.objects.list(name).length > 0) return // their finalizers are waited for
    await this.#requests.patch(`${collection}/${name}`, {
      metadata: { finalizers: finalizers.filter((each) => each !== cleanup) },
    })
  }

  /** Objects of which no version is served any more cannot be asked for: they just go. */
  async #delete(id: string, object: Manifest): Promise<void> {
    const { registry, objects } = this.#engine
    const { name, namespace = '' } = object.metadata
    const served = registry.byId(id)
    if (served) await this.#requests.delete(pathOf(served, object))
    else await objects.remove({ resource: id, namespace, name }, object)
  }

  async #install(definition: Manifest): Promise<void> {
    const found = this.#find(definition.metadata.name)
    if (found === undefined) await this.#requests.create(collection, definition)
    else await this.#requests.patch(`${collection}/${definition.metadata.name}`, { spec: definition.spec })
  }
}
