import { createHmac } from 'node:crypto'
import type { Log, Manifest } from '@flotilla/sdk'
import { bootstrapNamespace, bootstrapSecretOf, bootstrapType } from '../access/bootstrap.ts'
import type { Engine } from '../engine.ts'
import { isObject, readKeys } from '../registry/json-path.ts'
import { Queue } from './queue.ts'
import type { Requests } from './requests.ts'

const info = { resource: 'configmaps', namespace: 'kube-public', name: 'cluster-info' } as const
const path = `/api/v1/namespaces/${info.namespace}/configmaps/${info.name}`
const prefix = 'jws-kubeconfig-'

const encode = (text: string): string => Buffer.from(text).toString('base64url')

/** A JSON Web Signature that leaves out what it signs. */
const signature = (text: string, id: string, secret: string): string => {
  const header = encode(JSON.stringify({ alg: 'HS256', kid: id }))
  return `${header}..${createHmac('sha256', secret)
    .update(`${header}.${encode(text)}`)
    .digest('base64url')}`
}

/**
 * Signs what anybody may know of the server, `kube-public/cluster-info`, with every bootstrap token that is for that: who has the token
 * believes it.
 */
export class BootstrapSigner {
  readonly #engine: Engine
  readonly #requests: Requests
  readonly #queue: Queue
  readonly #stop: () => void

  constructor(engine: Engine, requests: Requests, log: Log) {
    this.#engine = engine
    this.#requests = requests
    this.#queue = new Queue({
      step: () => this.#sign(),
      onError: (error) => log.warn('cluster-info is not signed yet', { error }),
    })
    this.#queue.add(info.name)
    this.#stop = engine.objects.listen(({ resource, namespace, name, object }) => {
      const isInfo = resource === info.resource && namespace === info.namespace && name === info.name
      const isToken = resource === 'secrets' && namespace === bootstrapNamespace && object.type === bootstrapType
      if (isInfo || isToken) this.#queue.add(info.name)
    })
  }

  async close(): Promise<void> {
    this.#stop()
    await this.#queue.close()
  }

  async #sign(): Promise<void> {
    const found = this.#engine.objects.get(info)
    const kubeconfig = readKeys(found, ['data', 'kubeconfig'])
    if (!found || typeof kubeconfig !== 'string') return
    const wanted = this.#signatures(kubeconfig)
    const changed = differences(found, wanted)
    if (Object.keys(changed).length > 0) await this.#requests.patch(path, { data: changed })
  }

  #signatures(kubeconfig: string): ReadonlyMap<string, string> {
    const { objects, now } = this.#engine
    const secrets = objects.list('secrets', bootstrapNamespace).flatMap((each) => {
      const token = bootstrapSecretOf(each, 'signing', now())
      return token ? [[`${prefix}${token.id}`, signature(kubeconfig, token.id, token.secret)] as const] : []
    })
    return new Map(secrets)
  }
}

/** What has to be said, and, as nulls, what has not to be any more. */
const differences = (found: Manifest, wanted: ReadonlyMap<string, string>): Record<string, string | null> => {
  const data = isObject(found.data) ? found.data : {}
  const stale = Object.keys(data).filter((key) => key.startsWith(prefix) && !wanted.has(key))
  const fresh = [...wanted].filter(([key, value]) => data[key] !== value)
  return Object.fromEntries([...stale.map((key) => [key, null] as const), ...fresh])
}
