import type { User } from '@flotilla/kube'
import type { Manifest } from '@flotilla/sdk'
import type { Access } from '../access/access.ts'
import type { Attributes } from '../access/attributes.ts'
import type { Rule } from '../access/rbac/rule.ts'
import { type Decision, isMaster } from '../authorization.ts'
import type { BodyAnswer } from '../request.ts'
import { cause } from '../schema/causes.ts'
import { refusal } from '../status.ts'
import type { Call } from '../target.ts'
import { checkShape, fitted, readObject } from './draft.ts'

interface UserInfo {
  readonly username?: string
  readonly groups?: readonly string[]
  readonly uid?: string
  readonly extra?: User['extra'] & object
}

interface Wish {
  readonly resourceAttributes?: {
    readonly verb?: string
    readonly group?: string
    readonly version?: string
    readonly resource?: string
    readonly subresource?: string
    readonly namespace?: string
    readonly name?: string
  }
  readonly nonResourceAttributes?: { readonly path?: string; readonly verb?: string }
}

interface Question extends Manifest {
  readonly spec: Wish & {
    readonly user?: string
    readonly groups?: readonly string[]
    readonly uid?: string
    readonly extra?: User['extra'] & object
    readonly namespace?: string
    readonly token?: string
    readonly audiences?: readonly string[]
  }
}

type Reply = (call: Call, question: Question) => object | Promise<object>

/** Who someone is, as objects say it. */
export const userInfo = ({ name, uid, groups, extra }: User): UserInfo => ({
  username: name,
  ...(uid && { uid }),
  ...(groups.length > 0 && { groups }),
  ...(extra && { extra }),
})

const attributesOf = ({ resourceAttributes: wanted, nonResourceAttributes: path }: Wish, user: User): Attributes => {
  if (!wanted) return { user, verb: path?.verb ?? '', path: path?.path ?? '' }
  const { verb = '', group = '', version = '', resource = '', subresource, namespace, name } = wanted
  return {
    user,
    verb,
    group,
    version,
    resource,
    ...(subresource && { subresource }),
    ...(namespace && { namespace }),
    ...(name && { name }),
  }
}

const open: Decision = { allowed: true }

const decide = async (access: Access | undefined, wanted: Attributes): Promise<Decision> =>
  access && !isMaster(wanted.user) ? access.authorize(wanted) : open

const verdict = ({ allowed, reason }: Decision): object => ({ allowed, ...(reason && { reason }) })

const invalid = ({ served }: Call, field: string, detail: string, value: unknown = '') =>
  refusal.invalid(served, '', [cause.invalid(field, value, detail)])

/** One of both is asked about, and said whole. */
const checkWish = (call: Call, { resourceAttributes, nonResourceAttributes }: Wish): void => {
  const [one, other] = ['spec.resourceAttributes', 'spec.nonResourceAttributes']
  if (resourceAttributes && nonResourceAttributes)
    throw invalid(
      call,
      String(other),
      'cannot be specified in combination with resourceAttributes',
      nonResourceAttributes,
    )
  if (!resourceAttributes && !nonResourceAttributes)
    throw invalid(
      call,
      String(one),
      'exactly one of nonResourceAttributes or resourceAttributes must be specified',
      null,
    )
}

const subjectAccess: Reply = async (call, { spec }) => {
  checkWish(call, spec)
  const { user = '', groups = [], uid, extra } = spec
  if (!user && groups.length === 0) throw invalid(call, 'spec.user', 'at least one of user or group must be specified')
  const subject: User = { name: user, groups, ...(uid && { uid }), ...(extra && { extra }) }
  return verdict(await decide(call.engine.access, attributesOf(spec, subject)))
}

const selfAccess: Reply = async ({ engine, request, ...call }, { spec }) => {
  checkWish({ engine, request, ...call }, spec)
  return verdict(await decide(engine.access, attributesOf(spec, request.user)))
}

const localAccess: Reply = (call, question) => {
  const { namespace = '' } = call
  const { resourceAttributes, nonResourceAttributes } = question.spec
  if (nonResourceAttributes)
    throw invalid(call, 'spec.nonResourceAttributes', 'disallowed on this kind of request', null)
  if (resourceAttributes && resourceAttributes.namespace !== namespace)
    throw invalid(
      call,
      'spec.resourceAttributes.namespace',
      'must match metadata.namespace',
      resourceAttributes.namespace ?? '',
    )
  return subjectAccess(call, question)
}

const everything: readonly Rule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
]

const selfRules: Reply = (call, { spec }) => {
  if (!spec.namespace) throw refusal.badRequest('no namespace on request')
  const { access } = call.engine
  const found = access?.rbac?.rulesOf(call.request.user, spec.namespace)
  const rules = found?.rules ?? (access ? [] : everything)
  const missing = found?.missing ?? []
  return {
    resourceRules: rules.flatMap(({ verbs, apiGroups, resources, resourceNames }) =>
      resources?.length ? [{ verbs, apiGroups, resources, ...(resourceNames?.length && { resourceNames }) }] : [],
    ),
    nonResourceRules: rules.flatMap(({ verbs, nonResourceURLs }) =>
      nonResourceURLs?.length ? [{ verbs, nonResourceURLs }] : [],
    ),
    incomplete: missing.length > 0 || (access !== undefined && access.rbac === undefined),
    ...(missing.length > 0 && { evaluationError: missing.join(', ') }),
  }
}

const token: Reply = async (call, { spec }) => {
  if (!spec.token) throw refusal.badRequest('token is required for TokenReview in authentication')
  const { audiences } = spec
  const found = await call.engine.access?.identify(spec.token, audiences?.length ? audiences : undefined)
  if (!found) return { user: {}, error: 'invalid bearer token' }
  return { authenticated: true, user: userInfo(found.user), audiences: found.audiences }
}

const replies: Readonly<Record<string, Reply>> = {
  'subjectaccessreviews.authorization.k8s.io': subjectAccess,
  'selfsubjectaccessreviews.authorization.k8s.io': selfAccess,
  'localsubjectaccessreviews.authorization.k8s.io': localAccess,
  'selfsubjectrulesreviews.authorization.k8s.io': selfRules,
  'tokenreviews.authentication.k8s.io': token,
  'selfsubjectreviews.authentication.k8s.io': (call) => ({ userInfo: userInfo(call.request.user) }),
}

/** POST of a question: who someone is, or what they may do. It comes back with the answer in its status. */
export const review = async (call: Call): Promise<BodyAnswer> => {
  const { object, warnings } = fitted(call, readObject(call, call.request.body(call.served)))
  const wrong = checkShape(call.served, object)
  if (wrong.length > 0) throw refusal.invalid(call.served, object.metadata.name ?? '', wrong)
  const reply = replies[call.served.id]
  if (!reply) throw refusal.unknownPath()
  const { status: _, ...asked } = object
  const status = await reply(call, asked as unknown as Question) // by its schema
  return { code: 201, body: { ...asked, status }, warnings }
}
