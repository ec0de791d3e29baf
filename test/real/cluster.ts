import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Authority, type Credential, masters, openAuthority } from '@flotilla/apiserver'
import { createClient, type HttpOptions, httpTransport } from '@flotilla/kube'
import type { Client, Manifest } from '@flotilla/sdk'
import { stringify } from 'yaml'
import { eventually, kubectl } from '../kubectl.ts'
import { program } from './assets.ts'
import type { Etcd } from './etcd.ts'
import { freePort } from './port.ts'
import { type Running, start } from './process.ts'

export interface RealClusterOptions {
  readonly name: string
  readonly etcd: Etcd
  /** Where certificates, logs and the kubeconfig go. */
  readonly dir: string
  /** Whether it is a control plane: one where nothing makes pods of Deployments. By default it is a member. */
  readonly host?: boolean
  /** Resources of `work.karmada.io` whose writes are to be told of, with what was written. */
  readonly audited?: readonly string[]
  /** What else the API server is told. */
  readonly args?: readonly string[]
}

/** A write that an API server took. */
export interface Write {
  readonly verb: string
  readonly userAgent: string
  readonly objectRef: {
    readonly resource: string
    readonly namespace?: string
    readonly name?: string
    readonly subresource?: string
  }
  readonly responseStatus: { readonly code: number }
  readonly requestObject?: Manifest
  readonly responseObject?: Manifest
}

/** A kube-apiserver over etcd, with its controllers, and no machine. */
export interface RealCluster extends AsyncDisposable {
  readonly name: string
  readonly url: string
  readonly kubeconfig: string
  /** Its API, as an administrator. */
  readonly client: Client
  readonly identity: HttpOptions
  readonly server: Running
  /** The writes of what is audited, in their order. */
  writes(): readonly Write[]
  /** `kill -9` and a new one on the same port. */
  restart(): Promise<void>
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** A kubeconfig with one context; the file's place. */
function writeKubeconfig(file: string, name: string, server: string, ca: string, { cert, key }: Credential): string {
  const document = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server, 'certificate-authority-data': base64(ca) } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    users: [{ name, user: { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) } }],
  }
  writeFileSync(file, stringify(document), { mode: 0o600 })
  return file
}

/** The key that service accounts' tokens are signed with. */
function tokenKey(dir: string): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const file = join(dir, 'tokens.key')
  writeFileSync(file, privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 })
  return file
}

/** What the authority keeps in its folder. */
const kept = (dir: string, name: string) => [join(dir, `${name}.crt`), join(dir, `${name}.key`)] as const

interface Place {
  readonly dir: string
  readonly port: number
  readonly tokens: string
}

/** What is written of a group, whole, once it was taken. */
function auditArgs({ audited }: RealClusterOptions, dir: string): readonly string[] {
  if (!audited) return []
  const [policy, log] = ['audit.yaml', 'audit.log'].map((file) => join(dir, file))
  const resources = [{ group: 'work.karmada.io', resources: audited }]
  const rules = [
    { level: 'RequestResponse', verbs: ['create', 'update', 'patch', 'delete'], resources },
    { level: 'None' },
  ]
  const document = { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages: ['RequestReceived'], rules }
  writeFileSync(policy ?? '', stringify(document))
  return [`--audit-policy-file=${policy}`, `--audit-log-path=${log}`, '--audit-log-mode=blocking']
}

function writesIn(dir: string): readonly Write[] {
  const file = join(dir, 'audit.log')
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
  const writes = lines.filter(Boolean).map((line) => JSON.parse(line) as Write)
  return writes.filter(({ responseStatus: { code } }) => code < 300)
}

function serverArgs(options: RealClusterOptions, { dir, port, tokens }: Place): readonly string[] {
  const { name, etcd } = options
  const [ca] = kept(dir, 'ca')
  const [cert, key] = kept(dir, 'server')
  const [proxyCert, proxyKey] = kept(dir, 'front-proxy')
  return [
    `--etcd-servers=${etcd.url}`,
    `--etcd-prefix=/${name}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--tls-cert-file=${cert}`,
    `--tls-private-key-file=${key}`,
    `--client-ca-file=${ca}`,
    `--requestheader-client-ca-file=${ca}`,
    '--requestheader-allowed-names=front-proxy',
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    `--proxy-client-cert-file=${proxyCert}`,
    `--proxy-client-key-file=${proxyKey}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${tokens}`,
    `--service-account-signing-key-file=${tokens}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    '--authorization-mode=Node,RBAC',
    '--enable-bootstrap-token-auth',
    '--allow-privileged',
    '--profiling=false',
    '--v=1',
    ...auditArgs(options, dir),
    ...(options.args ?? []),
  ]
}

/** What runs beside a control plane, as Karmada has it: all that is not about workloads. */
const hostControllers = [
  'namespace',
  'garbagecollector',
  'serviceaccount',
  'serviceaccount-token',
  'clusterrole-aggregation',
  'csrapproving',
  'csrcleaner',
  'csrsigning',
  'ttl-after-finished',
  'bootstrapsigner',
  'tokencleaner',
]

const memberControllers = ['*', 'bootstrapsigner', 'tokencleaner']

function managerArgs(kubeconfig: string, { dir, tokens }: Place, controllers: readonly string[]): readonly string[] {
  const [ca, key] = kept(dir, 'ca')
  return [
    `--kubeconfig=${kubeconfig}`,
    `--service-account-private-key-file=${tokens}`,
    `--root-ca-file=${ca}`,
    `--cluster-signing-cert-file=${ca}`,
    `--cluster-signing-key-file=${key}`,
    '--use-service-account-credentials',
    `--controllers=${controllers.join(',')}`,
    '--leader-elect=false',
    '--secure-port=0',
    '--kube-api-qps=200',
    '--kube-api-burst=400',
    '--v=1',
  ]
}

async function identities(authority: Authority): Promise<Credential> {
  await authority.server()
  await authority.client('front-proxy', { name: 'front-proxy', groups: [] })
  return authority.client('admin', { name: 'admin', groups: [masters] })
}

/** Starts a cluster; resolves when its API can be worked with. */
export async function startCluster(options: RealClusterOptions): Promise<RealCluster> {
  const { name, host = false } = options
  const dir = join(options.dir, name)
  mkdirSync(dir, { recursive: true })
  const authority = await openAuthority({ dir })
  const admin = await identities(authority)
  const place: Place = { dir, port: await freePort(), tokens: tokenKey(dir) }
  const url = `https://127.0.0.1:${place.port}`
  const kubeconfig = writeKubeconfig(join(options.dir, `${name}.kubeconfig`), name, url, authority.ca, admin)
  const k = kubectl(kubeconfig)
  const serve = () =>
    start(`kube-apiserver ${name}`, program('kube-apiserver'), serverArgs(options, place), join(dir, 'server.log'))
  const ready = (running: Running) =>
    eventually(async () => {
      if (!running.runs) throw new Error(`${running.name} ended:\n${running.said()}`)
      await k('get', '--raw', '/readyz')
      await k('get', 'namespace', 'kube-system')
    }, 120_000)

  await using begun = new AsyncDisposableStack()
  let server = serve()
  begun.defer(() => server.kill())
  await ready(server)
  const args = managerArgs(kubeconfig, place, host ? hostControllers : memberControllers)
  begun.use(start(`controllers ${name}`, program('kube-controller-manager'), args, join(dir, 'controllers.log')))
  await eventually(() => k('get', 'serviceaccount', 'default'), 60_000)
  const identity: HttpOptions = { server: url, ca: authority.ca, credentials: async () => ({ ...admin }) }
  const transport = httpTransport(identity)
  begun.defer(() => transport.close())
  const all = begun.move()
  return {
    name,
    url,
    kubeconfig,
    identity,
    client: createClient(transport),
    get server() {
      return server
    },
    writes: () => writesIn(dir),
    restart: async () => {
      await server.kill()
      server = serve()
      await ready(server)
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}
