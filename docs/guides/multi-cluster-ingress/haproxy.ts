import { hash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { join } from 'node:path'

export interface Server {
  readonly address: string
  readonly port: number
}

/** What answers requests: a port of a Service, wherever it runs. */
export interface Backend {
  readonly name: string
  readonly servers: readonly Server[]
}

/** Which requests go to a backend. */
export interface Route {
  /** A name, one that begins with `*.`, or empty: any. */
  readonly host: string
  readonly path: string
  readonly isExact: boolean
  readonly backend: string
}

/** A certificate and its key, and the hosts it is shown for; by default those it names. */
export interface Certificate {
  readonly hosts: readonly string[]
  readonly pem: string
}

/** All the proxy has to know. */
export interface Site {
  readonly routes: readonly Route[]
  readonly backends: readonly Backend[]
  /** The backend of what no route is about. */
  readonly otherwise?: string
  readonly certificates?: readonly Certificate[]
}

/** Where the proxy listens, and has its files. */
export interface Place {
  readonly bind: string
  /** For TLS. */
  readonly tls?: string
  readonly directory: string
}

/** Files by their path. */
export type Files = ReadonlyMap<string, string>

const rank = (host: string): number => (host === '' ? 2 : host.startsWith('*.') ? 1 : 0)

const text = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)

/** The more it says, the earlier it is asked: a name before a star before any, exact before a prefix, the longest first. */
const narrowestFirst = (a: Route, b: Route): number =>
  rank(a.host) - rank(b.host) ||
  b.host.length - a.host.length ||
  text(a.host, b.host) ||
  Number(b.isExact) - Number(a.isExact) ||
  b.path.length - a.path.length ||
  text(a.path, b.path)

/** What makes a request one for a host. A star stands for one part of the name. */
function hostCondition(host: string): string {
  if (host === '') return ''
  if (!host.startsWith('*.')) return `{ var(txn.host) -m str '${host}' }`
  return `{ var(txn.host) -m reg '^[^.]+${host.slice(1).replaceAll('.', '\\.')}$' }`
}

/** A prefix is a prefix in whole parts: of /a are /a and /a/b, and not /ab. */
function pathConditions({ path, isExact }: Route): readonly string[] {
  if (isExact) return [`{ path -m str '${path}' }`]
  const parts = path.replace(/\/+$/, '')
  return parts === '' ? [''] : [`{ path -m str '${parts}' }`, `{ path -m beg '${parts}/' }`]
}

const use = (backend: string, ...conditions: readonly string[]): string => {
  const all = conditions.filter((condition) => condition !== '').join(' ')
  return all === '' ? `  use_backend ${backend} if TRUE` : `  use_backend ${backend} if ${all}`
}

const rulesOf = (route: Route): readonly string[] =>
  pathConditions(route).map((path) => use(route.backend, hostCondition(route.host), path))

/** A host that is named answers for itself: what none of its paths is about does not go where stars lead. */
function hostRules(routes: readonly Route[], otherwise: string): readonly string[] {
  const hosts = [...new Set(routes.map(({ host }) => host))]
  return hosts.flatMap((host) => [
    ...routes.filter((route) => route.host === host).flatMap(rulesOf),
    ...(host === '' ? [] : [use(otherwise, hostCondition(host))]),
  ])
}

const inOrder = (a: Server, b: Server): number => text(a.address, b.address) || a.port - b.port

const addressOf = ({ address, port }: Server): string =>
  isIPv6(address) ? `ipv6@${address}:${port}` : `ipv4@${address}:${port}`

/** A server that does not take connections is left alone until it does again. */
const serverLine = (server: Server, index: number): string =>
  `  server s${index} ${addressOf(server)} check inter 500ms fall 2 rise 1`

const backendLines = ({ name, servers }: Backend): readonly string[] => [
  '',
  `backend ${name}`,
  '  balance leastconn',
  '  option redispatch 1',
  ...servers.toSorted(inOrder).map(serverLine),
]

/** A file that is named after what is in it: another one has another name, so that the config says that it changed. */
const named = (directory: string, content: string, end: string) =>
  [join(directory, `${hash('sha256', content).slice(0, 16)}${end}`), content] as const

/** Certificates, and the list that says which host is shown which, the last of them. */
function certificateFiles({ certificates = [] }: Site, directory: string): readonly (readonly [string, string])[] {
  const files = certificates.map(({ pem }) => named(directory, pem, '.pem'))
  const lines = files.map(([path], index) => [path, ...(certificates[index]?.hosts ?? [])].join(' '))
  return files.length === 0 ? [] : [...files, named(directory, `${lines.join('\n')}\n`, '.list')]
}

function configText({ routes, backends, otherwise = 'nobody' }: Site, { bind, tls }: Place, list?: string): string {
  const lines = [
    'global',
    '  maxconn 4000',
    '  hard-stop-after 30s',
    '',
    'defaults',
    '  mode http',
    '  timeout connect 2s',
    '  timeout client 30s',
    '  timeout server 30s',
    '  retries 2',
    '',
    'frontend ingress',
    `  bind ${bind}`,
    ...(tls && list ? [`  bind ${tls} ssl crt-list ${list} alpn h2,http/1.1`] : []),
    '  option forwardfor',
    '  http-request set-header X-Forwarded-Proto %[ssl_fc,iif(https,http)]',
    '  http-request set-var(txn.host) req.hdr(host),field(1,:),lower',
    ...hostRules(routes.toSorted(narrowestFirst), otherwise),
    `  default_backend ${otherwise}`,
    '',
    'backend nobody',
    '  http-request return status 404',
    ...backends.toSorted((a, b) => text(a.name, b.name)).flatMap(backendLines),
  ]
  return `${lines.join('\n')}\n`
}

/** The config of the proxy, and the files it names. The same site gives the same text. */
export function configOf(site: Site, place: Place): { readonly config: string; readonly files: Files } {
  const files = certificateFiles(site, place.directory)
  return { config: configText(site, place, files.at(-1)?.[0]), files: new Map(files) }
}
