import { ApiError, annotation, FlotillaError, keyOf, keyText, type Manifest, reasonOf, type Work } from '@flotilla/sdk'
import { bounded } from '../../manifest/bounded.ts'

/** What went wrong with one manifest of a Work. */
export interface Problem {
  readonly manifest: Manifest
  readonly error: unknown
}

/** The override policies that had a hand in a Work. */
function overriders({ metadata: { annotations = {} } }: Work): readonly string[] {
  const texts = [annotations[annotation.appliedClusterOverrides], annotations[annotation.appliedOverrides]]
  const named = texts.flatMap((text) => [...(text ?? '').matchAll(/"policyName":"([^"]+)"/g)].map(([, name]) => name))
  return [...new Set(named)].filter((name) => name !== undefined)
}

const isImmutable = (error: ApiError): boolean => /immutable|may not change|cannot be changed/i.test(error.message)

/** Where a user finds what stands in a manifest. */
function sources(work: Work, { metadata, kind }: Manifest): string {
  const policies = overriders(work)
  const overridden = policies.length > 0 ? ` or in the override policies applied to it (${policies.join(', ')})` : ''
  return `in the template of ${kind} ${metadata.name}${overridden}`
}

/** Karmada replaces nothing in place either: what runs in a member is not deleted behind its user's back. */
function replace(work: Work, manifest: Manifest, cluster: string): string {
  const object = `${manifest.kind} ${keyText(keyOf(manifest))}`
  return `Flotilla does not replace what runs: undo the change ${sources(work, manifest)}, or delete ${object} in cluster ${cluster} and it is made anew`
}

function forbidden({ message }: ApiError, cluster: string): string {
  if (/exceeded quota/.test(message))
    return `raise the ResourceQuota in cluster ${cluster}, or send fewer replicas there`
  if (/denied the request|admission/i.test(message)) return `an admission rule of cluster ${cluster} forbids it`
  if (/being terminated/.test(message)) return 'it is tried again when the namespace is gone'
  return `grant this to the identity in the secret of cluster ${cluster}`
}

/** What a user can do about a member's refusal; undefined where the refusal says all there is to say. */
function adviceOn(error: ApiError, work: Work, manifest: Manifest, cluster: string): string | undefined {
  switch (error.code) {
    case 400:
    case 422:
      return isImmutable(error) ? replace(work, manifest, cluster) : `correct that field ${sources(work, manifest)}`
    case 401:
      return `renew the credentials of cluster ${cluster} with \`flotilla join\``
    case 403:
      return forbidden(error, cluster)
    case 413:
      return `make the template of ${manifest.kind} ${manifest.metadata.name} smaller, or split it`
    default:
      return undefined
  }
}

/** Whether a member gave no answer at all. */
export const isSilence = (error: unknown): boolean =>
  (error instanceof Error && error.name === 'TimeoutError') ||
  (error instanceof FlotillaError && error.code === 'SERVER_UNREACHABLE')

/** What went wrong, in the words of who refused, and the way out. */
export function explain({ manifest, error }: Problem, work: Work, cluster: string): string {
  const reason = bounded(reasonOf(error))
  if (isSilence(error)) {
    return `${reason}; look at the API server of cluster ${cluster} and its admission webhooks`
  }
  const advice = error instanceof ApiError ? adviceOn(error, work, manifest, cluster) : undefined
  return advice ? `${reason}; ${advice}` : reason
}
