import {
  type CertificateSigningRequest,
  clientSigner,
  type Requested,
  readRequest,
  signingRequestKind,
} from '@flotilla/kube'
import {
  ApiError,
  again,
  type Cluster,
  type Controller,
  clusterKind,
  deepEqual,
  done,
  executionNamespace,
  isAlreadyExists,
  type Key,
  type Kind,
  label,
  type Manifest,
  type Outcome,
  reasonOf,
  timestamp,
} from '@flotilla/sdk'
import type { Machine } from '../../machine.ts'
import { ended } from '../../manifest/ended.ts'
import { namespaceKind } from '../kinds.ts'
import { clusterOfAgent } from './identity.ts'
import { clusterFor, isReturn, objection, registrationAnnotation, registrationOf } from './registration.ts'
import { faultOf, isApproved, isDecided, isForAgent, pemOf, subresourceFor } from './request.ts'
import { type Right, rightsOf } from './rights.ts'

/** Lets agents in: decides about their certificates, registers their clusters, and gives them the rights they need. */
export const agentControllers = (machine: Machine): readonly Controller[] => [requestsController(machine), rightsController(machine)] // biome-ignore format: a list

const reviewKind: Kind = {
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  scope: 'Cluster',
}

/** Whether who asks may have a certificate without anybody looking at it. */
async function isTrusted(
  { client }: Machine,
  request: CertificateSigningRequest,
  requested: Requested,
  signal: AbortSignal,
): Promise<boolean> {
  const { username: user = '', uid, groups = [], extra } = request.spec
  const resourceAttributes = {
    group: 'certificates.k8s.io',
    resource: signingRequestKind.plural,
    subresource: subresourceFor(request, requested),
    verb: 'create',
  }
  const spec = { user, groups, ...(uid && { uid }), ...(extra && { extra }), resourceAttributes }
  const { apiVersion, kind } = reviewKind
  const { status } = await client.create(reviewKind, { apiVersion, kind, metadata: { name: '' }, spec }, { signal })
  return (status as { readonly allowed?: boolean } | undefined)?.allowed === true // a SubjectAccessReview's
}

async function decide(
  { client, now }: Machine,
  request: CertificateSigningRequest,
  type: 'Approved' | 'Denied',
  [reason, message]: readonly [reason: string, message: string],
  signal: AbortSignal,
): Promise<void> {
  const time = timestamp(now())
  const condition = { type, status: 'True', reason, message, lastUpdateTime: time, lastTransitionTime: time }
  const conditions = [...(request.status?.conditions ?? []), condition]
  const decided = { ...request, status: { ...request.status, conditions } }
  await client.update(signingRequestKind, decided, { subresource: 'approval', signal })
}

const saidIn = ({ metadata }: CertificateSigningRequest) =>
  registrationOf(metadata.annotations?.[registrationAnnotation])

/** Puts a cluster into the control plane, unless it is there. Answers why it must not be there. */
async function register(
  { client, store }: Machine,
  request: CertificateSigningRequest,
  name: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const registration = saidIn(request)
  const reason = objection(name, registration, store(clusterKind).list())
  if (reason !== undefined) return reason
  if (store(clusterKind).get({ name })) return undefined
  try {
    await client.create(clusterKind, clusterFor(name, registration, request.metadata.name), { signal })
    return undefined
  } catch (error) {
    const isRefused = error instanceof ApiError && error.code < 500 && !isAlreadyExists(error) // then it is seen in a moment
    if (isRefused) return reasonOf(error)
    throw error
  }
}

/** Decides about requests for the certificates of agents, and about no others. */
function requestsController(machine: Machine): Controller {
  const requests = machine.store(signingRequestKind, { fieldSelector: `spec.signerName=${clientSigner}` })
  const worker = machine.worker<string>({ name: 'agent-requests', keyText: (name) => name, workers: 1, step: look })

  async function look(name: string, signal: AbortSignal): Promise<Outcome> {
    const request = requests.get({ name })
    if (!request || (isDecided(request) && !isApproved(request))) return done
    const requested = await readRequest(pemOf(request)).catch(() => undefined) // not to be read: not for us to judge
    if (!requested || !isForAgent(request, requested)) return done
    return isDecided(request) ? welcome(request, requested, signal) : judge(request, requested, signal)
  }

  /** An administrator has let it in. */
  async function welcome(
    request: CertificateSigningRequest,
    { name }: Requested,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const cluster = clusterOfAgent(name)
    if (!cluster || request.spec.username === name || machine.store(clusterKind).get({ name: cluster })) return done
    const reason = await register(machine, request, cluster, signal)
    if (reason) machine.log.warn('a cluster was not registered', { cluster, reason })
    return done
  }

  async function judge(
    request: CertificateSigningRequest,
    requested: Requested,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const fault = faultOf(request, requested)
    if (fault) return refuse(request, fault, signal)
    const isOwn = request.spec.username === requested.name
    const cluster = clusterOfAgent(requested.name) ?? ''
    const isLost = !isOwn && isReturn(cluster, saidIn(request), machine.store(clusterKind).list())
    if (isLost || !(await isTrusted(machine, request, requested, signal))) {
      const { username: user } = request.spec
      machine.log.info('a request for an agent waits for an administrator', { request: request.metadata.name, user })
      return done
    }
    const reason = isOwn ? undefined : await register(machine, request, cluster, signal)
    if (reason) return refuse(request, reason, signal)
    const message = 'Auto approving karmada agent CSR after SubjectAccessReview.'
    await decide(machine, request, 'Approved', ['AutoApproved', message], signal)
    return done
  }

  async function refuse(request: CertificateSigningRequest, message: string, signal: AbortSignal): Promise<Outcome> {
    machine.log.warn('a request for an agent was refused', { request: request.metadata.name, reason: message })
    await decide(machine, request, 'Denied', ['AgentRefused', message], signal)
    return done
  }

  return {
    name: worker.name,
    async run(signal) {
      await Promise.race([Promise.all([requests.synced, machine.store(clusterKind).synced]), ended(signal)])
      const running = worker.run(signal) // first, so that it takes keys
      const end = requests.listen(({ after }) => after && worker.enqueue(after.metadata.name))
      await running
      end()
    },
  }
}

/** Milliseconds until the namespace of a cluster is looked for again. */
const namespacePeriod = 500

/** Keeps what says what agents may do as it has to be. */
function rightsController(machine: Machine): Controller {
  const ours = { labelSelector: `${label.system}=true` }
  const thereOf = ({ kind, object }: Right): Manifest | undefined => machine.store(kind, ours).get(object.metadata)

  /** Whether nothing has to be written: what else is in it, others put there. */
  const isGranted = (right: Right): boolean => {
    const there = thereOf(right)
    const said = (object: Manifest | undefined) => [object?.rules, object?.roleRef, object?.subjects, object?.metadata.ownerReferences] // biome-ignore format: a list
    return there !== undefined && deepEqual(said(there), said(right.object))
  }

  async function put({ kind, object }: Right, signal: AbortSignal): Promise<void> {
    const key: Key = object.metadata
    await machine.client.patch(kind, key, { type: 'apply', body: object, force: true }, { signal })
  }

  return machine
    .controller('agent-rights')
    .for(clusterKind, ({ before, after }) => before?.metadata.uid !== after?.metadata.uid)
    .reconcile(async (cluster: Cluster | undefined, _, signal) => {
      if (cluster?.spec.syncMode !== 'Pull' || cluster.metadata.deletionTimestamp) return done
      const rights = rightsOf(cluster)
      const stores = [...new Set(rights.map(({ kind }) => machine.store(kind, ours)))]
      await Promise.race([Promise.all(stores.map(({ synced }) => synced)), ended(signal)])
      const space = { name: executionNamespace(cluster.metadata.name) }
      if (!machine.store(namespaceKind).get(space)) return again(namespacePeriod)
      for (const right of rights) if (!isGranted(right)) await put(right, signal)
      return done
    })
}
