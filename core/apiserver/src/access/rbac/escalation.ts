import type { User } from '@flotilla/kube'
import { deepEqual } from '@flotilla/sdk'
import type { Admission, AdmissionRequest } from '../../admission/admission.ts'
import { type Authorize, isMaster } from '../../authorization.ts'
import { refusal } from '../../status.ts'
import { type Binding, kept, type Rbac } from './rbac.ts'
import { beyond, type Role, type Rule, ruleText } from './rule.ts'

const everything: readonly Rule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
]

const isOf = ({ resource: { group, plural } }: AdmissionRequest, ids: readonly string[]): boolean =>
  ids.includes(`${plural}.${group}`)

const groupsText = (groups: readonly string[]): string => `[${groups.map((name) => JSON.stringify(name)).join(' ')}]`

/** Whether a role is bound by an authorizer of its own: `escalate` on it, or `bind`. */
const mayAnyway = async (
  authorize: Authorize,
  { user, resource: { group, version } }: AdmissionRequest,
  verb: 'escalate' | 'bind',
  resource: string,
  namespace: string | undefined,
  name: string,
): Promise<boolean> => {
  const decision = await authorize({
    user,
    verb,
    group,
    version,
    resource,
    ...(name && { name }),
    ...(namespace !== undefined && { namespace }),
  })
  return decision.allowed
}

const denial = ({ name, groups }: User, missing: readonly Rule[]): string =>
  `user "${name}" (groups=${groupsText(groups)}) is attempting to grant RBAC permissions not currently held:\n${missing.map(ruleText).toSorted().join('\n')}`

/** What a role grants that it did not before: whoever writes it has to have it. */
const granted = ({ rules = [] }: Role, before: Role | undefined): readonly Rule[] =>
  before && deepEqual(rules, before.rules ?? []) ? [] : rules

const isNewSum = ({ aggregationRule }: Role, before: Role | undefined): boolean =>
  aggregationRule !== undefined && !deepEqual(aggregationRule, before?.aggregationRule)

const rolesOf = ({ manifest, before }: AdmissionRequest) => [manifest as Role, before as Role | undefined] as const // as `isOf` says

const bindingOf = ({ manifest }: AdmissionRequest): Binding => manifest as Binding // the same

/** Nobody gives what they do not have: neither in a role, nor by binding one. Admission, on the rights of who writes. */
export const noEscalation = (rbac: Rbac, authorize: Authorize): Admission => {
  const refuse = ({ resource, name, user }: AdmissionRequest, missing: readonly Rule[]) =>
    refusal.forbidden(resource, name, denial(user, missing))

  const lacking = ({ user, namespace }: AdmissionRequest, rules: readonly Rule[]): readonly Rule[] =>
    beyond(rules, rbac.rulesOf(user, namespace).rules)

  const checkRole = async (request: AdmissionRequest): Promise<void> => {
    const [role, before] = rolesOf(request)
    const { resource, namespace, name, operation } = request
    const known = operation === 'UPDATE' ? name : '' // who creates, names nothing yet
    if (isNewSum(role, before) && lacking(request, everything).length > 0)
      throw refusal.forbidden(resource, name, 'must have cluster-admin privileges to use the aggregationRule')
    const missing = lacking(request, granted(role, before))
    if (missing.length === 0) return
    if (await mayAnyway(authorize, request, 'escalate', resource.plural, namespace, known)) return
    throw refuse(request, missing)
  }

  const checkBinding = async (request: AdmissionRequest): Promise<void> => {
    const { roleRef, subjects } = bindingOf(request)
    const { namespace, before } = request
    if (before && deepEqual((before as Binding).subjects, subjects)) return // by its schema
    const plural = roleRef.kind === 'ClusterRole' ? 'clusterroles' : 'roles'
    if (await mayAnyway(authorize, request, 'bind', plural, namespace, roleRef.name)) return
    const rules = rbac.rulesOfRole(roleRef, namespace ?? '')
    if (rules === undefined) throw refusal.notFound(request.resource, roleRef.name)
    const missing = lacking(request, rules)
    if (missing.length > 0) throw refuse(request, missing)
  }

  return async (request) => {
    if (request.operation === 'DELETE' || isMaster(request.user)) return request
    if (isOf(request, [kept.roles, kept.clusterRoles])) await checkRole(request)
    if (isOf(request, [kept.roleBindings, kept.clusterRoleBindings])) await checkBinding(request)
    return request
  }
}
