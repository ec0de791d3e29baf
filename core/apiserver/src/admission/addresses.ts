import { randomInt } from 'node:crypto'
import type { Manifest, StatusCause } from '@flotilla/sdk'
import { familyOf, inRange } from '../builtin/ip.ts'
import { hasNodePorts, type Service, type ServicePort, type ServiceSpec } from '../builtin/service-spec.ts'
import { isDryRun } from '../dry-run.ts'
import { cause } from '../schema/causes.ts'
import { refusal } from '../status.ts'
import type { Objects } from '../store/objects.ts'
import type { Call } from '../target.ts'

/** What Services are given. */
export interface ServiceOptions {
  /** The addresses of Services inside the cluster: `10.96.0.0/16`. */
  readonly range: string
  /** The first and the last port of the nodes. By default 30000 and 32767. */
  readonly nodePorts?: readonly [first: number, last: number]
}

const bytes = (address: string): number => address.split('.').reduce((number, part) => number * 256 + Number(part), 0)

const addressOf = (number: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.')

const field = 'spec.clusterIPs'

/** The port, and which protocols have it: two Services may share one that way. */
const portKey = ({ nodePort, protocol = 'TCP' }: ServicePort): string => `${nodePort}/${protocol}`

/** Who else has what. */
interface Taken {
  readonly addresses: ReadonlySet<string>
  readonly ports: ReadonlySet<string>
  readonly numbers: ReadonlySet<number>
  /** What is asked for is only tried. */
  readonly isTried: boolean
}

type Refuse = (wrong: StatusCause) => Error

/** One of a range that is not taken, from somewhere in the middle on; undefined when all are. */
function free(first: number, last: number, isTaken: (number: number) => boolean): number | undefined {
  const size = last - first + 1
  const start = randomInt(size)
  for (let i = 0; i < size; i += 1) {
    const number = first + ((start + i) % size)
    if (!isTaken(number)) return number
  }
  return undefined
}

/**
 * Gives Services their addresses and ports, in the very turn in which they are written, so that no two get the same. What is
 * taken is read from the Services themselves.
 */
export class Addresses {
  readonly #objects: Objects
  readonly #range: string
  readonly #first: number
  readonly #last: number
  readonly #ports: readonly [number, number]

  constructor(objects: Objects, { range, nodePorts = [30_000, 32_767] }: ServiceOptions) {
    const [base = '', bits = ''] = range.split('/')
    if (familyOf(base) !== 'IPv4' || !inRange(range, base)) throw new Error(`no range of addresses: ${range}`)
    this.#objects = objects
    this.#range = range
    this.#first = bytes(base) + 2 // the first is that of the API server itself
    this.#last = bytes(base) + 2 ** (32 - Number(bits)) - 2
    this.#ports = nodePorts
  }

  /** The object with all it needs. Throws 422 when it asks for what it cannot have. */
  assign(call: Call, object: Manifest): Manifest {
    if (call.served.id !== 'services' || call.subresource) return object
    const service = object as Service // its schema was checked
    const { spec } = service
    if (spec.type === 'ExternalName') return object
    const refuse: Refuse = (wrong) => refusal.invalid(call.served, object.metadata.name, [wrong])
    const taken = this.#taken(object.metadata.uid, isDryRun(call.request))
    const given = { ...this.#address(spec, taken, refuse), ...this.#nodePorts(spec, taken, refuse) }
    return Object.keys(given).length === 0 ? object : { ...object, spec: { ...spec, ...given } }
  }

  /** What is only tried takes nothing, and may ask for what others have. */
  #taken(uid: string | undefined, isTried: boolean): Taken {
    const services = isTried ? [] : (this.#objects.listNewest('services') as readonly Service[]) // as they were kept
    const others = services.filter(({ metadata }) => metadata.uid !== uid).map(({ spec }) => spec)
    const ports = others.flatMap(({ ports: found = [] }) => found.filter(({ nodePort }) => nodePort))
    const health = others.flatMap(({ healthCheckNodePort }) => healthCheckNodePort ?? [])
    return {
      isTried,
      addresses: new Set(others.flatMap(({ clusterIPs = [] }) => clusterIPs)),
      ports: new Set(ports.map(portKey)),
      numbers: new Set([...ports.map(({ nodePort = 0 }) => nodePort), ...health]),
    }
  }

  #address(spec: ServiceSpec, taken: Taken, refuse: Refuse): Partial<ServiceSpec> {
    const { clusterIP, clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = spec
    if (clusterIP === 'None') return {}
    const strange = ipFamilies.indexOf('IPv6')
    if (strange >= 0)
      throw refuse(cause.invalid(`spec.ipFamilies[${strange}]`, 'IPv6', 'not configured on this cluster'))
    if (ipFamilyPolicy === 'RequireDualStack') {
      const detail = 'this cluster is not configured for dual-stack services'
      throw refuse(cause.invalid('spec.ipFamilyPolicy', ipFamilyPolicy, detail))
    }
    if (!clusterIP) return this.#anyAddress(taken, refuse)
    const wrong = this.#why(clusterIP, taken)
    if (wrong) throw refuse(cause.invalid(field, clusterIPs, `failed to allocate IP ${clusterIP}: ${wrong}`))
    return {}
  }

  #anyAddress({ addresses }: Taken, refuse: Refuse): Partial<ServiceSpec> {
    const number = free(this.#first, this.#last, (each) => addresses.has(addressOf(each)))
    if (number === undefined) throw refuse(cause.invalid(field, [], 'failed to allocate an IP: range is full'))
    const clusterIP = addressOf(number)
    return { clusterIP, clusterIPs: [clusterIP] }
  }

  #why(address: string, { addresses }: Taken): string | undefined {
    if (!inRange(this.#range, address))
      return `the provided IP (${address}) is not in the valid range. The range of valid IPs is ${this.#range}`
    return addresses.has(address) ? 'provided IP is already allocated' : undefined
  }

  #nodePorts(spec: ServiceSpec, taken: Taken, refuse: Refuse): Partial<ServiceSpec> {
    if (!hasNodePorts(spec)) return {}
    const isWanted = spec.type === 'NodePort' || spec.allocateLoadBalancerNodePorts !== false
    const numbers = new Set([...taken.numbers, ...(spec.ports ?? []).flatMap(({ nodePort }) => nodePort ?? [])])
    const ports = spec.ports?.map((each, i) => {
      const wrong = each.nodePort && !taken.isTried ? this.#whyPort(each, taken) : undefined
      if (wrong) throw refuse(cause.invalid(`spec.ports[${i}].nodePort`, each.nodePort, wrong))
      return each.nodePort || !isWanted ? each : { ...each, nodePort: this.#number(numbers, refuse) }
    })
    const isLocal = spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local'
    const health = isLocal && !spec.healthCheckNodePort && this.#number(numbers, refuse)
    return { ...(ports && { ports }), ...(health && { healthCheckNodePort: health }) }
  }

  #whyPort(each: ServicePort, { ports }: Taken): string | undefined {
    const [first, last] = this.#ports
    const { nodePort = 0 } = each
    if (nodePort < first || nodePort > last)
      return `provided port is not in the valid range. The range of valid ports is ${first}-${last}`
    return ports.has(portKey(each)) ? 'provided port is already allocated' : undefined
  }

  #number(numbers: Set<number>, refuse: Refuse): number {
    const [first, last] = this.#ports
    const number = free(first, last, (each) => numbers.has(each))
    if (number === undefined)
      throw refuse(cause.invalid('spec.ports', undefined, 'failed to allocate a nodePort: range is full'))
    numbers.add(number)
    return number
  }
}
