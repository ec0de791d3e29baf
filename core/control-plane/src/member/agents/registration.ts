import { type Cluster, type ClusterSpec, clusterKind, executionNamespace, findCondition } from '@flotilla/sdk'

/** On a request for an agent's first certificate: what the cluster is like, as JSON. */
export const registrationAnnotation = 'cluster.flotilla.dev/registration'
/** On a Cluster: the request by which it was registered. */
export const registeredByAnnotation = 'cluster.flotilla.dev/registered-by'

/** What a cluster says of itself when it registers. Nothing that decides how it is reached is among it. */
export type Registration = Pick<ClusterSpec, 'id' | 'apiEndpoint' | 'provider' | 'region' | 'zones'>

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string')

/** What of it is of the kind it has to be. Anybody with a token may have written it. */
export function registrationOf(text: string | undefined): Registration {
  let said: unknown
  try {
    said = JSON.parse(text ?? '{}')
  } catch {
    said = {}
  }
  const { zones, ...words } = (said ?? {}) as Readonly<Record<string, unknown>> // any other value has none of them
  const known = ['id', 'apiEndpoint', 'provider', 'region'].flatMap((name) => {
    const { [name]: value } = words
    return typeof value === 'string' && value !== '' ? [[name, value] as const] : []
  })
  return { ...Object.fromEntries(known), ...(isTexts(zones) && zones.length > 0 && { zones }) }
}

export const clusterFor = (name: string, registration: Registration, request: string): Cluster => ({
  apiVersion: clusterKind.apiVersion,
  kind: clusterKind.kind,
  metadata: { name, annotations: { [registeredByAnnotation]: request } },
  spec: { syncMode: 'Pull', ...registration },
})

/** Whether an agent has ever said how its cluster is. */
const isHeardOf = ({ status }: Cluster): boolean => {
  const ready = findCondition(status?.conditions, 'Ready')
  return ready !== undefined && ready.reason !== 'ClusterStatusNeverUpdated'
}

/**
 * Whether a request is for a cluster that is there and has lost its agent, by its own account: who has a token may say so, but
 * only an administrator knows.
 */
export const isReturn = (name: string, { id }: Registration, clusters: readonly Cluster[]): boolean =>
  clusters.some(
    ({ metadata, spec, status }) =>
      metadata.name === name &&
      !metadata.deletionTimestamp &&
      spec.syncMode === 'Pull' &&
      spec.id === id &&
      findCondition(status?.conditions, 'Ready')?.reason === 'ClusterStatusUnknown',
  )

/**
 * Why a cluster must not be registered under its name; undefined when it may. One that was registered and never heard of
 * may be again, as itself: it went wrong half the way.
 */
export function objection(name: string, { id }: Registration, clusters: readonly Cluster[]): string | undefined {
  const namesake = clusters.find(({ metadata }) => metadata.name === name)
  if (namesake?.metadata.deletionTimestamp) return `the one that was ${name} is being removed: wait until it is gone`
  if (namesake && (isHeardOf(namesake) || namesake.spec.syncMode !== 'Pull' || namesake.spec.id !== id))
    return `there is a cluster ${name}: choose another name, or take that one out with flotilla unregister`
  const twin = id !== undefined && clusters.find(({ metadata, spec }) => spec.id === id && metadata.name !== name)
  if (twin) return `it has joined already, as ${twin.metadata.name}`
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name) || name.length > 48)
    return `${executionNamespace(name)} would be no namespace: a name has at most 48 letters, digits and hyphens`
  return undefined
}
