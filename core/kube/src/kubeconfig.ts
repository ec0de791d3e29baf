import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { RequestOptions } from 'node:https'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { errors } from '@flotilla/sdk'
import type { Cluster, KubeConfig } from '@kubernetes/client-node'
import { withDeadline } from './deadline.ts'
import type { CredentialSource, Credentials } from './http/credentials.ts'
import type { HttpOptions } from './http/transport.ts'

/** How long credentials are used without looking for newer ones, and between two attempts to renew them. */
const freshMs = 10_000
/** How long an exec plugin may take: it may ask a person. */
const execMs = 60_000

const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount/token'

/** Undefined for a user whom the system does not know, as that of a container may be. */
function home(): string | undefined {
  try {
    return homedir()
  } catch {
    return undefined
  }
}

/** The files that kubectl would read: those of KUBECONFIG that exist, or the one in the home directory. */
function usualFiles(): readonly string[] {
  const listed = process.env.KUBECONFIG?.split(delimiter).filter((file) => file !== '') ?? []
  const own = home()
  const usual = own === undefined ? [] : [join(own, '.kube', 'config')]
  const files = listed.length > 0 ? listed : usual
  return files.filter((file) => existsSync(file))
}

/** Of two entries of one name the first file's holds, as in kubectl. */
function merged<T extends { readonly name: string }>(lists: readonly (readonly T[])[]): T[] {
  const byName = new Map<string, T>()
  for (const entry of lists.flat()) if (!byName.has(entry.name)) byName.set(entry.name, entry)
  return [...byName.values()]
}

/** client-node takes half a second to import: only who reads a kubeconfig waits for it. */
const clientNode = () => import('@kubernetes/client-node')

async function loadFile(file: string): Promise<KubeConfig> {
  const { KubeConfig } = await clientNode()
  const config = new KubeConfig()
  try {
    config.loadFromFile(file)
  } catch (error) {
    throw errors.CONFIG_INVALID(`kubeconfig ${file}`, error instanceof Error ? error.message : String(error))
  }
  return config
}

async function loadUsual(): Promise<KubeConfig> {
  const { KubeConfig } = await clientNode()
  const config = new KubeConfig()
  const files = await Promise.all(usualFiles().map(loadFile))
  if (files.length > 0) {
    const currentContext = files.map((each) => each.getCurrentContext()).find((name) => name)
    config.loadFromOptions({
      clusters: merged(files.map((each) => each.getClusters())),
      users: merged(files.map((each) => each.getUsers())),
      contexts: merged(files.map((each) => each.getContexts())),
      currentContext,
    })
  } else if (existsSync(serviceAccount)) config.loadFromCluster()
  else throw errors.CONFIG_INVALID('kubeconfig', 'there is none: name a file, set KUBECONFIG, or make ~/.kube/config')
  return config
}

async function load(file: string | undefined, context: string | undefined): Promise<KubeConfig> {
  const config = await (file === undefined ? loadUsual() : loadFile(file))
  if (context !== undefined) config.setCurrentContext(context)
  if (!config.getContextObject(config.getCurrentContext())) throw noContext(config)
  return config
}

function noContext(config: KubeConfig): Error {
  const known = config.getContexts().map(({ name }) => name)
  const wanted = config.getCurrentContext()
  return errors.CONFIG_INVALID(
    'kubeconfig context',
    `${wanted ? `there is no ${wanted}` : 'none is current'}; there are: ${known.join(', ') || 'none'}`,
  )
}

/** The credentials in what client-node would hand to node:https. */
function credentialsOf({ headers, cert, key, auth }: RequestOptions): Credentials {
  const { Authorization: bearer, 'Impersonate-User': impersonate } = (headers ?? {}) as Record<
    string,
    string | undefined
  > // client-node sets an object of strings
  const authorization = auth ? `Basic ${Buffer.from(auth).toString('base64')}` : bearer?.trim()
  return {
    ...(authorization && { authorization }),
    ...(impersonate && { impersonate }),
    ...(cert && key && { cert: String(cert), key: String(key) }),
  }
}

/**
 * What the current user of a kubeconfig can show. client-node keeps what an exec plugin or a token file gave until that
 * ends, so one of these is used for as long as the server takes what it gives. The cluster in it is none: client-node
 * would refuse those of plain HTTP.
 */
async function identityOf(config: KubeConfig): Promise<() => Promise<Credentials>> {
  const user = config.getCurrentUser()
  if (!user) return async () => ({})
  const { KubeConfig } = await clientNode()
  const alone = new KubeConfig()
  alone.loadFromClusterAndUser({ name: 'none', server: 'https://none.invalid', skipTLSVerify: false }, user)
  return async () => {
    const options: RequestOptions = { headers: {} }
    await withDeadline(execMs, undefined, () => alone.applyToHTTPSOptions(options))
    return credentialsOf(options)
  }
}

/**
 * Looks for newer credentials every few seconds; when the server rejects them, reads the kubeconfig again and asks
 * everything anew. Whoever asks meanwhile gets the same answer, a failure too: an exec plugin is not started for each
 * request.
 */
function sourceOf(config: KubeConfig, reload: () => Promise<KubeConfig>): CredentialSource {
  let identity = identityOf(config)
  let known: Promise<Credentials> | undefined
  let askedAt = 0
  let renewedAt = Number.NEGATIVE_INFINITY
  return (rejected) => {
    const now = performance.now()
    const renew = rejected && now - renewedAt >= freshMs
    if (renew) {
      identity = reload().then(identityOf)
      renewedAt = now
    }
    if (!known || renew || now - askedAt >= freshMs) {
      known = identity.then((show) => show())
      askedAt = now
    }
    return known
  }
}

const caOf = async ({ caFile, caData }: Cluster): Promise<string | undefined> => {
  if (caFile) return readFile(caFile, 'utf8')
  return caData ? Buffer.from(caData, 'base64').toString() : undefined
}

/** A context of a kubeconfig: the server, how to reach it as whom, and the namespace meant where none is named. */
export interface KubeContext {
  readonly identity: HttpOptions
  readonly namespace: string
}

/**
 * What a kubeconfig says of a server, for `httpTransport`. Without a file it is looked for as kubectl does: the files
 * of KUBECONFIG, else ~/.kube/config; then the service account of the pod this runs in. Without a context, the current
 * one. Tokens, exec plugins and certificates are renewed when they end and when the server rejects them.
 * Throws `CONFIG_INVALID`.
 */
export const loadKubeconfig = async (file?: string, context?: string): Promise<HttpOptions> =>
  (await loadContext(file, context)).identity

/** The same, with the namespace of the context. */
export async function loadContext(file?: string, context?: string): Promise<KubeContext> {
  const config = await load(file, context)
  return contextOf(config, () => load(file, config.getCurrentContext()))
}

/**
 * The same for a kubeconfig that is in no file: `read` answers its text, and is asked again when the server will not have
 * the credentials any more.
 */
export async function kubeconfigFrom(read: () => Promise<string>): Promise<HttpOptions> {
  const parse = async () => {
    const { KubeConfig } = await clientNode()
    const config = new KubeConfig()
    config.loadFromString(await read())
    return config
  }
  return (await contextOf(await parse(), parse)).identity
}

/** A way on from a server: a path below its URL, and what its context is called. */
export interface Onward {
  readonly name: string
  readonly path: string
}

/**
 * A kubeconfig, as JSON, with a context for each way on from the server of a context; who follows them is who he is there.
 * Certificates and programs that are named by file are named as they were. Throws `CONFIG_INVALID`.
 */
export async function kubeconfigOnward(ways: readonly Onward[], file?: string, context?: string): Promise<string> {
  const config = await load(file, context)
  const [cluster, user] = [clusterOf(config), config.getCurrentUser()]
  const server = cluster.server.replace(/\/+$/, '')
  const { namespace } = config.getContextObject(config.getCurrentContext()) ?? {}
  const { KubeConfig } = await clientNode()
  const onward = new KubeConfig()
  onward.loadFromOptions({
    clusters: ways.map(({ name, path }) => ({ ...cluster, name, server: server + path })),
    users: user ? [user] : [],
    contexts: [],
    currentContext: ways[0]?.name ?? '',
  })
  const there = { user: user?.name ?? '', ...(namespace && { namespace }) }
  const contexts = ways.map(({ name }) => ({ name, context: { cluster: name, ...there } }))
  return JSON.stringify({ ...JSON.parse(onward.exportConfig()), contexts }) // client-node would write their names twice
}

function clusterOf(config: KubeConfig): Cluster {
  const cluster = config.getCurrentCluster()
  if (cluster) return cluster
  throw errors.CONFIG_INVALID('kubeconfig context', `${config.getCurrentContext()} names no cluster of it`)
}

async function contextOf(config: KubeConfig, reload: () => Promise<KubeConfig>): Promise<KubeContext> {
  const cluster = clusterOf(config)
  const { server, tlsServerName: serverName, skipTLSVerify: insecure, proxyUrl } = cluster
  const credentials = sourceOf(config, reload)
  const { namespace } = config.getContextObject(config.getCurrentContext()) ?? {}
  const identity = { server, ca: await caOf(cluster), serverName, insecure, proxyUrl, credentials }
  return { identity, namespace: namespace || 'default' }
}
