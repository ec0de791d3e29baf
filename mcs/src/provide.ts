import {
  type Change,
  type Cluster,
  type Controller,
  clusterKind,
  deepEqual,
  done,
  endpointSliceKind,
  executionNamespace,
  finalizer,
  type Host,
  type Index,
  isConflict,
  type Key,
  keyOf,
  keyText,
  label,
  type Manifest,
  type MultiClusterService,
  mergedWork,
  multiClusterServiceKind,
  type Outcome,
  prune,
  reasonOf,
  resourceBindingKind,
  type Service,
  serviceKind,
  type Work,
  withFinalizer,
  workFor,
  workKind,
  workName,
} from '@flotilla/sdk'
import { bindingKeyOf, claimPatch, isClaimed, releasePatch, serviceBinding } from './claim.ts'
import { isReady, lacks } from './members.ts'
import { refusals } from './refusals.ts'
import { consumersOf, isCrossCluster, providersOf } from './sides.ts'
import { clusterOfWork, isRecordOfService } from './slices.ts'
import { letGo, removeAll, say, writeWork } from './writing.ts'

const serviceOfRecord = (work: Work): Key | undefined => {
  const { labels = {} } = work.metadata
  const [namespace, name] = [labels[label.multiClusterServiceNamespace], labels[label.multiClusterServiceName]]
  return isRecordOfService(work) && namespace && name ? { namespace, name } : undefined
}

const records: Index<Work> = {
  name: 'records of services',
  values: (work) => {
    const service = serviceOfRecord(work)
    return service ? [keyText(service)] : []
  },
}

/** All but a new status. */
const isNews = ({ before, after }: Change<Manifest>): boolean =>
  !before ||
  !after ||
  before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
  !deepEqual(before.metadata.finalizers, after.metadata.finalizers) ||
  !deepEqual(prune(before), prune(after))

/** That a cluster is to be collected from. The MultiClusterService itself is in it, for whoever reads it there. */
function recordOf(service: MultiClusterService, cluster: string, there: Work | undefined): Work {
  const { namespace = '', name, labels = {} } = service.metadata
  const id = there?.metadata.labels?.[label.workId]
  const serviceId = labels[label.multiClusterServiceId]
  const { metadata, ...work } = workFor({
    cluster,
    template: service,
    manifest: service,
    suspendDispatching: true,
    ...(id !== undefined && { id }),
    origin: {
      labels: {
        [label.multiClusterServiceNamespace]: namespace,
        [label.multiClusterServiceName]: name,
        ...(serviceId && { [label.multiClusterServiceId]: serviceId }),
      },
    },
  })
  const { finalizers: _, ...unheld } = metadata // nothing is brought, so there is nothing to take away
  const wanted: Work = { ...work, metadata: unheld }
  return there ? mergedWork(there, wanted) : wanted
}

/** What stands in the way of providing a Service. */
class Hindrance extends Error {}

/** Brings a Service to the clusters of its MultiClusterService, and says from which its endpoints are collected. */
export function provideController(host: Host): Controller {
  const { client, event } = host
  const services = host.store(multiClusterServiceKind)
  const templates = host.store(serviceKind)
  const clusters = host.store(clusterKind)
  const works = host.store(workKind)
  const bindings = host.store(resourceBindingKind)
  const allClusters = () => clusters.list().map(({ metadata }) => metadata.name)

  function problemOf(service: MultiClusterService, name: string): string | undefined {
    const cluster = clusters.get({ name })
    if (!cluster) {
      event(service, 'Warning', 'ClusterNotFound', `Provider cluster ${name} is not found`)
      return `cluster ${name} is not found`
    }
    if (!isReady(cluster)) {
      event(service, 'Warning', 'SyncServiceFailed', `Provider cluster ${name} is not ready, skip to propagate MultiClusterService`) // biome-ignore format: one call
      return `cluster ${name} is not ready`
    }
    if (!lacks(cluster, endpointSliceKind)) return undefined
    event(service, 'Warning', 'APIIncompatible', `Provider cluster ${name} does not support EndpointSlice`)
    return `cluster ${name} does not serve EndpointSlices`
  }

  async function record(service: MultiClusterService, cluster: string, signal: AbortSignal): Promise<void> {
    const there = works.get({ namespace: executionNamespace(cluster), name: workName(service) })
    if (there?.metadata.deletionTimestamp) return // its end is heard of
    await writeWork(host, there, recordOf(service, cluster, there), signal)
  }

  async function bind(service: MultiClusterService, template: Service, signal: AbortSignal): Promise<void> {
    const all = allClusters()
    const names = [...new Set([...providersOf(service.spec, all), ...consumersOf(service.spec, all)])]
    const there = bindings.get(bindingKeyOf(template))
    if (there?.metadata.deletionTimestamp) return // it is made anew when it is gone
    const wanted = serviceBinding(service, template, names, there)
    if (wanted === there) return
    await (there ? client.update(resourceBindingKind, wanted, { signal }) : client.create(resourceBindingKind, wanted, { signal })) // biome-ignore format: one expression
  }

  async function provide(service: MultiClusterService, signal: AbortSignal): Promise<void> {
    const providers = providersOf(service.spec, allClusters())
    const recorded = works.by(records, keyText(keyOf(service)))
    await removeAll(host, workKind, recorded.filter((work) => !providers.includes(clusterOfWork(work))), signal) // biome-ignore format: one call
    const able = providers.filter((name) => problemOf(service, name) === undefined)
    await Promise.all(able.map((name) => record(service, name, signal)))
    const template = templates.get(keyOf(service))
    if (!template || template.metadata.deletionTimestamp)
      throw new Hindrance(`Service ${keyText(keyOf(service))} does not exist; create it, and it is provided`)
    if (template.spec?.type === 'ExternalName')
      throw new Hindrance(`Service ${keyText(keyOf(service))} is of type ExternalName and has no endpoints to provide; use its external name in every cluster`) // biome-ignore format: one call
    const claim = claimPatch(template, service)
    const claimed = claim ? await client.patch(serviceKind, keyOf(template), { type: 'merge', body: claim }, { signal }) : template // biome-ignore format: one expression
    await bind(service, claimed, signal)
    const refused = refusals(bindings.get(bindingKeyOf(claimed)), 'the Service')
    if (refused) throw new Hindrance(refused)
  }

  /** Gives back what it had: a policy may have the Service again. */
  async function release(service: MultiClusterService, signal: AbortSignal): Promise<Outcome> {
    await removeAll(host, workKind, works.by(records, keyText(keyOf(service))), signal)
    const template = templates.get(keyOf(service))
    const binding = bindings.get(bindingKeyOf(service))
    for (const [kind, object] of [
      [resourceBindingKind, binding],
      [serviceKind, template],
    ] as const) {
      // biome-ignore format: pairs
      const body = object && isClaimed(object) ? releasePatch(object) : undefined
      if (object && body) await client.patch<Manifest>(kind, keyOf(object), { type: 'merge', body }, { signal })
    }
    await letGo(host, multiClusterServiceKind, service, finalizer.multiClusterService, signal)
    return done
  }

  async function keep(service: MultiClusterService, signal: AbortSignal): Promise<Outcome> {
    const type = 'ServiceApplied'
    try {
      await provide(service, signal)
    } catch (error) {
      if (isConflict(error)) throw error // the newest is on its way
      const reason = 'ServiceAppliedFailed'
      const isNew = await say(host, multiClusterServiceKind, service, { type, status: 'False', reason, message: reasonOf(error) }, signal) // biome-ignore format: one call
      if (isNew) event(service, 'Warning', 'SyncServiceFailed', reasonOf(error))
      if (error instanceof Hindrance) return done // looked at again when the Service comes
      throw error
    }
    const message = 'Service is propagated to target clusters.'
    const reason = 'ServiceAppliedSucceed'
    if (await say(host, multiClusterServiceKind, service, { type, status: 'True', reason, message }, signal))
      event(service, 'Normal', 'SyncServiceSucceed', message)
    return done
  }

  const ofAll = ({ before, after, initial }: Change<Cluster>): readonly Key[] => {
    if (initial || isReady(before) === isReady(after)) return []
    return services.list().map(keyOf)
  }

  return host
    .controller('provide')
    .for(multiClusterServiceKind, isNews)
    .watches(serviceKind, ({ before, after, initial }) => {
      const key = keyOf((after ?? before) as Service) // a change has one or the other
      return !initial && services.get(key) && isNews({ before, after } as Change<Manifest>) ? [key] : []
    })
    .watches(clusterKind, ofAll)
    .watches(workKind, ({ before, after }) => {
      const service = before && !after ? serviceOfRecord(before) : undefined
      return service ? [service] : []
    })
    .watches(resourceBindingKind, ({ before, after, initial }) => {
      const { spec, metadata } = (after ?? before) as Manifest & { spec: { resource: Key & { kind: string } } } // of its kind
      const isOther = !after || !before || before.metadata.generation !== after.metadata.generation || refusals(before, '') !== refusals(after, '') // biome-ignore format: one condition
      const isLost = !initial && spec.resource.kind === serviceKind.kind && isOther
      return isLost && services.get(spec.resource) ? [{ namespace: metadata.namespace ?? '', name: spec.resource.name }] : [] // biome-ignore format: one expression
    })
    .reconcile(async (service, _, signal) => {
      if (!service) return done
      if (service.metadata.deletionTimestamp || !isCrossCluster(service.spec)) return release(service, signal)
      if (service.metadata.finalizers?.includes(finalizer.multiClusterService)) return keep(service, signal)
      const marked = withFinalizer(service, finalizer.multiClusterService)
      const { resourceVersion, finalizers } = marked.metadata
      await client.patch(multiClusterServiceKind, keyOf(service), { type: 'merge', body: { metadata: { resourceVersion, finalizers } } }, { signal }) // biome-ignore format: one call
      return done // that is a change
    })
}
