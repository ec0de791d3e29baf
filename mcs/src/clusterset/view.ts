import {
  type Change,
  type Cluster,
  deepEqual,
  type EndpointSlice,
  endpointSliceKind,
  type Index,
  type Key,
  type Kind,
  keyOf,
  keyText,
  label,
  type Manifest,
  type Member,
  prune,
  type Service,
  type ServiceExport,
  type ServiceImport,
  type Store,
  serviceExportKind,
  serviceExportV1beta1Kind,
  serviceImportKind,
  serviceImportV1beta1Kind,
  serviceKind,
  sliceLabel,
} from '@flotilla/sdk'
import { serves } from '../members.ts'
import { byService, serviceOfSlice, slicesIn } from '../slices.ts'
import {
  derivedNameOf,
  isDerivedName,
  isMade,
  type MadeSlice,
  madeSlices,
  namespaceName,
  serviceFacts,
} from './made.ts'

const namespaceKind: Kind<Pick<Manifest, 'metadata'>> = {
  apiVersion: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  scope: 'Cluster',
}

const madeKind = endpointSliceKind as unknown as Kind<MadeSlice> // as `madeSlices` projects them

export const bySourced: Index<MadeSlice> = {
  name: 'imported service',
  values: ({ metadata: { namespace = '', labels = {} } }) => {
    const name = labels[sliceLabel.imported]
    return name ? [keyText({ namespace, name })] : []
  },
}

/** The version a cluster serves of the API of the SIG, the newest first; undefined when it serves none. */
export const exportKindOf = (cluster: Cluster): Kind<ServiceExport> | undefined =>
  [serviceExportV1beta1Kind, serviceExportKind].find((kind) => serves(cluster, kind))

const importKindOf = (kind: Kind<ServiceExport>): Kind<ServiceImport> =>
  kind === serviceExportV1beta1Kind ? serviceImportV1beta1Kind : serviceImportKind

/** An export that a Work brought goes Karmada's way; those that were written in a member are for the whole set. */
const isOfSet = ({ metadata: { labels = {}, deletionTimestamp } }: ServiceExport): boolean =>
  !deletionTimestamp && labels[label.managed] !== 'true'

/** All but a new status. */
const isNews = ({ before, after }: Change<Manifest>): boolean =>
  !before || !after || !deepEqual(prune(before), prune(after)) || isGoing(before) !== isGoing(after)

const isGoing = ({ metadata }: Manifest): boolean => metadata.deletionTimestamp !== undefined

/** What is known of the Services of one member. Its endpoints are only watched from its first export on. */
export class View {
  readonly member: Member
  readonly exportKind: Kind<ServiceExport>
  readonly importKind: Kind<ServiceImport>
  readonly exports: Store<ServiceExport>
  readonly imports: Store<ServiceImport>
  readonly services: Store<Service>
  readonly made: Store<MadeSlice>
  readonly #namespaces: Store<Pick<Manifest, 'metadata'>>
  readonly #tell: (key: Key) => void
  readonly #ends: (() => void)[] = []
  #slices: Store<EndpointSlice> | undefined
  #isFull = false

  constructor(member: Member, exportKind: Kind<ServiceExport>, tell: (key: Key) => void) {
    this.member = member
    this.exportKind = exportKind
    this.importKind = importKindOf(exportKind)
    this.#tell = tell
    this.exports = member.store(exportKind)
    this.imports = member.store(this.importKind)
    this.services = member.store(serviceKind, { project: serviceFacts })
    this.made = member.store(madeKind, madeSlices)
    this.#namespaces = member.store(namespaceKind, { project: namespaceName })
    this.#listen()
    void this.#fill()
  }

  /** Whether all the member has of services is known. */
  get isFull(): boolean {
    return this.#isFull
  }

  get name(): string {
    return this.member.name
  }

  exported(key: Key): ServiceExport | undefined {
    const found = this.exports.get(key)
    return found && isOfSet(found) ? found : undefined
  }

  slicesOf(key: Key): readonly EndpointSlice[] {
    return (this.#slices?.by(byService, keyText(key)) ?? []).filter(({ metadata }) => !metadata.deletionTimestamp)
  }

  hasNamespace(name: string): boolean {
    const found = this.#namespaces.get({ name })
    return found !== undefined && !found.metadata.deletionTimestamp
  }

  /** The Services that are exported from here, or imported to here. */
  keys(namespace?: string): readonly Key[] {
    return [...this.exports.list(namespace), ...this.imports.list(namespace).filter(isMade)].map(keyOf)
  }

  end(): void {
    for (const end of this.#ends) end()
  }

  async #fill(): Promise<void> {
    const { exports, imports, services, made } = this
    await Promise.all([exports, imports, services, made, this.#namespaces].map(({ synced }) => synced))
    await this.#slices?.synced
    this.#isFull = true
    for (const key of this.keys()) this.#tell(key)
    this.onFull?.()
  }

  #listen(): void {
    this.#ends.push(
      this.exports.listen((change) => this.#hearExport(change)),
      this.imports.listen((change) => isNews(change) && this.#tellOf(change)),
      this.services.listen((change) => this.#hearService(change)),
      this.made.listen(({ before, after }) => this.#hearMade((after ?? before) as MadeSlice)),
      this.#namespaces.listen(({ before, after }) => {
        if (!before && after) this.#tellAll(after.metadata.name)
      }),
    )
  }

  /** Hears that all is known, for who knows the exports of all: until then nothing is imported here. */
  onFull: (() => void) | undefined

  /** Hears of namespaces for who knows the exports of all. */
  onNamespace: ((name: string) => void) | undefined

  /** Hears whose endpoints changed. */
  onEndpoints: ((service: Key) => void) | undefined

  #tellAll(namespace: string): void {
    this.onNamespace?.(namespace)
  }

  #tellOf({ before, after }: Change<Manifest>): void {
    this.#tell(keyOf((after ?? before) as Manifest)) // one or the other
  }

  #hearExport(change: Change<ServiceExport>): void {
    if (!this.#slices) {
      this.#slices = slicesIn(this.member)
      this.#ends.push(this.#slices.listen((change) => this.#hearSlices(change)))
    }
    if (isNews(change)) this.#tellOf(change)
  }

  #hearSlices({ before, after, initial }: Change<EndpointSlice>): void {
    for (const slice of [before, after]) {
      const service = slice && serviceOfSlice(slice)
      if (!service || !this.exported(service)) continue
      if (!initial) this.onEndpoints?.(service)
      this.#tell(service)
    }
  }

  #hearService({ before, after }: Change<Service>): void {
    const { namespace = '', name, labels = {} } = ((after ?? before) as Service).metadata // one or the other
    const imported = labels[sliceLabel.imported]
    if (imported) this.#tell({ namespace, name: imported })
    else if (this.exported({ namespace, name })) this.#tell({ namespace, name })
    else if (isDerivedName(name)) this.#tellOfDerived(namespace, name)
  }

  /** Somebody's own Service has, or had, the name of ours; or ours lost its label. It is looked for: that is rare. */
  #tellOfDerived(namespace: string, derived: string): void {
    for (const { metadata } of this.imports.list(namespace))
      if (derivedNameOf(metadata.name) === derived) this.#tell({ namespace, name: metadata.name })
  }

  #hearMade({ metadata: { namespace = '', labels = {} } }: MadeSlice): void {
    const name = labels[sliceLabel.imported]
    if (name) this.#tell({ namespace, name })
  }
}
