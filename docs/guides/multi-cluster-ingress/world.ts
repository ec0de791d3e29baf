import {
  bindingName,
  type Cluster,
  clusterKind,
  type EndpointSlice,
  endpointSliceKind,
  endpointsOf,
  type Host,
  type Index,
  isReadyEndpoint,
  isTrue,
  type Key,
  type Kind,
  keyText,
  type Manifest,
  type Member,
  resourceBindingKind,
  type Store,
  serviceKind,
  sliceLabel,
  sliceManager,
} from '@flotilla/sdk'
import type { Pair, World } from './site.ts'

interface Secret extends Manifest {
  readonly data?: Readonly<Record<string, string>>
}

export const secretKind: Kind<Secret> = { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', scope: 'Namespaced' }

const decoded = (text: string): string => Buffer.from(text, 'base64').toString()

/** Endpoints of a cluster's own; what was brought from elsewhere is asked for where it is from. */
const own = { labelSelector: `${sliceLabel.managedBy} notin (${Object.values(sliceManager).join(',')})` }

const slicesIn = (member: Member): Store<EndpointSlice> => member.store(endpointSliceKind, own)

const ofService: Index<EndpointSlice> = {
  name: 'service',
  values: ({ metadata: { namespace = '', labels = {} } }) => {
    const name = labels[sliceLabel.service]
    return name ? [keyText({ namespace, name })] : []
  },
}

const isBlocked = ({ status }: Cluster): boolean => status?.remedyActions?.includes('TrafficControl') ?? false
const isHealthy = ({ status }: Cluster): boolean => isTrue(status?.conditions, 'Ready')
const isUp = (slice: EndpointSlice): boolean => endpointsOf(slice).some(isReadyEndpoint)

/** What the caches know of Services. A cluster that does not answer gets requests only while no other has an endpoint. */
export function worldOf(host: Host, hasTls: boolean): World {
  const secrets = host.store(secretKind)
  const services = host.store(serviceKind)
  const bindings = host.store(resourceBindingKind)
  const clusters = host.store(clusterKind)

  function slicesAt(names: readonly string[], service: Key): readonly EndpointSlice[] {
    return names.flatMap((name) => {
      const member = host.members.get(name)
      return member ? slicesIn(member).by(ofService, keyText(service)) : []
    })
  }

  function slices(service: Key): readonly EndpointSlice[] {
    const { spec } = bindings.get({ ...service, name: bindingName(serviceKind.kind, service.name) }) ?? {}
    const open = (spec?.clusters ?? []).flatMap(({ name }) => clusters.get({ name }) ?? []).filter((each) => !isBlocked(each)) // biome-ignore format: one chain
    const at = (some: readonly Cluster[]) => slicesAt(some.map(({ metadata }) => metadata.name), service) // biome-ignore format: one call
    const healthy = at(open.filter(isHealthy))
    return healthy.some(isUp) ? healthy : at(open)
  }

  function pair(secret: Key): Pair | undefined {
    const { 'tls.crt': cert, 'tls.key': key } = secrets.get(secret)?.data ?? {}
    return cert && key ? { cert: decoded(cert), key: decoded(key) } : undefined
  }

  return { hasTls, pair, service: (key) => services.get(key), slices }
}

/** Hears of every change of an endpoint in any member, from when the member is there. */
export function hearEndpoints({ members }: Host, hear: () => void): () => void {
  const heard = new Map<string, { readonly member: Member; readonly end: () => void }>()
  const look = (name: string) => {
    const [member, before] = [members.get(name), heard.get(name)]
    if (member === before?.member) return
    before?.end()
    heard.delete(name)
    if (member) heard.set(name, { member, end: slicesIn(member).listen(hear) })
    hear()
  }
  const end = members.onReadiness(look)
  for (const { name } of members.list()) look(name)
  return () => {
    end()
    for (const each of heard.values()) each.end()
  }
}
