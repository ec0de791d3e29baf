import { isIPv4, isIPv6 } from 'node:net'
import type { SrvData } from 'dns-packet'
import type { EndpointFacts, ImportFacts, Port, SliceFacts } from './facts.ts'
import { type Node, nodeOf, type RecordSet } from './record.ts'

/** An imported Service with all that its names follow from. */
export interface Imported {
  readonly service: ImportFacts
  /** Of the Service that stands for it, where there is one. */
  readonly derivedIps: readonly string[]
  readonly slices: readonly SliceFacts[]
}

export interface Domain {
  readonly domain: string
  readonly ttl: number
  /** Where those are who ask, in the words of `topology.kubernetes.io/zone`. */
  readonly topologyZone?: string
}

/** A domain name has so many characters at most. */
const longestName = 253

const isName = (name: string): boolean =>
  name.length <= longestName && /^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/.test(name)

const familyOf = (address: string): 'A' | 'AAAA' | undefined => {
  if (isIPv4(address)) return 'A'
  return isIPv6(address) && !address.includes('%') ? 'AAAA' : undefined
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): readonly string[] {
  const dotted = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)
  const pair = (high = '0', low = '0') => ((Number(high) << 8) | Number(low)).toString(16)
  const text = dotted
    ? `${address.slice(0, dotted.index)}${pair(dotted[1], dotted[2])}:${pair(dotted[3], dotted[4])}`
    : address
  const [head = '', tail] = text.split('::')
  const [before, after] = [head, tail ?? ''].map((part) => (part ? part.split(':') : [])) as [string[], string[]]
  return tail === undefined ? before : [...before, ...Array(8 - before.length - after.length).fill('0'), ...after]
}

/** The name under which an address is looked up. */
export function reverseName(address: string): string {
  if (isIPv4(address)) return `${address.split('.').reverse().join('.')}.in-addr.arpa`
  const digits = groupsOf(address.toLowerCase()).map((group) => group.padStart(4, '0'))
  return `${[...digits.join('')].reverse().join('.')}.ip6.arpa`
}

/** A set of records while it is gathered. */
interface Gathered {
  readonly name: string
  readonly type: RecordSet['type']
  readonly ttl: number
  readonly data: (string | SrvData)[]
}

/** All ports alike, as CoreDNS has it. */
const weighed = (set: Gathered): Gathered => {
  const weight = Math.max(1, Math.floor(100 / set.data.length))
  return { ...set, data: set.data.map((each) => ({ ...(each as SrvData), weight })) }
}

/** Names and their records while they are gathered, each record once. */
class Draft {
  readonly #names = new Map<string, Gathered[]>()
  readonly #seen = new Set<string>()
  readonly #below: string
  readonly #ttl: number

  constructor(below: string, ttl: number) {
    this.#below = below
    this.#ttl = ttl
  }

  address(name: string, address: string): void {
    const family = familyOf(address)
    if (family && isName(name)) this.#add(name, family, address, address)
  }

  reverse(address: string, target: string): void {
    if (familyOf(address) && isName(target)) this.#add(reverseName(address), 'PTR', target, target)
  }

  port({ name, protocol, port }: Port, target: string): void {
    const owner = `_${name}._${protocol}.${this.#below}`.toLowerCase()
    if (name && isName(owner) && isName(target))
      this.#add(owner, 'SRV', `${port} ${target}`, { priority: 0, weight: 0, port, target })
  }

  /** A name that is there, whether or not it has anything. What lies between it and the Service exists, too. */
  name(name: string): Gathered[] {
    const known = this.#names.get(name)
    if (known) return known
    const made: Gathered[] = []
    this.#names.set(name, made)
    const above = name.slice(name.indexOf('.') + 1)
    if (above.endsWith(`.${this.#below}`)) this.name(above)
    return made
  }

  #add(name: string, type: RecordSet['type'], key: string, data: string | SrvData): void {
    const text = `${name} ${key}`
    if (this.#seen.has(text)) return
    this.#seen.add(text)
    const sets = this.name(name)
    const known = sets.find((set) => set.type === type)
    if (known) known.data.push(data)
    else sets.push({ name, type, ttl: this.#ttl, data: [data] })
  }

  nodes(): ReadonlyMap<string, Node> {
    const finished = (set: Gathered) => (set.type === 'SRV' ? weighed(set) : set) as RecordSet // `#add` is told which goes with which
    return new Map([...this.#names].map(([name, sets]) => [name, nodeOf(name, sets.map(finished))]))
  }
}

type Placed = EndpointFacts & { readonly cluster: string; readonly ports: readonly Port[] }

/** Those that are ready; when none is, those that still answer until they end. */
function healthy(slices: readonly SliceFacts[]): readonly Placed[] {
  const all = slices.flatMap(({ endpoints, cluster, ports }) =>
    endpoints.map((endpoint) => ({ ...endpoint, cluster: cluster.toLowerCase(), ports })),
  )
  const ready = all.filter(({ isReady }) => isReady)
  return ready.length > 0 ? ready : all.filter(({ isServing }) => isServing)
}

/** Those that are meant for a zone, as kube-proxy has it: all, when one is without hints or none is meant for it. */
function meantFor(topologyZone: string | undefined, endpoints: readonly Placed[]): readonly Placed[] {
  if (!topologyZone || endpoints.some(({ forZones }) => forZones.length === 0)) return endpoints
  const near = endpoints.filter(({ forZones }) => forZones.includes(topologyZone))
  return near.length > 0 ? near : endpoints
}

/** An endpoint without a host name is called by its address. */
const hostOf = ({ hostname }: Placed, address: string): string =>
  hostname.toLowerCase() || address.replace(/[.:]/g, '-')

/** An endpoint by its address: together with the others, with those of its cluster, and alone. */
function addEndpoint(draft: Draft, name: string, endpoint: Placed, address: string): void {
  const home = endpoint.cluster ? `${endpoint.cluster}.${name}` : name
  const own = `${hostOf(endpoint, address)}.${home}`
  for (const each of [name, home, own]) draft.address(each, address)
  draft.reverse(address, own)
  for (const port of endpoint.ports) draft.port(port, own)
}

function addEndpoints(draft: Draft, name: string, endpoints: readonly Placed[]): void {
  for (const endpoint of endpoints)
    for (const address of endpoint.addresses) if (familyOf(address)) addEndpoint(draft, name, endpoint, address)
}

function addService(draft: Draft, name: string, ips: readonly string[], ports: readonly Port[]): void {
  for (const ip of ips) {
    draft.address(name, ip)
    draft.reverse(ip, name)
  }
  for (const port of ports) draft.port(port, name)
}

/** The first address that is there: that of the import, that of the Service that stands for it. */
function ipsOf({ service, derivedIps }: Imported): readonly string[] {
  if (service.isHeadless) return []
  const own = service.ips.filter(familyOf)
  return own.length > 0 ? own : derivedIps.filter(familyOf)
}

/**
 * All names of an imported Service. One that has an address of its own is known by that; a headless one, and one that has no
 * address yet, by its endpoints.
 */
export function namesOf(imported: Imported, { domain, ttl, topologyZone }: Domain): ReadonlyMap<string, Node> {
  const { metadata, ports, isHeadless } = imported.service
  const name = `${metadata.name}.${metadata.namespace}.svc.${domain}`
  if (metadata.name.includes('.') || !isName(name)) return new Map() // it would be a name of another Service
  const draft = new Draft(name, ttl)
  draft.name(name)
  const ips = ipsOf(imported)
  const endpoints = healthy(imported.slices)
  if (ips.length > 0) addService(draft, name, ips, ports)
  else if (isHeadless)
    addEndpoints(draft, name, endpoints) // who asks for one of these wants to know all
  else addEndpoints(draft, name, meantFor(topologyZone, endpoints))
  return draft.nodes()
}
