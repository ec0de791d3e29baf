import type { User } from '@flotilla/kube'
import { type Manifest, reasonOf } from '@flotilla/sdk'
import type { Admission, AdmissionRequest } from '../admission/admission.ts'
import { type Authorize, isMaster, masters } from '../authorization.ts'
import type { SigningRequest } from '../builtin/certificates.ts'
import { type CertificateRequest, readCertificateRequest } from '../certificate-request.ts'
import { cause } from '../schema/causes.ts'
import { refusal } from '../status.ts'

const group = 'certificates.k8s.io'

/** Where requests for certificates are kept. */
export const keptRequests = `certificatesigningrequests.${group}`

/** The signer of certificates people and programs present themselves with. */
export const clientSigner = 'kubernetes.io/kube-apiserver-client'

const isSigning = ({ resource }: AdmissionRequest): boolean => `${resource.plural}.${resource.group}` === keptRequests

const signingOf = (object: Manifest): SigningRequest => object as SigningRequest // as `isSigning` says

/** What is in `spec.request`. Throws what is wrong with it. */
export const requestIn = ({ spec }: SigningRequest): CertificateRequest =>
  readCertificateRequest(Buffer.from(spec.request, 'base64').toString())

const invalid = (object: SigningRequest, why: string) =>
  refusal.invalid({ group, kind: 'CertificateSigningRequest' }, object.metadata.name, [
    cause.invalid('spec.request', object.spec.request, why),
  ])

const readable = async (object: SigningRequest): Promise<CertificateRequest> => {
  try {
    const request = requestIn(object)
    if (await request.verify()) return request
  } catch (error) {
    throw invalid(object, reasonOf(error))
  }
  throw invalid(object, 'its signature does not verify')
}

const checkSubject = (object: SigningRequest, { organizations }: CertificateRequest): void => {
  if (object.spec.signerName !== clientSigner || !organizations.includes(masters)) return
  const why = `use of ${clientSigner} signer with ${masters} group is not allowed`
  throw refusal.forbidden({ group, plural: 'certificatesigningrequests' }, object.metadata.name, why)
}

const signedBy = (object: SigningRequest, { name, uid, groups, extra }: User): SigningRequest => {
  const { username: _, uid: __, groups: ___, extra: ____, ...spec } = object.spec
  return {
    ...object,
    spec: { ...spec, username: name, groups, ...(uid && { uid }), ...(extra && { extra }) },
  }
}

/** A request for a certificate says who made it, can be read, and is not for everything. */
export const whoAsked: Admission = async (request) => {
  if (!isSigning(request) || request.operation !== 'CREATE') return request
  const object = signingOf(request.manifest)
  if (typeof object.spec?.request !== 'string') return request // which its schema refuses
  checkSubject(object, await readable(object))
  return { manifest: signedBy(object, request.user) }
}

const conditions = (object: SigningRequest): string => JSON.stringify(object.status?.conditions ?? [])

/** What is done to a request that only some may do: `approve`, `sign`; undefined for nothing of the kind. */
const deed = ({ subresource, manifest, before }: AdmissionRequest): 'approve' | 'sign' | undefined => {
  if (!before) return undefined
  if (subresource === 'approval') return 'approve'
  if (subresource !== 'status') return undefined
  const [after, old] = [signingOf(manifest), signingOf(before)]
  const isNew = after.status?.certificate !== old.status?.certificate || conditions(after) !== conditions(old)
  return isNew ? 'sign' : undefined
}

/** Who approves and who signs may do so for the signer: by its name, or by its domain. */
export const signersGuard =
  (authorize: Authorize): Admission =>
  async (request) => {
    const verb = isSigning(request) && !isMaster(request.user) ? deed(request) : undefined
    if (!verb) return request
    const { user, resource, name: object } = request
    const { signerName } = signingOf(request.manifest).spec
    const [domain = ''] = signerName.split('/')
    for (const name of [signerName, `${domain}/*`]) {
      const { allowed } = await authorize({ user, verb, group, version: '*', resource: 'signers', name })
      if (allowed) return request
    }
    throw refusal.forbidden(resource, object, `user not permitted to ${verb} requests with signerName "${signerName}"`)
  }
