import type { Status } from '@flotilla/sdk'
import { isObject } from '../registry/json-path.ts'
import type { Served } from '../registry/registry.ts'
import { isNamespace, kindOf, type Write } from './write.ts'

const group = 'admission.k8s.io'

const resourceOf = ({ group, version, plural }: Served) => ({ group, version, resource: plural })

/** What a webhook and an expression are told of a request. `served`: the version they are told of it in. */
export const requestOf = (write: Write, served: Served) => {
  const { operation, subresource, namespace, name, user, dryRun, options } = write
  const place = isNamespace(write) ? name : namespace
  return {
    kind: kindOf(served, subresource),
    resource: resourceOf(served),
    ...(subresource && { subResource: subresource }),
    requestKind: kindOf(write.served, subresource),
    requestResource: resourceOf(write.served),
    ...(subresource && { requestSubResource: subresource }),
    ...(name && { name }),
    ...(place && { namespace: place }),
    operation,
    userInfo: { username: user.name, ...user, name: undefined },
    dryRun,
    options,
  }
}

/** The question to a webhook, in JSON. */
export const questionOf = (version: string, uid: string, write: Write, served: Served): string =>
  JSON.stringify({
    kind: 'AdmissionReview',
    apiVersion: `${group}/${version}`,
    request: {
      uid,
      ...requestOf(write, served),
      object: write.object ?? null,
      oldObject: write.before ?? null,
    },
  })

/** What a webhook says. */
export interface Verdict {
  readonly allowed: boolean
  readonly status: Partial<Status>
  readonly warnings: readonly string[]
  /** For the audit log. */
  readonly annotations: Readonly<Record<string, string>>
  /** Operations of a JSON patch, not looked at yet. */
  readonly patch?: unknown
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string')

const textsIn = (value: unknown): Readonly<Record<string, string>> =>
  isObject(value)
    ? Object.fromEntries(
        Object.entries(value).flatMap(([key, text]) => (typeof text === 'string' ? [[key, text]] : [])),
      )
    : {}

const decoded = (patch: string): unknown => {
  try {
    return JSON.parse(Buffer.from(patch, 'base64').toString())
  } catch (cause) {
    throw new Error('response.patch is not JSON in base64', { cause })
  }
}

const patchOf = (response: Readonly<Record<string, unknown>>, mutates: boolean): { readonly patch?: unknown } => {
  const { patch, patchType } = response
  const says = patch !== undefined && patch !== null && patch !== ''
  if (!mutates) {
    if (says) throw new Error('validating webhook may not return response.patch')
    if (patchType) throw new Error('validating webhook may not return response.patchType')
    return {}
  }
  if (says && !patchType) throw new Error('webhook returned response.patch but not response.patchType')
  if (!says && patchType) throw new Error('webhook returned response.patchType but not response.patch')
  if (!says) return {}
  if (patchType !== 'JSONPatch') throw new Error(`unsupported patch type ${JSON.stringify(patchType)}`)
  return { patch: decoded(String(patch)) }
}

/** The answer to a question. Throws an `Error` with the reason when it is none. */
export const verdictIn = (answer: unknown, version: string, uid: string, mutates: boolean): Verdict => {
  const { response, kind, apiVersion } = isObject(answer) ? answer : {}
  if (!isObject(response)) throw new Error('webhook response was absent')
  if (response.uid !== uid && version === 'v1')
    throw new Error(`expected response.uid="${uid}", got ${JSON.stringify(response.uid ?? '')}`)
  if (kind !== 'AdmissionReview' || apiVersion !== `${group}/${version}`) {
    const [name, of = ''] = String(apiVersion ?? '').split('/')
    throw new Error(
      `expected webhook response of ${group}/${version}, Kind=AdmissionReview, got ${name}/${of}, Kind=${String(kind ?? '')}`,
    )
  }
  const { allowed, status, warnings, auditAnnotations } = response
  return {
    allowed: allowed === true,
    status: isObject(status) ? status : {},
    warnings: isTexts(warnings) ? warnings : [],
    annotations: textsIn(auditAnnotations),
    ...patchOf(response, mutates),
  }
}
