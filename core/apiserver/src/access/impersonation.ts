import type { User } from '@flotilla/kube'
import { type Authorize, checkAllowed } from '../authorization.ts'
import type { Impersonation } from '../request.ts'
import { refusal } from '../status.ts'
import { authenticated } from './access.ts'
import type { ResourceAttributes } from './attributes.ts'
import { accountGroups } from './tokens.ts'

const accountForm = /^system:serviceaccount:([^:]+):([^:]+)$/

type Wish = Pick<ResourceAttributes, 'group' | 'resource' | 'namespace' | 'name' | 'subresource'>

const own = 'authentication.k8s.io'

const ofName = (name: string): Wish => {
  const [, namespace, account] = accountForm.exec(name) ?? []
  if (!namespace || !account) return { group: '', resource: 'users', name }
  return { group: '', resource: 'serviceaccounts', namespace, name: account }
}

/** Everything that has to be allowed to take someone's place. */
const wishes = ({ name, groups, uid, extra }: Impersonation): readonly Wish[] => [
  ofName(name),
  ...groups.map((group) => ({ group: '', resource: 'groups', name: group })),
  ...Object.entries(extra).flatMap(([key, values]) =>
    values.map((value) => ({ group: own, resource: 'userextras', subresource: key, name: value })),
  ),
  ...(uid ? [{ group: own, resource: 'uids', name: uid }] : []),
]

const groupsOf = ({ name, groups }: Impersonation): readonly string[] => {
  const [, namespace] = accountForm.exec(name) ?? []
  const all = namespace && groups.length === 0 ? accountGroups(namespace) : groups
  if (name === 'system:anonymous') return all.length > 0 ? all : ['system:unauthenticated']
  return all.includes(authenticated) || all.includes('system:unauthenticated') ? all : [...all, authenticated]
}

/** Who a request is made as. Throws 403 when its sender may not make it so. */
export const impersonated = async (
  authorize: Authorize | undefined,
  user: User,
  wanted: Impersonation,
): Promise<User> => {
  if (!wanted.name) throw refusal.badRequest(`requested ${JSON.stringify(wanted)} without impersonating a user name`)
  for (const wish of authorize ? wishes(wanted) : []) {
    await checkAllowed(authorize as Authorize, { user, verb: 'impersonate', version: 'v1', ...wish })
  }
  const { name, uid, extra } = wanted
  return {
    name,
    groups: groupsOf(wanted),
    ...(uid && { uid }),
    ...(Object.keys(extra).length > 0 && { extra }),
  }
}
