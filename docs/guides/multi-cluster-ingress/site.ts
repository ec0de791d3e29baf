import { createPrivateKey, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import {
  type EndpointSlice,
  endpointsOf,
  type IngressBackend,
  isReadyEndpoint,
  type Key,
  keyOf,
  keyText,
  type MultiClusterIngress,
  type Service,
} from '@flotilla/sdk'
import type { Backend, Certificate, Route, Server, Site } from './haproxy.ts'

/** What a Secret of type `kubernetes.io/tls` holds. */
export interface Pair {
  readonly cert: string
  readonly key: string
}

/** What is known of Services, and of where they run. */
export interface World {
  /** Whether the proxy listens for TLS. */
  readonly hasTls: boolean
  pair(secret: Key): Pair | undefined
  service(key: Key): Service | undefined
  /** The EndpointSlices of a Service in each cluster that may get traffic. */
  slices(key: Key): readonly EndpointSlice[]
}

/** Why an ingress, or a part of it, is not served. */
export interface Problem {
  readonly reason: string
  readonly message: string
}

/** What of an ingress the proxy serves. */
export interface Judgement {
  readonly ingress: MultiClusterIngress
  /** Nothing of it is served. */
  readonly refused?: Problem
  /** Backends that answer 503, certificates that are not shown. */
  readonly unresolved?: Problem
}

const safePath = /^\/[A-Za-z0-9/._~!$&()*+,;=:@%-]*$/
const safeHost = /^(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/
const safeName = /^[a-z0-9-]*$/

type Leading = Omit<Route, 'backend'> & { readonly to: IngressBackend }

const routesOf = ({ spec }: MultiClusterIngress): readonly Leading[] =>
  (spec?.rules ?? []).flatMap(({ host = '', http }) =>
    (http?.paths ?? []).map(({ path = '/', pathType, backend }) => {
      return { host, path, isExact: pathType === 'Exact', to: backend }
    }),
  )

const backendsOf = (ingress: MultiClusterIngress): readonly IngressBackend[] => {
  const { defaultBackend } = ingress.spec ?? {}
  return [...routesOf(ingress).map(({ to }) => to), ...(defaultBackend ? [defaultBackend] : [])]
}

/** Whatever is not plainly a path, a host or a name never gets into a config file. */
function malformed(ingress: MultiClusterIngress, world: World): string | undefined {
  const routes = routesOf(ingress)
  const { tls = [] } = ingress.spec ?? {}
  const hosts = [...routes.flatMap(({ host }) => host || []), ...tls.flatMap(({ hosts = [] }) => hosts)]
  const host = hosts.find((each) => !safeHost.test(each))
  const path = routes.find((route) => !safePath.test(route.path))?.path
  const names = backendsOf(ingress).flatMap(({ service }) => [service?.name ?? '', service?.port?.name ?? ''])
  const name = names.find((each) => !safeName.test(each))
  if (host !== undefined) return `host ${JSON.stringify(host)} is not a lower case name`
  if (path !== undefined)
    return `path ${JSON.stringify(path)} has letters that a path of a URL has not; write them as %XX`
  if (name !== undefined) return `${JSON.stringify(name)} is not the name of a Service or of a port`
  if (tls.length > 0 && !world.hasTls) return 'tls is not served by this proxy: its option `tls` does not say where'
  const resource = backendsOf(ingress).find(({ resource }) => resource)?.resource
  return resource && `backend ${resource.kind} ${resource.name} is no Service; only Services are served`
}

const asked = ({ host, path, isExact }: Leading): string => `${isExact ? 'Exact' : 'Prefix'} ${host || '*'}${path}`

const age = ({ metadata: { creationTimestamp = '', namespace = '', name } }: MultiClusterIngress): string =>
  `${creationTimestamp}|${namespace}/${name}`

const portOf = ({ spec }: Service, { name, number }: { name?: string; number?: number } = {}) =>
  spec?.ports?.find((port) => (name ? port.name === name : port.port === number))

const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** A certificate with its chain and its key, written anew: whatever else stands in a Secret never gets into a file. */
function pemOf({ cert, key }: Pair): string | undefined {
  const chain = (cert.match(block) ?? []).map((text) => new X509Certificate(text))
  const secret = createPrivateKey(key)
  if (!chain[0]?.checkPrivateKey(secret)) return undefined
  return `${chain.map(String).join('')}${secret.export({ type: 'pkcs8', format: 'pem' })}`
}

/** What is shown of a Secret, or why nothing is. */
function certificateIn(world: World, namespace: string, name: string): { readonly pem: string } | string {
  const pair = world.pair({ namespace, name })
  if (!pair) return `there is no Secret ${name} with tls.crt and tls.key`
  try {
    const pem = pemOf(pair)
    return pem ? { pem } : `the key in Secret ${name} is not that of its certificate`
  } catch {
    return `Secret ${name} has no certificate and key that can be read`
  }
}

const secretsOf = ({ metadata: { namespace = '' }, spec }: MultiClusterIngress) =>
  (spec?.tls ?? []).flatMap(({ hosts = [], secretName }) =>
    secretName ? [{ namespace, name: secretName, hosts }] : [],
  )

const certificatesOf = (world: World, ingress: MultiClusterIngress): readonly Certificate[] =>
  secretsOf(ingress).flatMap(({ namespace, name, hosts }) => {
    const found = certificateIn(world, namespace, name)
    return typeof found === 'string' ? [] : [{ hosts, ...found }]
  })

function unresolvedIn(world: World, ingress: MultiClusterIngress): Problem | undefined {
  const backends = missingIn(world, ingress)
  if (backends) return { reason: 'BackendNotFound', message: backends }
  const problems = secretsOf(ingress).map(({ namespace, name }) => certificateIn(world, namespace, name))
  const message = problems.find((each) => typeof each === 'string')
  return message ? { reason: 'InvalidCertificateRef', message } : undefined
}

const missingIn = (world: World, ingress: MultiClusterIngress): string | undefined => {
  const missing = backendsOf(ingress).flatMap(({ service: wanted }) => {
    if (!wanted) return []
    const found = world.service({ namespace: ingress.metadata.namespace ?? '', name: wanted.name })
    if (!found) return [`there is no Service ${wanted.name}`]
    const { name, number } = wanted.port ?? {}
    return portOf(found, wanted.port) ? [] : [`Service ${wanted.name} has no port ${name ?? number}`]
  })
  return missing.length > 0 ? [...new Set(missing)].join('; ') : undefined
}

/** The oldest ingress has what two of them want. */
export function judge(ingresses: readonly MultiClusterIngress[], world: World): readonly Judgement[] {
  const taken = new Map<string, MultiClusterIngress>()
  const oldestFirst = ingresses.toSorted((a, b) => (age(a) < age(b) ? -1 : 1))
  return oldestFirst.map((ingress): Judgement => {
    const wrong = malformed(ingress, world)
    if (wrong) return { ingress, refused: { reason: 'Invalid', message: wrong } }
    const wanted = routesOf(ingress).map(asked)
    const clash = wanted.find((each) => taken.has(each))
    const owner = clash && taken.get(clash)
    if (owner) return { ingress, refused: { reason: 'Conflict', message: `${clash} is of MultiClusterIngress ${keyText(keyOf(owner))}, which is older` } } // biome-ignore format: one line
    for (const each of wanted) taken.set(each, ingress)
    const unresolved = unresolvedIn(world, ingress)
    return { ingress, ...(unresolved && { unresolved }) }
  })
}

const serversOf = (slice: EndpointSlice, portName: string): readonly Server[] => {
  const port = slice.ports?.find(({ name = '' }) => name === portName)?.port
  if (port === undefined) return []
  const addresses = endpointsOf(slice)
    .filter(isReadyEndpoint)
    .map(({ addresses: [first = ''] }) => first)
  return addresses.filter((address) => isIP(address) !== 0).map((address) => ({ address, port }))
}

/** A backend is named after the Service and its port, so that two ingresses share it. */
const nameOf = (namespace: string, { name, port }: { name: string; port?: { name?: string; number?: number } }) =>
  `${namespace}:${name}:${port?.name ?? port?.number ?? ''}`

function backendOf(world: World, namespace: string, { service }: IngressBackend): Backend | undefined {
  if (!service) return undefined
  const key = { namespace, name: service.name }
  const found = world.service(key)
  const port = found && portOf(found, service.port)
  const servers = port ? world.slices(key).flatMap((slice) => serversOf(slice, port.name ?? '')) : []
  return { name: nameOf(namespace, service), servers }
}

/** What the proxy is to serve of all ingresses. */
export function siteOf(judged: readonly Judgement[], world: World): Site {
  const served = judged.filter(({ refused }) => !refused).map(({ ingress }) => ingress)
  const of = (ingress: MultiClusterIngress, backend: IngressBackend) =>
    backendOf(world, ingress.metadata.namespace ?? '', backend)
  const backends = served.flatMap((ingress) => backendsOf(ingress).flatMap((each) => of(ingress, each) ?? []))
  const routes = served.flatMap((ingress) =>
    routesOf(ingress).flatMap(({ to, ...route }) => {
      const backend = of(ingress, to)?.name
      return backend ? [{ ...route, backend }] : []
    }),
  )
  const owner = served.find(({ spec }) => spec?.defaultBackend)
  const otherwise = owner?.spec?.defaultBackend && of(owner, owner.spec.defaultBackend)?.name
  const once = new Map(backends.map((backend) => [backend.name, backend]))
  const certificates = served.flatMap((ingress) => certificatesOf(world, ingress))
  return { routes, backends: [...once.values()], certificates, ...(otherwise && { otherwise }) }
}
