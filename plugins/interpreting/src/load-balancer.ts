import { type AggregatedStatusItem, deepEqual, type Manifest } from '@flotilla/sdk'
import { fields, list, number, type Reader, text } from './read.ts'
import { said } from './status.ts'

interface Port {
  readonly port: number
  readonly protocol?: string
  readonly error?: string
}

/** A way in from outside. */
interface Ingress {
  readonly hostname?: string
  readonly ip?: string
  readonly ipMode?: string
  readonly ports?: readonly Port[]
}

export interface LoadBalancerStatus {
  readonly loadBalancer?: { readonly ingress?: readonly Ingress[] }
}

/** A Service or an Ingress. */
export interface Exposed extends Manifest {
  readonly status?: LoadBalancerStatus
}

const port: Reader<Port> = (value) => {
  const { port, ...rest } = fields({ port: number, protocol: text, error: text })(value) ?? {}
  return port === undefined ? undefined : { port, ...rest }
}

const balanced = fields({
  loadBalancer: fields({ ingress: list(fields({ hostname: text, ip: text, ipMode: text, ports: list(port) })) }),
})

const ingressOf = ({ loadBalancer }: LoadBalancerStatus = {}): readonly Ingress[] => loadBalancer?.ingress ?? []

/** Whether there is a way in. */
export const isExposed = ({ status }: Exposed): boolean =>
  ingressOf(balanced(status)).some(({ hostname, ip }) => Boolean(hostname) || Boolean(ip))

const compare = <T extends string | number>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0)

const presentFirst = (a = '', b = ''): number => ((a === '') === (b === '') ? compare(a, b) : a === '' ? 1 : -1)

const inOrder = (a: Ingress, b: Ingress): number =>
  presentFirst(a.hostname, b.hostname) || compare(a.ip ?? '', b.ip ?? '') || presentFirst(a.ipMode, b.ipMode)

const portsInOrder = (a: Port, b: Port): number =>
  a.port - b.port || compare(a.protocol ?? '', b.protocol ?? '') || compare(a.error ?? '', b.error ?? '')

const address = ({ hostname = '', ip = '', ipMode = '' }: Ingress): string => [hostname, ip, ipMode].join(' ')

/** One of several that say the same address, with the ports of all. */
function joined(ingresses: readonly Ingress[]): Ingress {
  const [{ ports: _, ...first } = {}] = ingresses
  const ports = new Map(ingresses.flatMap(({ ports = [] }) => ports).map((port) => [JSON.stringify(port), port]))
  return ports.size > 0 ? { ...first, ports: [...ports.values()].sort(portsInOrder) } : first
}

/** The template with all ways into all members, each once and sorted. The same template when they are there already. */
export function aggregateIngress<T extends Exposed>(template: T, items: readonly AggregatedStatusItem[]): T {
  const all = said(items, balanced).flatMap(({ status }) => ingressOf(status))
  const byAddress = Map.groupBy(all, address)
  const ingress = [...byAddress.values()].map(joined).sort(inOrder)
  if (deepEqual(ingressOf(balanced(template.status)), ingress)) return template
  return { ...template, status: { loadBalancer: ingress.length > 0 ? { ingress } : {} } }
}
