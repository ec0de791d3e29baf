import { deepEqual, type Log, type Manifest } from '@flotilla/sdk'
import { usedOf } from '../admission/quotas.ts'
import { textOf } from '../admission/usage.ts'
import type { Engine } from '../engine.ts'
import { isObject, readKeys } from '../registry/json-path.ts'
import type { Change } from '../store/change.ts'
import { Queue } from './queue.ts'
import type { Requests } from './requests.ts'

const resource = 'resourcequotas'

/** Milliseconds: what changes in between is counted at once. */
const pause = 100

const keyOf = ({ metadata: { namespace = '', name } }: Manifest): string => `${namespace}/${name}`

/** Says in the status of each ResourceQuota what is used of it. */
export class QuotaStatus {
  readonly #engine: Engine
  readonly #requests: Requests
  readonly #queue: Queue
  readonly #stop: () => void
  readonly #timers = new Map<string, NodeJS.Timeout>()

  constructor(engine: Engine, requests: Requests, log: Log) {
    this.#engine = engine
    this.#requests = requests
    this.#queue = new Queue({
      step: (key) => this.#count(key),
      onError: (error, quota) => log.warn('what is used of a quota is not counted', { quota, error }),
    })
    for (const quota of engine.objects.list(resource)) this.#queue.add(keyOf(quota))
    this.#stop = engine.objects.listen((change) => this.#hear(change))
  }

  async close(): Promise<void> {
    this.#stop()
    for (const timer of this.#timers.values()) clearTimeout(timer)
    await this.#queue.close()
  }

  #hear({ resource: changed, namespace, object, before }: Change): void {
    if (!namespace) return
    if (changed === resource && before?.spec !== object.spec) this.#queue.add(keyOf(object))
    else for (const quota of this.#engine.objects.list(resource, namespace)) this.#soon(keyOf(quota))
  }

  #soon(key: string): void {
    if (this.#timers.has(key)) return
    const timer = setTimeout(() => {
      this.#timers.delete(key)
      this.#queue.add(key)
    }, pause)
    timer.unref()
    this.#timers.set(key, timer)
  }

  async #count(key: string): Promise<void> {
    const [namespace = '', name = ''] = key.split('/')
    const { objects } = this.#engine
    const quota = objects.newest({ resource, namespace, name })
    if (!quota || quota.metadata.deletionTimestamp) return
    const found = readKeys(quota, ['spec', 'hard'])
    const hard = isObject(found) ? (found as Readonly<Record<string, string>>) : {} // by the schema
    const taken = usedOf(objects, quota, hard)
    const used = Object.fromEntries(
      Object.keys(hard).map((each) => [each, textOf(taken.get(each) ?? { milli: 0n, like: '0' })]),
    )
    if (deepEqual(quota.status, { hard, used })) return
    const path = `/api/v1/namespaces/${namespace}/${resource}/${name}/status`
    await this.#requests.put(path, { ...quota, status: { hard, used } })
  }
}
