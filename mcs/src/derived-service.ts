import {
  type Change,
  type Controller,
  deepEqual,
  done,
  type Host,
  type Key,
  keyOf,
  keyText,
  type Outcome,
  type OwnerReference,
  reasonOf,
  type Service,
  type ServiceImport,
  type ServicePort,
  serviceImportKind,
  serviceKind,
} from '@flotilla/sdk'
import { derivedName } from './imported-slices.ts'

const ownerOf = ({ metadata: { name, uid = '' } }: ServiceImport): OwnerReference => ({
  apiVersion: serviceImportKind.apiVersion,
  kind: serviceImportKind.kind,
  name,
  uid,
  controller: true,
  blockOwnerDeletion: true,
})

/** Whether the Service of that name is the import's, not somebody's own. */
export const isDerivedFrom = (
  { metadata: { ownerReferences = [] } }: Service,
  { metadata: { uid } }: ServiceImport,
): boolean => ownerReferences.some((owner) => owner.uid === uid && owner.kind === serviceImportKind.kind)

const portsOf = ({ spec }: ServiceImport): readonly ServicePort[] =>
  (spec?.ports ?? []).map(({ name, protocol = 'TCP', port, appProtocol }) => ({
    ...(name && { name }),
    protocol,
    port,
    ...(appProtocol && { appProtocol }),
  }))

/** What the ports have in common with what a server makes of them. */
const plain = (ports: readonly ServicePort[] = []): readonly ServicePort[] =>
  ports.map(({ name = '', protocol = 'TCP', port, appProtocol = '' }) => ({ name, protocol, port, appProtocol }))

/** The Service that stands, on the control plane and wherever it is propagated, for an imported one. */
export function derivedService(from: ServiceImport, there?: Service): Service {
  const { name, namespace } = from.metadata
  const { ports, ...spec } = there?.spec ?? {}
  const isSame = deepEqual(plain(ports), plain(portsOf(from)))
  return {
    apiVersion: serviceKind.apiVersion,
    kind: serviceKind.kind,
    metadata: there?.metadata ?? {
      ...(namespace && { namespace }),
      name: derivedName(name),
      ownerReferences: [ownerOf(from)],
    },
    spec: { ...spec, type: 'ClusterIP', ports: isSame && ports ? ports : portsOf(from) },
    ...(there?.status && { status: there.status }),
  }
}

const ingressOf = ({ spec }: ServiceImport) => (spec?.ips ?? []).map((ip) => ({ ip }))

const prefix = derivedName('')

/** The import that a Service, or a slice's Service, of such a name stands for. */
export const importOfDerived = ({ namespace, name }: Key): Key | undefined =>
  namespace && name.startsWith(prefix) ? { namespace, name: name.slice(prefix.length) } : undefined

/** The import of a derived Service that changed, or is gone. */
const touchedBy = ({ before, after, initial }: Change<Service>): readonly Key[] => {
  const from = importOfDerived(keyOf((after ?? before) as Service)) // a change has one or the other
  return from && !initial ? [from] : []
}

/** Keeps a Service `derived-<name>` for each ServiceImport with an address. It goes with the import, whose it is. */
export function derivedServiceController(host: Host): Controller {
  const { client, event } = host
  const services = host.store(serviceKind)

  async function keep(from: ServiceImport, signal: AbortSignal): Promise<boolean> {
    const key = { ...keyOf(from), name: derivedName(from.metadata.name) }
    const there = services.get(key)
    if (there && !isDerivedFrom(there, from)) {
      if (there.metadata.deletionTimestamp) return false // its end is heard of
      event(from, 'Warning', 'SyncDerivedServiceFailed', `Service ${keyText(key)} was not made for this import and is left alone`) // biome-ignore format: one call
      return false
    }
    const wanted = derivedService(from, there)
    const isSame = there !== undefined && deepEqual(wanted.spec, there.spec)
    const isWritten = !isSame
    const now = isSame ? there : await (there ? client.update(serviceKind, wanted, { signal }) : client.create(serviceKind, wanted, { signal })) // biome-ignore format: one expression
    const ingress = ingressOf(from)
    if (deepEqual(now.status?.loadBalancer?.ingress ?? [], ingress)) return isWritten
    const status = { ...now.status, loadBalancer: { ingress } }
    await client.update(serviceKind, { ...now, status }, { subresource: 'status', signal })
    return true
  }

  return host
    .controller('derived-service')
    .for(serviceImportKind)
    .watches(serviceKind, touchedBy)
    .reconcile(async (from, _, signal): Promise<Outcome> => {
      if (!from || from.metadata.deletionTimestamp || from.spec?.type !== 'ClusterSetIP') return done
      try {
        if (await keep(from, signal))
          event(from, 'Normal', 'SyncDerivedServiceSucceed', `Sync derived service for serviceImport(${from.metadata.name}) succeed.`) // biome-ignore format: one call
      } catch (error) {
        event(from, 'Warning', 'SyncDerivedServiceFailed', reasonOf(error))
        throw error
      }
      return done
    })
}
