import { faultOf } from '@flotilla/kube'
import { type Condition, deepEqual, findCondition, type Log, type Manifest } from '@flotilla/sdk'
import { Queue } from '../controller/queue.ts'
import type { Requests } from '../controller/requests.ts'
import { apiVersionOf } from '../registry/registry.ts'
import type { Change } from '../store/change.ts'
import { timestamp } from '../target.ts'
import { type ApiService, addressOf, apiServices, available, local } from './api-service.ts'
import { ask } from './ask.ts'
import { obstacleTo, passed, unanswered, type Verdict } from './availability.ts'
import { type Delegate, rootOf } from './delegate.ts'
import { discover, type Findings } from './discovery.ts'
import { type Abroad, Extension, unavailable } from './extension.ts'
import type { Foreign } from './foreign.ts'

const collection = '/apis/apiregistration.k8s.io/v1/apiservices'

/** Kubernetes looks as often whether others are still there. */
const lookMs = 30_000
/** And so often at what they have. */
const knownMs = 60_000

const groupVersionOf = ({ spec: { group = '', version } }: ApiService) => ({ group, version })

const isAvailable = ({ status }: ApiService): boolean => findCondition(status?.conditions, available)?.status === 'True'

const isSaid = (found: Condition | undefined, { status, reason, message }: Verdict): boolean =>
  found?.status === status && found.reason === reason && found.message === message

/** An API server that is reached by an APIService, and what is known of it. */
interface Remote {
  readonly service: ApiService
  readonly extension: Extension
  readonly answer: Delegate
  readonly findings?: Findings
  /** When it was last asked for them. */
  readonly asked?: number
}

interface Surroundings extends Abroad {
  readonly now: () => Date
  readonly log: Log
}

/**
 * Knows the API servers that APIServices lead to: looks whether they are there, says so, and asks them what they have. Where there are
 * none it does nothing.
 */
export class Remotes {
  readonly #around: Surroundings
  readonly #remotes = new Map<string, Remote>()
  readonly #queue: Queue
  readonly #stop: () => void
  #requests: Requests | undefined
  #timer: NodeJS.Timeout | undefined
  #generation = 0

  constructor(around: Surroundings) {
    this.#around = around
    this.#queue = new Queue({
      workers: 8,
      step: (name) => this.#settle(name),
      onError: (error, name) => around.log.debug('an API server is not available', { name, error }),
    })
    this.#stop = around.objects.listen((change) => this.#hear(change))
  }

  /** Grows with every change of what is listed. */
  get generation(): number {
    return this.#generation
  }

  /** How many there are. */
  get size(): number {
    return this.#remotes.size
  }

  /** Begins to look, and to say in their status, what is with them. */
  start(requests: Requests): void {
    this.#requests = requests
    for (const object of this.#around.objects.list(apiServices)) this.#meet(asService(object))
  }

  async close(): Promise<void> {
    this.#stop()
    clearInterval(this.#timer)
    const closing = this.#queue.close()
    for (const { extension } of this.#remotes.values()) extension.close()
    await closing
  }

  /** Who answers for a version of a group: `apps/v1`. */
  at(groupVersion: string): Delegate | undefined {
    return this.#remotes.get(groupVersion)?.answer
  }

  list(): readonly Foreign[] {
    return [...this.#remotes.values()].map(({ service, findings, answer }) => ({
      ...groupVersionOf(service),
      priority: { group: service.spec.groupPriorityMinimum, version: service.spec.versionPriority },
      answer,
      ...(isAvailable(service) && findings ? findings : { isStale: true, resources: [] }),
    }))
  }

  #hear({ resource, type, object, before, namespace }: Change): void {
    if (resource === apiServices) {
      if (type === 'DELETED') this.#forget(apiVersionOf(groupVersionOf(asService(object))))
      else this.#meet(asService(object), before && asService(before))
    } else if (this.#remotes.size > 0 && leading.has(resource)) this.#look(namespace)
  }

  /** Looks at those behind the Services of a namespace, or at all. */
  #look(namespace?: string): void {
    for (const { service } of this.#remotes.values()) {
      if (namespace === undefined || service.spec.service?.namespace === namespace)
        this.#queue.add(service.metadata.name)
    }
  }

  #meet(service: ApiService, before?: ApiService): void {
    const groupVersion = apiVersionOf(groupVersionOf(service))
    const known = this.#remotes.get(groupVersion)
    if (service.spec.service === undefined) {
      this.#forget(groupVersion)
      if (!service.status?.conditions) this.#queue.add(service.metadata.name)
      return
    }
    if (known && deepEqual(known.service.spec, service.spec)) this.#keep(groupVersion, { ...known, service })
    else this.#reach(groupVersion, service, service.spec.service)
    if (before?.spec !== service.spec) this.#queue.add(service.metadata.name)
  }

  #reach(groupVersion: string, service: ApiService, of: NonNullable<ApiService['spec']['service']>): void {
    this.#remotes.get(groupVersion)?.extension.close()
    const extension = new Extension(this.#around, service.spec, of)
    const answer: Delegate = (request) => {
      const now = this.#remotes.get(groupVersion)
      return now && isAvailable(now.service) ? extension.answer(request) : unavailable
    }
    this.#keep(groupVersion, { service, extension, answer })
    this.#timer ??= setInterval(() => this.#look(), lookMs).unref()
  }

  #keep(groupVersion: string, remote: Remote): void {
    this.#remotes.set(groupVersion, remote)
    this.#generation += 1
  }

  #forget(groupVersion: string): void {
    this.#remotes.get(groupVersion)?.extension.close()
    if (!this.#remotes.delete(groupVersion)) return
    this.#generation += 1
    if (this.#remotes.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  async #settle(name: string): Promise<void> {
    const found = this.#around.objects.newest(addressOf(name))
    if (!found) return
    const service = asService(found)
    const remote = this.#remotes.get(apiVersionOf(groupVersionOf(service)))
    if (!remote) return service.spec.service ? undefined : this.#say(service, local)
    const verdict = await this.#judge(remote)
    if (!this.#isStill(remote)) return // what was reached is another one now, which is looked at by itself
    await this.#say(service, verdict)
    if (verdict === passed) await this.#discover(remote)
    if (verdict.reason === 'FailedDiscoveryCheck') throw new Error(verdict.message) // and is looked at again, soon at first
  }

  #isStill({ service, extension }: Remote): boolean {
    return this.#remotes.get(apiVersionOf(groupVersionOf(service)))?.extension === extension
  }

  async #judge({ service, extension }: Remote): Promise<Verdict> {
    const { objects, locate } = this.#around
    const { service: of } = service.spec
    if (!of) return local
    const { namespace, name, port = 443 } = of
    const obstacle = locate?.({ namespace, name, port }) ? undefined : obstacleTo(objects, of)
    if (obstacle) return obstacle
    const path = rootOf(groupVersionOf(service))
    const url = `${extension.place()}${path}`
    try {
      const { code } = await ask((request) => extension.send(request), path)
      return code < 300 ? passed : unanswered(url, `bad status from ${url}: ${code}`)
    } catch (error) {
      return unanswered(url, `Get "${url}": ${faultOf(error)}`)
    }
  }

  async #say(service: ApiService, verdict: Verdict): Promise<void> {
    const before = findCondition(service.status?.conditions, available)
    if (isSaid(before, verdict)) return
    const isTurn = before?.status !== verdict.status
    const lastTransitionTime = isTurn ? timestamp(this.#around.now()) : before?.lastTransitionTime
    const others = (service.status?.conditions ?? []).filter(({ type }) => type !== available)
    const conditions = [...others, { type: available, ...verdict, lastTransitionTime }]
    const { name, uid } = service.metadata
    await this.#requests?.patch(`${collection}/${name}/status`, { metadata: { uid }, status: { conditions } })
  }

  async #discover(remote: Remote): Promise<void> {
    const { service, extension, findings, asked = 0 } = remote
    const now = this.#around.now().getTime()
    if (findings && now - asked < knownMs) return
    const groupVersion = apiVersionOf(groupVersionOf(service))
    const found = await discover((request) => extension.send(request), groupVersionOf(service))
    const current = this.#remotes.get(groupVersion)
    if (!current || !this.#isStill(remote)) return
    if (deepEqual(found, findings)) this.#remotes.set(groupVersion, { ...current, asked: now })
    else this.#keep(groupVersion, { ...current, findings: found, asked: now })
  }
}

/** Only they are kept under the name, and they were validated when written. */
const asService = (object: Manifest): ApiService => object as ApiService

/** Where what leads to others is kept. */
const leading: ReadonlySet<string> = new Set(['services', 'endpoints', 'endpointslices.discovery.k8s.io'])
