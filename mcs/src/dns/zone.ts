import { type Index, type Key, keyText, type Metrics, parseKey, type Store } from '@flotilla/sdk'
import { derivedName, type ImportFacts, importOf, type ServiceFacts, type SliceFacts } from './facts.ts'
import { namesOf } from './names.ts'
import { type Node, nodeOf, type RecordSet, type Zone } from './record.ts'

export interface ZoneOptions {
  readonly domain: string
  /** Seconds for which an answer holds. */
  readonly ttl: number
  /** Seconds for which it holds that there is no such name. */
  readonly negativeTtl: number
  /** Where those are who ask, in the words of `topology.kubernetes.io/zone`: they hear of what is near. */
  readonly topologyZone?: string
  readonly now: () => Date
}

type Nodes = ReadonlyMap<string, Node>

const none: Nodes = new Map()
const isReverse = (name: string): boolean => name.endsWith('.arpa')

/** Several Services with one address: who looks it up hears of all. */
function together(name: string, nodes: readonly Node[]): Node {
  const [first] = nodes
  if (nodes.length === 1 && first) return first
  const sets = nodes.flatMap((node) => node.sets.flatMap((set) => (set.type === 'PTR' ? [set] : [])))
  const data = [...new Set(sets.flatMap((set) => set.data))]
  return nodeOf(name, sets[0] ? [{ ...sets[0], data }] : [])
}

/** All names of a domain, kept Service by Service. */
export class ServiceZone implements Zone {
  readonly domain: string
  readonly #options: ZoneOptions
  readonly #nodes = new Map<string, Node>()
  readonly #services = new Map<string, Nodes>()
  /** How many Services a namespace has: without any it is not a name. */
  readonly #spaces = new Map<string, number>()
  /** Whose an address is: it may be that of several Services. */
  readonly #reverse = new Map<string, Map<string, Node>>()
  #authority: RecordSet

  constructor(options: ZoneOptions) {
    const { domain } = options
    this.domain = domain
    this.#options = options
    this.#authority = this.#authorityNow()
    this.#nodes.set(`svc.${domain}`, nodeOf(`svc.${domain}`, []))
    this.#renew()
  }

  get authority(): RecordSet {
    return this.#authority
  }

  /** How many Services have names. */
  get size(): number {
    return this.#services.size
  }

  find(name: string): Node | undefined {
    return this.#nodes.get(name)
  }

  /** Makes these the names of a Service. */
  set(key: Key, nodes: Nodes): void {
    const text = keyText(key)
    const before = this.#services.get(text) ?? none
    for (const name of before.keys()) if (!nodes.has(name)) this.#remove(name, text)
    for (const [name, node] of nodes) this.#put(name, node, text)
    if (nodes.size > 0) this.#services.set(text, nodes)
    else this.#services.delete(text)
    this.#count(key.namespace ?? '', Math.sign(nodes.size) - Math.sign(before.size))
    this.#renew()
  }

  #put(name: string, node: Node, service: string): void {
    if (!isReverse(name)) this.#nodes.set(name, node)
    else this.#share(name, (this.#reverse.get(name) ?? new Map<string, Node>()).set(service, node))
  }

  #remove(name: string, service: string): void {
    if (!isReverse(name)) this.#nodes.delete(name)
    else {
      const sharers = this.#reverse.get(name) ?? new Map<string, Node>()
      sharers.delete(service)
      this.#share(name, sharers)
    }
  }

  #share(name: string, sharers: Map<string, Node>): void {
    if (sharers.size === 0) {
      this.#reverse.delete(name)
      this.#nodes.delete(name)
      return
    }
    this.#reverse.set(name, sharers)
    this.#nodes.set(name, together(name, [...sharers.values()]))
  }

  #count(namespace: string, more: number): void {
    if (more === 0) return
    const name = `${namespace}.svc.${this.domain}`
    const count = (this.#spaces.get(name) ?? 0) + more
    this.#spaces.set(name, count)
    if (count === more) this.#nodes.set(name, nodeOf(name, []))
    if (count > 0) return
    this.#spaces.delete(name)
    this.#nodes.delete(name)
  }

  /** The serial is the second of the last change: it grows across restarts, too. */
  #authorityNow(): RecordSet {
    const { domain, negativeTtl, now } = this.#options
    const serial = Math.floor(now().getTime() / 1000) >>> 0
    const [refresh, retry, expire] = [7200, 1800, 86_400]
    const data = { mname: `ns.dns.${domain}`, rname: `hostmaster.${domain}`, serial, refresh, retry, expire }
    return Object.freeze({ name: domain, type: 'SOA', ttl: negativeTtl, data: [{ ...data, minimum: negativeTtl }] })
  }

  #renew(): void {
    const { domain, ttl } = this.#options
    const serverSet: RecordSet = { name: domain, type: 'NS', ttl, data: [`ns.dns.${domain}`] }
    this.#authority = this.#authorityNow()
    this.#nodes.set(domain, nodeOf(domain, [this.#authority, serverSet]))
  }
}

/** The caches of a cluster a zone follows from. */
export interface ZoneStores {
  readonly imports: Store<ImportFacts>
  readonly slices: Store<SliceFacts>
  readonly services: Store<ServiceFacts>
}

const textOf = (namespace: string | undefined, name: string): string => keyText({ namespace: namespace ?? '', name })

const ofService: Index<SliceFacts> = {
  name: 'imported service',
  values: ({ service, metadata }) => (service ? [textOf(metadata.namespace, service)] : []),
}

/** Keeps a zone as its caches are. Many changes at once, such as a first list, make each Service's names once. */
export function keepZone(zone: ServiceZone, stores: ZoneStores, options: ZoneOptions & { readonly metrics: Metrics }) {
  const { imports, slices, services } = stores
  const gauge = options.metrics.gauge({ name: 'flotilla_dns_services', help: 'Imported Services that have names' })
  const touched = new Set<string>()

  const make = (text: string): Nodes => {
    const key = parseKey(text)
    const service = imports.get(key)
    if (!service) return none
    const derived = services.get({ ...key, name: derivedName(key.name) })
    return namesOf({ service, derivedIps: derived?.ips ?? [], slices: slices.by(ofService, text) }, options)
  }
  const flush = (): void => {
    for (const text of touched) zone.set(parseKey(text), make(text))
    touched.clear()
    gauge.set(zone.size)
  }
  const touch = (namespace: string | undefined, name: string): void => {
    if (!name) return
    if (touched.size === 0) queueMicrotask(flush)
    touched.add(textOf(namespace, name))
  }

  slices.listen(({ before, after }) => {
    for (const slice of [before, after]) if (slice) touch(slice.metadata.namespace, slice.service)
  })
  services.listen(({ before, after }) => {
    for (const service of [before, after])
      if (service) touch(service.metadata.namespace, importOf(service.metadata.name))
  })
  imports.listen(({ before, after }) => {
    const service = after ?? before
    if (service) touch(service.metadata.namespace, service.metadata.name)
  })
  return Promise.all([imports.synced, slices.synced, services.synced])
}
