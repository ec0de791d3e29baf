import { type Log, reasonOf } from '@flotilla/sdk'
import { clientSigner, keptRequests, requestIn } from '../access/signing.ts'
import type { SigningRequest } from '../builtin/certificates.ts'
import type { CertificateRequest } from '../certificate-request.ts'
import type { Engine } from '../engine.ts'
import type { Authority } from '../tls.ts'
import { Queue } from './queue.ts'
import type { Requests } from './requests.ts'

const kubeletClient = 'kubernetes.io/kube-apiserver-client-kubelet'
const kubeletServing = 'kubernetes.io/kubelet-serving'

const has = ({ status }: SigningRequest, type: string): boolean =>
  status?.conditions?.some((condition) => condition.type === type) ?? false

const base64 = (text: string): string => Buffer.from(text).toString('base64')

type Check = (request: CertificateRequest, object: SigningRequest) => string | undefined

/** Usages that have to be there, and those that may. */
const usagesAre = ({ spec: { usages = [] } }: SigningRequest, needed: readonly string[], more: readonly string[]) =>
  needed.every((each) => usages.includes(each)) && usages.every((each) => [...needed, ...more].includes(each))

const isNode = ({ commonName, organizations }: CertificateRequest): boolean =>
  commonName.startsWith('system:node:') && organizations.length === 1 && organizations[0] === 'system:nodes'

/** Why a signer does not sign; undefined when it does. */
const signers: Readonly<Record<string, Check>> = {
  [clientSigner]: (_, object) =>
    usagesAre(object, ['client auth'], ['digital signature', 'key encipherment'])
      ? undefined
      : 'usages did not match [client auth], with [digital signature key encipherment] where they are wanted',
  [kubeletClient]: (request, object) => {
    if (!isNode(request)) return 'the subject is not a node: CN=system:node:NAME, O=system:nodes'
    if (request.alternatives) return 'a certificate of a client has no alternative names'
    return usagesAre(object, ['digital signature', 'client auth'], ['key encipherment'])
      ? undefined
      : 'usages did not match [digital signature client auth]'
  },
  [kubeletServing]: (request, object) => {
    if (!isNode(request)) return 'the subject is not a node: CN=system:node:NAME, O=system:nodes'
    if (!request.alternatives) return 'the certificate of a server has alternative names'
    if (object.spec.username !== request.commonName) return 'a node asks for itself'
    return usagesAre(object, ['digital signature', 'server auth'], ['key encipherment'])
      ? undefined
      : 'usages did not match [digital signature server auth]'
  },
}

/** Signs the certificates that were asked for and approved, and approves what nodes ask for themselves. */
export class Certificates {
  readonly #engine: Engine
  readonly #requests: Requests
  readonly #authority: Authority
  readonly #queue: Queue
  readonly #stop: () => void

  constructor(engine: Engine, requests: Requests, log: Log, authority: Authority) {
    this.#engine = engine
    this.#requests = requests
    this.#authority = authority
    this.#queue = new Queue({
      step: (name) => this.#look(name),
      onError: (error, request) => log.warn('a certificate is not signed yet', { request, error }),
    })
    for (const { metadata } of engine.objects.list(keptRequests)) this.#queue.add(metadata.name)
    this.#stop = engine.objects.listen(
      ({ resource, type, name }) => resource === keptRequests && type !== 'DELETED' && this.#queue.add(name),
    )
  }

  async close(): Promise<void> {
    this.#stop()
    await this.#queue.close()
  }

  async #look(name: string): Promise<void> {
    const object = this.#engine.objects.get({ resource: keptRequests, namespace: '', name }) as
      | SigningRequest
      | undefined
    if (!object || object.status?.certificate || has(object, 'Failed') || has(object, 'Denied')) return
    const check = signers[object.spec.signerName]
    if (!check) return
    if (has(object, 'Approved')) await this.#sign(object, check)
    else await this.#approve(object)
  }

  async #sign(object: SigningRequest, check: Check): Promise<void> {
    const { usages = [], expirationSeconds } = object.spec
    try {
      const request = requestIn(object)
      const wrong = check(request, object)
      if (wrong) return await this.#fail(object, wrong)
      const certificate = base64(await this.#authority.sign(request, usages, expirationSeconds))
      await this.#put(object, 'status', { ...object.status, certificate })
    } catch (error) {
      if (error instanceof TypeError) return this.#fail(object, reasonOf(error))
      throw error
    }
  }

  async #fail(object: SigningRequest, message: string): Promise<void> {
    const condition = { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message }
    await this.#put(object, 'status', {
      ...object.status,
      conditions: [...(object.status?.conditions ?? []), condition],
    })
  }

  /** A node that may ask for its own client certificate gets it. */
  async #approve(object: SigningRequest): Promise<void> {
    const { signerName, username = '' } = object.spec
    const { access } = this.#engine
    if (signerName !== kubeletClient || !access) return
    const request = requestIn(object)
    if (signers[kubeletClient]?.(request, object) !== undefined) return
    const subresource = username === request.commonName ? 'selfnodeclient' : 'nodeclient'
    const { groups = [], uid, extra } = object.spec
    const { allowed } = await access.authorize({
      user: { name: username, groups, ...(uid && { uid }), ...(extra && { extra }) },
      verb: 'create',
      group: 'certificates.k8s.io',
      version: '*',
      resource: 'certificatesigningrequests',
      subresource,
    })
    if (!allowed) return
    const message = 'Auto approving kubelet client certificate after SubjectAccessReview.'
    const condition = { type: 'Approved', status: 'True', reason: 'AutoApproved', message }
    await this.#put(object, 'approval', {
      ...object.status,
      conditions: [...(object.status?.conditions ?? []), condition],
    })
  }

  #put({ metadata, ...object }: SigningRequest, subresource: string, status: object): Promise<void> {
    const path = `/apis/certificates.k8s.io/v1/certificatesigningrequests/${metadata.name}/${subresource}`
    return this.#requests.put(path, { ...object, metadata, status })
  }
}
