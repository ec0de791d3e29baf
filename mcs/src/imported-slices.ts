import {
  annotation,
  type Change,
  type Controller,
  deepEqual,
  done,
  type EndpointSlice,
  endpointSliceKind,
  finalizer,
  type Host,
  type Index,
  type Key,
  keyOf,
  keyText,
  label,
  type Outcome,
  sliceLabel,
  sliceManager,
  type Work,
  withoutKeys,
  workKind,
} from '@flotilla/sdk'
import { clusterOfWork, flowsOf, serviceOfSlice, sliceOf } from './slices.ts'
import { letGo, removeAll } from './writing.ts'

/** The Service that stands for an imported one. */
export const derivedName = (service: string): string => `derived-${service}`

const isOurs = ({ metadata: { labels = {} } }: EndpointSlice): boolean =>
  labels[sliceLabel.managedBy] === sliceManager.imported

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

/** The work of a slice of ours that is gone, or that somebody changed. */
const touchedBy = ({ before, after, initial }: Change<EndpointSlice>): readonly Key[] => {
  const slice = before ?? after
  const work = !initial && slice && isOurs(slice) ? workOf(slice) : undefined
  return work ? [work] : []
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
      name: `imported-${clusterOfWork(work)}-${name}`,
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

/** Keeps, on the control plane, a slice for each that was collected for a ServiceExport. */
export function importedSliceController(host: Host): Controller {
  const { client, event } = host
  const slices = host.store(endpointSliceKind)

  async function keep(work: Work, signal: AbortSignal): Promise<Outcome> {
    const wanted = importedSlice(work)
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
    .reconcile(async (work, key, signal) => {
      const isWanted = work && !work.metadata.deletionTimestamp && flowsOf(work).includes('ServiceExport')
      if (isWanted) return keep(work, signal)
      await removeAll(host, endpointSliceKind, slices.by(byWork, keyText(key)), signal)
      if (work) await letGo(host, workKind, work, finalizer.endpointSlice, signal)
      return done
    })
}
