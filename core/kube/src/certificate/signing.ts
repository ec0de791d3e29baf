import { type Client, type Condition, errors, type Kind, type Manifest, type StringMap } from '@flotilla/sdk'
import { pause } from '../pause.ts'
import type { User } from '../transport.ts'
import { requestFor } from './request.ts'

type Decision = Pick<Condition, 'type' | 'reason' | 'message'> & { readonly status: string }

/** What a cluster's certificate authority is asked, and what became of it. */
export interface CertificateSigningRequest extends Manifest {
  readonly spec: {
    /** PEM, in base64. */
    readonly request: string
    readonly signerName: string
    readonly usages: readonly string[]
    readonly expirationSeconds?: number
    /** Who asks: the API server fills them in. */
    readonly username?: string
    readonly uid?: string
    readonly groups?: readonly string[]
    readonly extra?: Readonly<Record<string, readonly string[]>>
  }
  readonly status?: {
    readonly conditions?: readonly Decision[]
    /** PEM, in base64. */
    readonly certificate?: string
  }
}

export const signingRequestKind: Kind<CertificateSigningRequest> = {
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  plural: 'certificatesigningrequests',
  scope: 'Cluster',
}

/** Who signs certificates of users of the API server. */
export const clientSigner = 'kubernetes.io/kube-apiserver-client'

export const clientUsages: readonly string[] = ['digital signature', 'key encipherment', 'client auth']

export interface Asking {
  /** Of the object; the API server appends five letters of its own. */
  readonly prefix: string
  readonly user: User
  /** How long the certificate shall hold: the server may choose a shorter time. */
  readonly expirationSeconds: number
  readonly labels?: StringMap
  readonly annotations?: StringMap
  /** Told of the object that others have to approve. */
  readonly onAsked?: (name: string) => void
}

/** A certificate and its key, PEM. */
export interface SignedCertificate {
  readonly cert: string
  readonly key: string
}

/** Milliseconds between two looks at a request. */
const lookPeriod = 500

const letters = 'bcdfghjklmnpqrstvwxz2456789'

const suffix = (): string =>
  Array.from({ length: 5 }, () => letters[Math.floor(Math.random() * letters.length)]).join('')

const refusal = ({ status }: CertificateSigningRequest): Decision | undefined =>
  status?.conditions?.find(({ type }) => type === 'Denied' || type === 'Failed')

/**
 * Asks an API server for a certificate, and waits until somebody has approved it and it is signed. Throws
 * `CERTIFICATE_REFUSED` when it is denied. The signal says how long to wait.
 */
export async function certificateFor(client: Client, asking: Asking, signal: AbortSignal): Promise<SignedCertificate> {
  const { request, key } = await requestFor(asking.user)
  const { apiVersion, kind } = signingRequestKind
  const { prefix, labels, annotations, expirationSeconds, onAsked } = asking
  const name = `${prefix}${suffix()}`
  const asked = await client.create(
    signingRequestKind,
    {
      apiVersion,
      kind,
      metadata: { name, ...(labels && { labels }), ...(annotations && { annotations }) },
      spec: {
        request: Buffer.from(request).toString('base64'),
        signerName: clientSigner,
        usages: clientUsages,
        expirationSeconds,
      },
    },
    { signal },
  )
  onAsked?.(name)
  for (let seen: CertificateSigningRequest | undefined = asked; ; ) {
    if (!seen) throw errors.CERTIFICATE_REFUSED(name, 'it was deleted before it was signed')
    const refused = refusal(seen)
    if (refused) throw errors.CERTIFICATE_REFUSED(name, refused.message || refused.reason || refused.type)
    if (seen.status?.certificate) return { cert: Buffer.from(seen.status.certificate, 'base64').toString(), key }
    await pause(lookPeriod, signal)
    signal.throwIfAborted()
    seen = await client.get(signingRequestKind, { name }, { signal })
  }
}
