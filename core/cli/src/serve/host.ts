import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { throughStorage } from '@flotilla/core'
import { createClient, httpTransport, loadKubeconfig, type Transport } from '@flotilla/kube'
import { type Client, clusterNamespace, systemNamespace } from '@flotilla/sdk'
import type { Daemon } from '../daemon.ts'
import { ensure, namespaceKind, namespaceOf } from '../join/kinds.ts'
import { naming } from '../output/sentence.ts'
import { preflight, serveDemands, whoAmI } from '../preflight/preflight.ts'
import { allowAgents } from './agents.ts'
import { openCertificates } from './certificates.ts'
import { checkClusterApi, clusterApiHosts, definitionsFor, transportFor } from './cluster-api.ts'
import type { ClusterApi } from './cluster-apis.ts'
import { installKinds } from './install.ts'
import { clientConfig, hostsOf, type Place } from './place.ts'

/** In whose name the control plane writes: it stands in `managedFields`. */
export const fieldManager = 'flotilla-control-plane'

/** The API server the control plane runs over. */
export interface Host {
  readonly client: Client
  /** Who we are there. */
  readonly user: string
  /** Another way to it, so that nobody who asks for Clusters is in the way of the control plane. */
  users(): Transport
  /** Which of the replicas this is. */
  readonly replica: string
}

export interface HostOptions {
  readonly kubeconfig?: string
  readonly context?: string
  readonly clusterApi: ClusterApi
  readonly version: string
}

/** Finds the API server, and looks whether a control plane can run over it. */
export async function reachHost(daemon: Daemon<'connections'>, options: HostOptions): Promise<Host> {
  const { metrics, open, end, config, starting } = daemon
  const { clusterApi: api, version } = options
  const identity = await naming('the control plane', () => loadKubeconfig(options.kubeconfig, options.context))
  const transport = transportFor(api, httpTransport({ ...identity, metrics }))
  open.defer(() => end('connections', () => transport.close()))
  const replica = `${hostname()}_${randomUUID()}`
  const client = createClient(transport, { fieldManager, userAgent: `flotilla/${version} (${replica})` })
  await preflight({ client, identity }, serveDemands(api, config.pullMode), starting)
  await checkClusterApi(client, api, starting)
  const users = () => open.adopt(throughStorage(httpTransport({ ...identity, metrics })), (way) => way.close())
  return { client, users, replica, user: await whoAmI(client, starting) }
}

/** Where an API server calls back, and by which certificate it knows us. */
export interface Site {
  readonly place: Place
  /** PEM. */
  readonly ca: string
  readonly authority: () => ReturnType<typeof openCertificates>
}

/** Installs what a control plane needs: namespaces, certificates, kinds, and what agents may do. */
export async function install(
  { client }: Host,
  { place, clusterApi: api }: { readonly place: Place; readonly clusterApi: ClusterApi },
  { config, starting }: Daemon,
): Promise<Site> {
  for (const name of [systemNamespace, clusterNamespace])
    await ensure(client, namespaceKind, namespaceOf(name), starting)
  const authority = () => openCertificates(client, [...hostsOf(place), ...clusterApiHosts(api)])
  const { ca } = await authority()
  await installKinds(client, definitionsFor(api), clientConfig(place, ca, '/convert'), starting)
  if (config.pullMode) await allowAgents(client, starting)
  return { place, ca, authority }
}
