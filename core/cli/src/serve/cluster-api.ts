import { setTimeout as sleep } from 'node:timers/promises'
import { describe } from '@flotilla/apiserver'
import {
  type ControlPlane,
  clusterApi,
  configMapKind,
  type Front,
  frontConfig,
  frontOf,
  storedClusters,
  throughStorage,
} from '@flotilla/core'
import type { Transport } from '@flotilla/kube'
import {
  type Client,
  type Condition,
  type CustomResourceDefinition,
  clusterKind,
  crds,
  customResourceDefinitionKind,
  errors,
  findCondition,
  groupOf,
  isTrue,
  type Kind,
  type Log,
  label,
  type Manifest,
  systemNamespace,
  versionOf,
} from '@flotilla/sdk'
import type { FastifyPluginAsync } from 'fastify'
import type { ClusterApi } from './cluster-apis.ts'
import type { Place } from './place.ts'

const definitionName = `${clusterKind.plural}.${groupOf(clusterKind.apiVersion)}`

const isOfClusters = ({ metadata }: Manifest): boolean => metadata.name === definitionName

/** The definitions that are installed. */
export const definitionsFor = (api: ClusterApi): readonly CustomResourceDefinition[] =>
  api === 'crd' ? crds : [...crds.filter((crd) => !isOfClusters(crd)), storedClusters]

/** The transport the control plane speaks through: it does not wait for itself to be served. */
export const transportFor = (api: ClusterApi, transport: Transport): Transport =>
  api === 'crd' ? transport : throughStorage(transport)

interface ApiService extends Manifest {
  readonly spec: { readonly service?: Place['service'] | null }
  readonly status?: { readonly conditions?: readonly Condition[] }
}

const apiServiceKind: Kind<ApiService> = {
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  plural: 'apiservices',
  scope: 'Cluster',
}

const serviceKind: Kind = { apiVersion: 'v1', kind: 'Service', plural: 'services', scope: 'Namespaced' }

const apiServiceName = `${versionOf(clusterKind.apiVersion)}.${groupOf(clusterKind.apiVersion)}`

/** What leads there now; a definition brings one of its own, without a service. */
async function apiService(client: Client, signal: AbortSignal): Promise<ApiService | undefined> {
  const { items } = await client.list(apiServiceKind, { fieldSelector: `metadata.name=${apiServiceName}`, signal })
  return items[0]
}

/** Looks whether Clusters are served in the other way already: what is kept in one is not there in the other. */
export async function checkClusterApi(client: Client, api: ClusterApi, signal: AbortSignal): Promise<void> {
  if (api === 'crd') {
    if (!(await apiService(client, signal))?.spec.service) return
    throw errors.CLUSTER_API_NOT_SERVED(
      `the APIService ${apiServiceName} leads elsewhere: go on with "--cluster-api aggregated", or delete it, with which its Clusters are out of sight`,
    )
  }
  if (!(await client.get(customResourceDefinitionKind, { name: definitionName }, { signal }))) return
  throw errors.CLUSTER_API_NOT_SERVED(
    `there is a CustomResourceDefinition ${definitionName}: go on with "--cluster-api crd", or unjoin all clusters, delete it, and join them again`,
  )
}

/** The Service by which an API server finds us when it is told a URL. */
const byName = { namespace: systemNamespace, name: 'flotilla-cluster-api' } as const

/** Names an API server looks for in the certificate, beside those of the place. */
export const clusterApiHosts = (api: ClusterApi): readonly string[] =>
  api === 'crd' ? [] : [`${byName.name}.${byName.namespace}.svc`]

/** A Service that is nothing but the host and port of a URL. */
function serviceFor(url: string): { readonly made: Manifest; readonly service: Place['service'] } {
  const { hostname, port: text } = new URL(url)
  const port = Number(text || 443)
  const made = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...byName, labels: { [label.system]: 'true' } },
    spec: { type: 'ExternalName', externalName: hostname, ports: [{ name: 'https', port, protocol: 'TCP' }] },
  }
  return { made, service: { ...byName, port } }
}

const fieldManager = 'flotilla-serve'

async function apply(client: Client, kind: Kind<unknown>, body: Manifest, signal: AbortSignal): Promise<void> {
  await client.patch(kind, body.metadata, { type: 'apply', body, force: true }, { fieldManager, signal })
}

/** Milliseconds an API server may take to find us. */
const findingMs = 60_000

/** Resolves when the API server has found us. */
async function clusterApiFound(client: Client, signal: AbortSignal): Promise<void> {
  const end = performance.now() + findingMs
  for (;;) {
    const conditions = (await apiService(client, signal))?.status?.conditions
    if (isTrue(conditions, 'Available')) return
    if (performance.now() > end) {
      const { message = 'it does not say why' } = findCondition(conditions, 'Available') ?? {}
      throw errors.CLUSTER_API_NOT_SERVED(`the API server does not find the control plane: ${message}`)
    }
    await sleep(250, undefined, { signal })
  }
}

/** Has the API server send us what it is asked about Clusters. */
export async function registerClusterApi(
  client: Client,
  { place, ca }: { readonly place: Place; readonly ca: string },
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  const { service, made } =
    place.url === undefined ? { service: place.service, made: undefined } : serviceFor(place.url)
  if (made) await apply(client, serviceKind, made, signal)
  const body = {
    apiVersion: apiServiceKind.apiVersion,
    kind: apiServiceKind.kind,
    metadata: { name: apiServiceName, labels: { [label.system]: 'true' } },
    spec: {
      group: groupOf(clusterKind.apiVersion),
      version: versionOf(clusterKind.apiVersion),
      groupPriorityMinimum: 2000,
      versionPriority: 10,
      service,
      caBundle: Buffer.from(ca).toString('base64'),
    },
  }
  await apply(client, apiServiceKind, body, signal)
  const found = clusterApiFound(client, signal)
  // A Service sends nobody to a replica that is not ready, which it is after this.
  if (place.service) found.catch((error) => signal.aborted || log.error('clusters are not served', { error }))
  else await found
}

/** Serves Clusters on the listener of the webhooks. */
export interface ClusterApiServer {
  readonly routes: FastifyPluginAsync
  /** The authority of the certificate of the API server in front, PEM, as it is now. */
  readonly clientCa: () => string
  /** Hears when that changes. */
  onChange(listener: () => void): void
}

const readFront = (config: Parameters<typeof frontOf>[0] | undefined, log: Log): Front | undefined => {
  try {
    return config && frontOf(config)
  } catch (error) {
    log.error('what the API server says of its front proxy cannot be read', { error })
    return undefined
  }
}

/** Makes ready to serve Clusters: finds out which API server is in front. */
export async function openClusterApi(
  client: Client,
  transport: Transport,
  { store, proxy }: Pick<ControlPlane, 'store' | 'proxy'>,
  log: Log,
): Promise<ClusterApiServer> {
  const { namespace, name } = frontConfig
  const configs = store(configMapKind, { namespace, fieldSelector: `metadata.name=${name}` })
  await configs.synced
  let front = readFront(configs.get(frontConfig), log)
  if (!front) {
    throw errors.CLUSTER_API_NOT_SERVED(
      `the API server does not vouch for who asks (ConfigMap ${namespace}/${name} has no requestheader-client-ca-file): start it with --requestheader-client-ca-file and --proxy-client-cert-file, or go on with "--cluster-api crd"`,
    )
  }
  const listeners: (() => void)[] = []
  configs.listen(({ after, initial }) => {
    if (initial) return
    front = readFront(after, log)
    for (const listener of listeners) listener()
  })
  const documents = describe(crds.filter(isOfClusters).map((definition) => ({ definition, connects: ['proxy'] })))
  return {
    routes: clusterApi({ transport, client, front: () => front, documents, proxy }),
    clientCa: () => front?.ca ?? '',
    onChange: (listener) => void listeners.push(listener),
  }
}
