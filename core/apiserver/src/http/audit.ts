import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { User } from '@flotilla/kube'
import { attributesOf } from '../access/attributes.ts'
import { annotationsOf } from '../annotations.ts'
import { isObject } from '../registry/json-path.ts'
import type { Answer, Request } from '../request.ts'
import { userInfo } from '../verbs/review.ts'
import { type AuditLevel, type AuditPolicy, type Wanted, wantedBy } from './audit-policy.ts'

/** Who did what, for those who have to know. */
export interface AuditOptions {
  /** `Metadata`: who asked for what, and how it ended. `RequestResponse`: and what was sent and answered, but for secrets and tokens. */
  readonly level: 'Metadata' | 'RequestResponse'
  /** Says it for each request in place of `level`; secrets and tokens are not written all the same. */
  readonly policy?: AuditPolicy
  /** Takes an event, `audit.k8s.io/v1`, as a line of JSON without its end. It may not throw. */
  readonly write: (line: string) => void
}

/** A request that was made, and what became of it. */
export interface Deed {
  readonly raw: IncomingMessage
  readonly received: Date
  /** Absent when it could not be understood, or nobody knows who sent it. */
  readonly request: Request | undefined
  readonly answer: Answer
}

/** What is worth less when it is written down. */
const secret: ReadonlySet<string> = new Set(['secrets', 'serviceaccounts/token', 'tokenreviews.authentication.k8s.io'])

const whatOf = (request: Request) => {
  const { verb, user: _, ...wanted } = attributesOf(request)
  if ('path' in wanted) return { verb, id: '' }
  const { group, version, resource, subresource, namespace, name } = wanted
  const objectRef = {
    resource,
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    ...(group && { apiGroup: group }),
    apiVersion: version,
    ...(subresource !== undefined && { subresource }),
  }
  const plural = group ? `${resource}.${group}` : resource
  return { verb, id: subresource ? `${plural}/${subresource}` : plural, objectRef }
}

/** To the microsecond, as Kubernetes writes it, of which we know the milliseconds. */
const precise = (date: Date): string => date.toISOString().replace('Z', '000Z')

const statusOf = (answer: Answer): object => {
  if ('content' in answer) return { metadata: {}, code: answer.status }
  if ('session' in answer) return { metadata: {}, code: 101 }
  if (!('code' in answer)) return { metadata: {}, code: 200 } // what goes on, began well
  const { code, body } = answer
  if (code < 400 || !isObject(body)) return { metadata: {}, code }
  const { status, message, reason, details } = body
  return { metadata: {}, status, message, reason, ...(details !== undefined && { details }), code }
}

const sent = ({ method, body }: Request): unknown => {
  if (method === 'GET' || method === 'HEAD') return undefined
  try {
    return body({ apiVersion: '', kind: '' })
  } catch {
    return undefined // it could not be read: the answer says so
  }
}

const bodiesOf = ({ request, answer }: Deed, level: AuditLevel): object => {
  const requestObject = request && sent(request)
  const responseObject = level === 'RequestResponse' && 'body' in answer ? answer.body : undefined
  return {
    ...(requestObject !== undefined && { requestObject }),
    ...(isObject(responseObject) && { responseObject }),
  }
}

const asked = ({ name, groups, uid, extra }: NonNullable<Request['impersonation']>): User => ({
  name,
  groups,
  ...(uid && { uid }),
  ...(Object.keys(extra).length > 0 && { extra }),
})

const stageOf = (answer: Answer): string =>
  'watch' in answer || 'session' in answer ? 'ResponseStarted' : 'ResponseComplete'

/** The event that tells of a deed. */
export const auditEvent = (deed: Deed, level: AuditLevel, now: Date): object => {
  const { raw, received, request, answer } = deed
  const { verb, id, objectRef } = request ? whatOf(request) : { verb: (raw.method ?? '').toLowerCase(), id: '' }
  const isTold = level !== 'Metadata' && objectRef !== undefined && !secret.has(id)
  const { remoteAddress } = raw.socket
  const { impersonation } = request ?? {}
  const annotations = request && annotationsOf(request)
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: isTold ? level : 'Metadata',
    auditID: randomUUID(),
    stage: stageOf(answer),
    requestURI: raw.url,
    verb,
    user: request ? userInfo(request.user) : {},
    ...(impersonation && { impersonatedUser: userInfo(asked(impersonation)) }),
    ...(remoteAddress && { sourceIPs: [remoteAddress] }),
    ...(raw.headers['user-agent'] && { userAgent: raw.headers['user-agent'] }),
    ...(objectRef && { objectRef }),
    responseStatus: statusOf(answer),
    ...(annotations && { annotations }),
    ...(isTold && bodiesOf(deed, level)),
    requestReceivedTimestamp: precise(received),
    stageTimestamp: precise(now),
  }
}

const everything: Wanted['omits'] = []

/** What is to be written of a deed. Who could not be understood has only done so much. */
const wantedOf = ({ level, policy }: AuditOptions, { request }: Deed): Wanted => {
  if (!policy) return { level, omits: everything }
  return request ? wantedBy(policy, attributesOf(request)) : { level: 'Metadata', omits: policy.omitStages ?? [] }
}

/** Writes a deed down; what goes on when it begins and when it ends. */
export const record = (options: AuditOptions, deed: Deed): void => {
  const { level, omits } = wantedOf(options, deed)
  if (level === 'None') return
  const event = auditEvent(deed, level, new Date())
  const tell = (stage: string, more: object = {}) => {
    if (!omits.includes(stage)) options.write(JSON.stringify({ ...event, ...more }))
  }
  tell(stageOf(deed.answer))
  const end = () => tell('ResponseComplete', { stage: 'ResponseComplete', stageTimestamp: precise(new Date()) })
  if ('watch' in deed.answer) deed.answer.watch.onEnd(end)
  if ('session' in deed.answer) void deed.answer.session.ended.then(end)
}
