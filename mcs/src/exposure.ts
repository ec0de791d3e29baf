import {
  bindingName,
  type Change,
  type Controller,
  clusterKind,
  deepEqual,
  definePlugin,
  done,
  type Host,
  type IngressSpec,
  type Key,
  type Kind,
  keyOf,
  type Manifest,
  type MultiClusterIngress,
  type MultiClusterIngressStatus,
  type MultiClusterService,
  multiClusterIngressKind,
  multiClusterServiceKind,
  type Outcome,
  resourceBindingKind,
  service,
  serviceKind,
} from '@flotilla/sdk'

type Exposed = MultiClusterIngress | MultiClusterService

/** The names of the Services behind an ingress, in the order of their names. */
export function backendsOf({ defaultBackend, rules = [] }: IngressSpec): readonly string[] {
  const backends = [defaultBackend, ...rules.flatMap(({ http }) => http?.paths.map(({ backend }) => backend) ?? [])]
  return [...new Set(backends.flatMap((backend) => backend?.service?.name ?? []))].sort()
}

const isIngress = (object: Exposed): object is MultiClusterIngress => object.kind === multiClusterIngressKind.kind

const namesBehind = (object: Exposed): readonly string[] =>
  isIngress(object) ? backendsOf(object.spec ?? {}) : [object.metadata.name]

const isExposed = (object: Exposed): boolean => isIngress(object) || object.spec.types.includes('LoadBalancer')

/** A remedy that keeps traffic from a cluster. */
const trafficControl = 'TrafficControl'

/** Says of what is exposed where it is reached, where its Services run, and which clusters get no traffic. */
function exposureController(host: Host, kind: Kind<MultiClusterIngress> | Kind<MultiClusterService>): Controller {
  const exposed = host.store<Exposed>(kind as Kind<Exposed>) // one of the two
  const services = host.store(serviceKind)
  const bindings = host.store(resourceBindingKind)
  const clusters = host.store(clusterKind)

  const clustersOf = (namespace: string, name: string): readonly string[] => {
    const { clusters = [] } = bindings.get({ namespace, name: bindingName(serviceKind.kind, name) })?.spec ?? {}
    return clusters.map(({ name }) => name).sort()
  }

  const behind = (namespace: string, names: readonly string[]): readonly service.Behind[] =>
    names.flatMap((name) => {
      const found = services.get({ namespace, name })
      return found ? [{ service: found, clusters: clustersOf(namespace, name) }] : []
    })

  function locations(namespace: string, names: readonly string[]): Partial<MultiClusterIngressStatus> {
    const serviceLocations = names.map((name) => ({ name, clusters: clustersOf(namespace, name) }))
    const blocked = new Set(serviceLocations.flatMap(({ clusters }) => clusters).filter(isBlocked))
    return { serviceLocations, trafficBlockClusters: [...blocked].sort() }
  }

  const isBlocked = (name: string) => clusters.get({ name })?.status?.remedyActions?.includes(trafficControl) ?? false

  async function expose(object: Exposed, signal: AbortSignal): Promise<Outcome> {
    const { namespace = '' } = object.metadata
    const names = namesBehind(object)
    const loadBalancer = await host.ask(service.expose, { object, services: behind(namespace, names) })
    const status = {
      ...object.status,
      ...(loadBalancer && { loadBalancer }),
      ...(isIngress(object) && locations(namespace, names)),
    }
    if (deepEqual(status, object.status ?? {})) return done
    const options = { subresource: 'status', signal }
    await host.client.update<Exposed>(kind as Kind<Exposed>, { ...object, status } as Exposed, options)
    return done
  }

  /** What is exposed by means of a Service. */
  const touchedBy = (name: string, namespace = ''): readonly Key[] =>
    exposed.list(namespace).filter((object) => isExposed(object) && namesBehind(object).includes(name)).map(keyOf) // biome-ignore format: one chain

  const touchedByCluster = ({ before, after, initial }: Change<Manifest & { status?: { remedyActions?: unknown } }>) =>
    initial || deepEqual(before?.status?.remedyActions, after?.status?.remedyActions)
      ? []
      : exposed.list().filter(isExposed).map(keyOf)

  return host
    .controller(`expose:${kind.plural}`)
    .for(kind as Kind<Exposed>)
    .watches(serviceKind, ({ before, after, initial }) => {
      const { name = '', namespace } = (after ?? before)?.metadata ?? {}
      return initial ? [] : touchedBy(name, namespace)
    })
    .watches(resourceBindingKind, ({ before, after, initial }) => {
      const { kind: of, name = '', namespace } = (after ?? before)?.spec.resource ?? {}
      const isNews = !initial && of === serviceKind.kind && !deepEqual(before?.spec.clusters, after?.spec.clusters)
      return isNews ? touchedBy(name, namespace) : []
    })
    .watches(clusterKind, touchedByCluster)
    .reconcile(async (object, _, signal) => {
      if (!object || object.metadata.deletionTimestamp || !isExposed(object)) return done
      return expose(object, signal)
    })
}

/** The statuses of what is exposed to the world. */
export const exposure = definePlugin({
  name: 'exposure',
  controllers: (host) => [
    exposureController(host, multiClusterIngressKind),
    exposureController(host, multiClusterServiceKind),
  ],
})
