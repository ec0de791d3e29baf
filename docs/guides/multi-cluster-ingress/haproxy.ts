import { isIPv6 } from 'node:net'

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

/** All the proxy has to know. */
export interface Site {
  readonly routes: readonly Route[]
  readonly backends: readonly Backend[]
  /** The backend of what no route is about. */
  readonly otherwise?: string
}

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

/** The config file of the proxy. The same site gives the same text. */
export function configOf({ routes, backends, otherwise = 'nobody' }: Site, bind: string): string {
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
    '  option forwardfor',
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
