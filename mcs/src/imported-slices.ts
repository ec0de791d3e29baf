import {
  annotation,
  type Change,
  type Cluster,
  type Controller,
  clusterKind,
  deepEqual,
  done,
  type EndpointSlice,
  endpointSliceKind,
  executionNamespace,
  finalizer,
  type Host,
  type Index,
  type Key,
  keyOf,
  keyText,
  label,
  type Outcome,
  resourceBindingKind,
  type Service,
  serviceKind,
  sliceLabel,
  sliceManager,
  type Work,
  withoutKeys,
  workKind,
} from '@flotilla/sdk'
import { clusterOfWork, collectedByService, flowsOf, hasReadyEndpoint, serviceOfSlice, sliceOf } from './slices.ts'
import { createWithdrawals, doubtOf, used } from './withdrawal.ts'
import { letGo, removeAll } from './writing.ts'

/** The Service that stands for an imported one. */
export const derivedName = (service: string): string => `derived-${service}`

const importedPrefix = 'imported-'

/** Whether a slice was made for an import. */
export const isOurs = ({ metadata: { labels = {} } }: EndpointSlice): boolean =>
  labels[sliceLabel.managedBy] === sliceManager.imported

/** Whether a Work holds a slice for an export, and is to go on doing so. */
export const isExported = (work: Work): boolean =>
  !work.metadata.deletionTimestamp && flowsOf(work).includes('ServiceExport')

/** Whether a slice is called as one that is made for an import. */
export const isImportedName = ({ metadata: { name } }: EndpointSlice): boolean => name.startsWith(importedPrefix)

/** What a collected slice is called on the control plane. */
export function importedKey(work: Work): Key | undefined {
  const slice = sliceOf(work)
  if (!slice) return undefined
  const { namespace = '', name } = slice.metadata
  return { namespace, name: `${importedPrefix}${clusterOfWork(work)}-${name}` }
}

/** Works with slices that were collected for exports, by what those are called on the control plane. */
export const byImportedName: Index<Work> = {
  name: 'imported slice',
  values: (work) => {
    const key = isExported(work) ? importedKey(work) : undefined
    return key ? [keyText(key)] : []
  },
}

function workOf({ metadata: { annotations = {} } }: EndpointSlice): Key | undefined {
  const [namespace, name] = [annotations[annotation.workNamespace], annotations[annotation.workName]]
  return namespace && name ? { namespace, name } : undefined
}

const byWork: Index<EndpointSlice> = {
  name: 'work',
  values: (slice) => {
    const work = isOurs(slice) ? workOf(slice) : undefined
    return work ? [keyText(work)] : []
  },
}

const isNews = ({ before, after }: Change<Work>): boolean =>
  [before, after].some((work) => work?.metadata.finalizers?.includes(finalizer.endpointSlice))

/** A collected slice as the control plane has it: one of the Service that stands for the imported one. */
export function importedSlice(work: Work): EndpointSlice | undefined {
  const slice = sliceOf(work)
  const service = slice && serviceOfSlice(slice)
  if (!slice || !service) return undefined
  const { namespace, name, labels, annotations } = slice.metadata
  const { [label.workId]: id } = work.metadata.labels ?? {}
  return {
    apiVersion: endpointSliceKind.apiVersion,
    kind: endpointSliceKind.kind,
    metadata: {
      ...(namespace && { namespace }),
      name: `${importedPrefix}${clusterOfWork(work)}-${name}`,
      labels: {
        ...withoutKeys(labels, (key) => key === label.managed),
        [sliceLabel.service]: derivedName(service.name),
        [sliceLabel.managedBy]: sliceManager.imported,
        ...(id && { [label.workId]: id }),
      },
      annotations: {
        ...withoutKeys(annotations, (key) => key.startsWith('resourcetemplate.karmada.io/')),
        [annotation.workNamespace]: work.metadata.namespace ?? '',
        [annotation.workName]: work.metadata.name,
      },
    },
    addressType: slice.addressType,
    endpoints: slice.endpoints ?? [],
    ports: slice.ports ?? [],
  }
}

const saysSame = (a: EndpointSlice, b: EndpointSlice): boolean =>
  deepEqual([a.endpoints, a.ports, a.metadata.labels], [b.endpoints, b.ports, b.metadata.labels])

const serviceOf = (work: Work): Key | undefined => {
  const slice = sliceOf(work)
  return slice && serviceOfSlice(slice)
}

const hasReady = (work: Work): boolean => {
  const slice = sliceOf(work)
  return slice !== undefined && hasReadyEndpoint(slice)
}

/** Keeps, on the control plane, a slice for each that was collected for a ServiceExport. */
export function importedSliceController(host: Host): Controller {
  const { client, event } = host
  const slices = host.store(endpointSliceKind)
  const works = host.store(workKind)
  const templates = host.store(serviceKind)
  const withdrawals = createWithdrawals(host)

  const collectedOf = (service: Key) => works.by(collectedByService, keyText(service)).filter(isExported)

  /** The work of a slice that somebody changed or took away, or that had the name of one of ours. */
  const touchedBy = ({ before, after, initial }: Change<EndpointSlice>): readonly Key[] => {
    const slice = before ?? after
    if (initial || !slice) return []
    if (!isOurs(slice)) return isImportedName(slice) ? works.by(byImportedName, keyText(keyOf(slice))).map(keyOf) : []
    const work = workOf(slice)
    return work ? [work] : []
  }

  /** Whether its endpoints are used: those of a cluster that is not well only while nobody else is ready. */
  function isUsed(work: Work): boolean {
    const service = serviceOf(work)
    if (!service) return false
    const template = templates.get(service)
    const isGood = (each: Work) => !withdrawals.why(clusterOfWork(each), template)
    return isGood(work) || used(collectedOf(service), isGood, hasReady).from.some((each) => clusterOfWork(each) === clusterOfWork(work)) // biome-ignore format: one expression
  }

  const siblings = ({ before, after, initial }: Change<Work>): readonly Key[] => {
    const service = serviceOf((after ?? before) as Work) // a change has one or the other
    const [old, now] = [before, after].map((work) => work !== undefined && isExported(work) && hasReady(work))
    if (initial || !service || old === now) return []
    return collectedOf(service).filter((work) => withdrawals.why(clusterOfWork(work), templates.get(service))).map(keyOf) // biome-ignore format: one chain
  }

  const touchedByCluster = ({ before, after, initial }: Change<Cluster>): readonly Key[] => {
    const name = (after ?? before)?.metadata.name ?? ''
    if (initial || !doubtOf(before) === !doubtOf(after)) return []
    const concerned = works
      .list(executionNamespace(name))
      .filter(isExported)
      .flatMap((work) => serviceOf(work) ?? [])
    return concerned.flatMap((service) => collectedOf(service).map(keyOf))
  }

  const exportedIn = (namespace: string): readonly Service[] =>
    templates.list(namespace).filter((service) => collectedOf(keyOf(service)).length > 0)

  async function keep(work: Work, signal: AbortSignal): Promise<Outcome> {
    const wanted = isUsed(work) ? importedSlice(work) : undefined
    const made = slices.by(byWork, keyText(keyOf(work)))
    await removeAll(host, endpointSliceKind, made.filter(({ metadata }) => metadata.name !== wanted?.metadata.name), signal) // biome-ignore format: one call
    if (!wanted) return done
    const there = slices.get(keyOf(wanted))
    if (there && !isOurs(there)) {
      event(work, 'Warning', 'SyncFailed', `EndpointSlice ${keyText(keyOf(there))} was not made for an import; rename it, so that the endpoints of ${clusterOfWork(work)} can have its name`) // biome-ignore format: one call
      return done
    }
    if (!there) await client.create(endpointSliceKind, wanted, { signal })
    else if (!saysSame(there, wanted)) {
      const { resourceVersion } = there.metadata
      const metadata = { ...wanted.metadata, ...(resourceVersion && { resourceVersion }) }
      await client.update(endpointSliceKind, { ...wanted, metadata }, { signal })
    }
    return done
  }

  return host
    .controller('imported-slices')
    .for(workKind, isNews)
    .watches(endpointSliceKind, touchedBy)
    .watches(workKind, siblings)
    .watches(clusterKind, touchedByCluster)
    .watches(resourceBindingKind, (change) =>
      withdrawals.concerned(change, exportedIn).flatMap((service) => collectedOf(service).map(keyOf)),
    )
    .reconcile(async (work, key, signal) => {
      const isWanted = work && !work.metadata.deletionTimestamp && flowsOf(work).includes('ServiceExport')
      if (isWanted) return keep(work, signal)
      await removeAll(host, endpointSliceKind, slices.by(byWork, keyText(key)), signal)
      if (work) await letGo(host, workKind, work, finalizer.endpointSlice, signal)
      return done
    })
}
