import type { Log, Manifest } from '@flotilla/sdk'
import type { Tokens } from '../access/tokens.ts'
import type { Engine } from '../engine.ts'
import { readKeys } from '../registry/json-path.ts'
import type { Change } from '../store/change.ts'
import { Queue } from './queue.ts'
import type { Requests } from './requests.ts'

const usual = 'default'
const tokenType = 'kubernetes.io/service-account-token'
const nameAnnotation = 'kubernetes.io/service-account.name'
const uidAnnotation = 'kubernetes.io/service-account.uid'

const isToken = ({ type }: Manifest): boolean => type === tokenType

const accountOf = ({ metadata }: Manifest): string => metadata.annotations?.[nameAnnotation] ?? ''

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** Gives every namespace its `default` ServiceAccount, and every Secret that asks for one its token. */
export class Accounts {
  readonly #engine: Engine
  readonly #requests: Requests
  readonly #tokens: Tokens | undefined
  readonly #ca: string | undefined
  readonly #accounts: Queue
  readonly #secrets: Queue
  readonly #stop: () => void

  /** `ca` is the certificate, PEM, that whoever has a token trusts. */
  constructor(engine: Engine, requests: Requests, log: Log, ca: string | undefined) {
    this.#engine = engine
    this.#requests = requests
    this.#tokens = engine.access?.tokens
    this.#ca = ca
    this.#accounts = new Queue({
      workers: 4,
      step: (namespace) => this.#ensure(namespace),
      onError: (error, namespace) => log.warn('a namespace has no ServiceAccount yet', { namespace, error }),
    })
    this.#secrets = new Queue({
      workers: 4,
      step: (key) => this.#fill(key),
      onError: (error, secret) => log.warn('a Secret has no token yet', { secret, error }),
    })
    for (const namespace of engine.objects.list('namespaces')) this.#accounts.add(namespace.metadata.name)
    for (const secret of engine.objects.list('secrets')) this.#consider(secret)
    this.#stop = engine.objects.listen((change) => this.#hear(change))
  }

  async close(): Promise<void> {
    this.#stop()
    await Promise.all([this.#accounts.close(), this.#secrets.close()])
  }

  #hear({ resource, type, object, namespace, name }: Change): void {
    if (resource === 'namespaces' && type === 'ADDED') this.#accounts.add(name)
    if (resource === 'secrets' && type !== 'DELETED') this.#consider(object)
    if (resource !== 'serviceaccounts' || type === 'MODIFIED') return
    if (type === 'DELETED' && name === usual) this.#accounts.add(namespace)
    for (const secret of this.#engine.objects.list('secrets', namespace)) {
      if (accountOf(secret) === name) this.#consider(secret)
    }
  }

  #consider(secret: Manifest): void {
    const { namespace, name } = secret.metadata
    if (isToken(secret)) this.#secrets.add(`${namespace}/${name}`)
  }

  async #ensure(namespace: string): Promise<void> {
    const { objects } = this.#engine
    const found = objects.get({ resource: 'namespaces', namespace: '', name: namespace })
    if (!found || found.metadata.deletionTimestamp) return
    if (objects.newest({ resource: 'serviceaccounts', namespace, name: usual })) return
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: usual } }
    await this.#requests.ensure(`/api/v1/namespaces/${namespace}/serviceaccounts`, account)
  }

  /** A Secret gets the token of its ServiceAccount, and goes with it. */
  async #fill(key: string): Promise<void> {
    const [namespace = '', name = ''] = key.split('/')
    const { objects } = this.#engine
    const secret = objects.get({ resource: 'secrets', namespace, name })
    if (!secret || !isToken(secret) || secret.metadata.deletionTimestamp) return
    const path = `/api/v1/namespaces/${namespace}/secrets/${name}`
    const account = objects.get({ resource: 'serviceaccounts', namespace, name: accountOf(secret) })
    const uid = secret.metadata.annotations?.[uidAnnotation]
    if (!account || (uid && uid !== account.metadata.uid)) return this.#requests.delete(path)
    const data = await this.#missing(secret, account)
    if (uid && Object.keys(data).length === 0) return
    const annotations = { [uidAnnotation]: account.metadata.uid }
    await this.#requests.patch(path, { metadata: { annotations }, data })
  }

  async #missing(secret: Manifest, account: Manifest): Promise<Record<string, string>> {
    const has = (key: string): boolean => Boolean(readKeys(secret, ['data', key]))
    return {
      ...(this.#ca && !has('ca.crt') && { 'ca.crt': base64(this.#ca) }),
      ...(!has('namespace') && { namespace: base64(secret.metadata.namespace ?? '') }),
      ...(this.#tokens && !has('token') && { token: base64(await this.#tokens.issueForSecret(account, secret)) }),
    }
  }
}
