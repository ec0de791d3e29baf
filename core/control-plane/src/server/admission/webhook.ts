import { type Ask, type admit, deepFreeze, keyOf, type Manifest, reasonOf, type Status } from '@flotilla/sdk'
import type { FastifyPluginAsync } from 'fastify'
import { createPatch } from 'rfc6902'
import { shown } from '../cluster-api/stored.ts'
import { mutated, refused, statusOf } from './review.ts'

/** The request of an `AdmissionReview` (admission.k8s.io/v1), as far as it is read. */
interface AdmissionRequest {
  readonly uid: string
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'
  readonly subResource?: string
  readonly name?: string
  readonly namespace?: string
  readonly object?: Manifest | null
  readonly oldObject?: Manifest | null
  readonly userInfo?: { readonly username?: string }
  readonly dryRun?: boolean
}

interface AdmissionReview {
  readonly request: AdmissionRequest
}

type Answer =
  | { readonly allowed: true; readonly patch?: readonly object[] }
  | { readonly allowed: false; readonly status: Status }

const isManifest = { type: ['object', 'null'], required: ['apiVersion', 'kind', 'metadata'] }

const schema = {
  body: {
    type: 'object',
    required: ['request'],
    properties: {
      request: {
        type: 'object',
        required: ['uid', 'operation'],
        properties: {
          uid: { type: 'string' },
          operation: { enum: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'] },
          object: isManifest,
          oldObject: isManifest,
        },
      },
    },
  },
}

/** Two objects as large as an API server takes, with room around them. */
const bodyLimit = 8 * 1024 * 1024

/** An object as plugins know it: what Clusters are kept as is a Cluster to them. */
const asked = (object: Manifest | null | undefined) => shown(object) as Manifest | null | undefined // as it was

/** The write a request is about; undefined when it is about none of an object. */
function admissionOf(request: AdmissionRequest): admit.Admission | undefined {
  const { operation, subResource, name, namespace, userInfo, dryRun } = request
  const [object, oldObject] = [asked(request.object), asked(request.oldObject)]
  const manifest = operation === 'DELETE' ? oldObject : object
  if (operation === 'CONNECT' || subResource || !manifest) return undefined
  return deepFreeze({
    operation,
    key: keyOf({ metadata: { namespace, name: name || manifest.metadata.name } }),
    manifest,
    ...(operation === 'UPDATE' && oldObject && { before: oldObject }),
    user: userInfo?.username ?? '',
    dryRun: dryRun ?? false,
  })
}

async function mutate(ask: Ask, admission: admit.Admission): Promise<Answer> {
  const patch = createPatch(admission.manifest, await mutated(ask, admission))
  return patch.length > 0 ? { allowed: true, patch } : { allowed: true }
}

async function validate(ask: Ask, admission: admit.Admission): Promise<Answer> {
  const denial = await refused(ask, admission)
  return denial ? { allowed: false, status: statusOf(denial, admission.manifest) } : { allowed: true }
}

/** A plugin that fails refuses the write, with its name. */
const failure = (error: unknown): Answer => ({
  allowed: false,
  status: statusOf({ message: reasonOf(error), code: 500, reason: 'InternalError' }),
})

function reviewed(uid: string, answer: Answer): object {
  const head = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' }
  if (!answer.allowed) return { ...head, response: { uid, allowed: false, status: answer.status } }
  const { patch } = answer
  const change = patch && { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') }
  return { ...head, response: { uid, allowed: true, ...change } }
}

/**
 * Admission for a real kube-apiserver: `POST /admit` is the mutating webhook, `POST /validate` the validating one. Both
 * speak `AdmissionReview` v1.
 */
export const admissionWebhook =
  (ask: Ask): FastifyPluginAsync =>
  async (app) => {
    const serve = (url: string, answer: (ask: Ask, admission: admit.Admission) => Promise<Answer>) =>
      app.post<{ Body: AdmissionReview }>(url, { schema, bodyLimit }, async ({ body: { request } }) => {
        const admission = admissionOf(request)
        return reviewed(request.uid, admission ? await answer(ask, admission).catch(failure) : { allowed: true })
      })
    serve('/admit', mutate)
    serve('/validate', validate)
  }
