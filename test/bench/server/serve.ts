import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import {
  type ApiServer,
  createApiServer,
  inProcessTransport,
  masters,
  openAuthority,
  serveHttps,
  sqliteStorage,
} from '@flotilla/apiserver'
import type { Transport } from '@flotilla/kube'
import { crds, type Log } from '@flotilla/sdk'
import { serveTasks } from './apart.ts'
import { namespace } from './loads.ts'
import { plain } from './plain.ts'
import type { Place } from './wire.ts'

const user = { name: 'jane', groups: ['developers'] }
const account = 'pipeline'

/** Whom the server knows: a person with a certificate, and a ServiceAccount with a token. */
export interface Places {
  readonly person: Place
  readonly account: Place
}

const api = 'rbac.authorization.k8s.io'

/** Binds a ClusterRole to both. */
const bound = (role: string): readonly [path: string, body: object] => [
  `/apis/${api}/v1/namespaces/${namespace}/rolebindings`,
  {
    apiVersion: `${api}/v1`,
    kind: 'RoleBinding',
    metadata: { name: role },
    roleRef: { apiGroup: api, kind: 'ClusterRole', name: role },
    subjects: [
      { kind: 'Group', apiGroup: api, name: 'developers' },
      { kind: 'ServiceAccount', name: account, namespace },
    ],
  },
]

const metadata = { name: 'policies' }
const rules = [{ apiGroups: ['policy.karmada.io'], resources: ['*'], verbs: ['*'] }]

/** Who may do what, as an administrator says it. */
const begin: readonly (readonly [path: string, body: object])[] = [
  ['/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }],
  [
    `/api/v1/namespaces/${namespace}/serviceaccounts`,
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account } },
  ],
  [`/apis/${api}/v1/clusterroles`, { apiVersion: `${api}/v1`, kind: 'ClusterRole', metadata, rules }],
  bound('edit'),
  bound('policies'),
]

/** What goes wrong is seen; a log of more would be measured too. */
const log: Log = {
  debug() {},
  info() {},
  warn() {},
  error: (...said) => console.error(...said),
  with: () => log,
}

const post = async (to: Transport, path: string, body: object) => {
  const answer = await to.send({ method: 'POST', path, body })
  if (answer.status < 300 || answer.status === 409) return answer.body
  throw new Error(`${path}: ${JSON.stringify(answer.body)}`)
}

const tokenFor = async (to: Transport): Promise<string> => {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} }
  return ((await post(to, path, body)) as { status: { token: string } }).status.token
}

/** A server as `flotilla up` has it, in a folder of its own. */
const serverIn = async (dir: string): Promise<ApiServer> => {
  const authority = await openAuthority({ dir: join(dir, 'pki') })
  return createApiServer({
    name: 'bench',
    storage: sqliteStorage({ path: join(dir, 'bench.db') }),
    access: { authority, tokenKey: await authority.key('tokens') },
    crds,
    log,
  })
}

const tlsIn = async (dir: string) => {
  const authority = await openAuthority({ dir: join(dir, 'pki') })
  const { ca } = authority
  const person = { ca, ...(await authority.client('jane', user)) }
  return { tls: { ca, ...(await authority.server()) }, person }
}

let close = async () => {}

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** Opens the server, and says how long that took, and of one core. */
async function open({ dir }: { dir: string }): Promise<Places & { seconds: number; cpu: number }> {
  const [start, before] = [performance.now(), cpuSeconds()]
  const server = await serverIn(dir)
  const { tls, person } = await tlsIn(dir)
  const listener = await serveHttps({ servers: [{ prefix: '/', server }], tls })
  const seconds = (performance.now() - start) / 1000
  const cpu = cpuSeconds() - before
  close = async () => {
    await listener.close()
    await server.close()
  }
  const to = inProcessTransport(server, { name: 'admin', groups: [masters] })
  for (const [path, body] of begin) await post(to, path, body)
  const { port } = listener
  const token = await tokenFor(to)
  return { person: { port, ...person }, account: { port, ca: person.ca, token }, seconds, cpu }
}

/** Opens what does nothing but speak HTTPS. */
async function openPlain({ dir, body }: { dir: string; body: string }): Promise<Place> {
  const { tls, person } = await tlsIn(dir)
  const opened = await plain({ tls, body })
  close = opened.close
  return { port: opened.port, ...person }
}

const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()

/** What the process has used since the last time it was asked. CPU in seconds, memory in MiB, the longest turn of the loop in ms. */
function use() {
  globalThis.gc?.()
  const { rss, heapUsed } = process.memoryUsage()
  const longest = delay.max / 1e6
  delay.reset()
  return { cpu: cpuSeconds(), resident: rss / 2 ** 20, heap: heapUsed / 2 ** 20, longest }
}

export const tasks = { open, openPlain, use, close: () => close() }

if (process.send) serveTasks(tasks)
