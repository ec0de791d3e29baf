import type { User } from '@flotilla/kube'
import { refusal } from './status.ts'
import type { Call } from './target.ts'

/** What someone wants to do: with a resource, or with a path that is none. */
export type Attributes =
  | {
      readonly user: User
      /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`. */
      readonly verb: string
      readonly group: string
      readonly version: string
      /** The plural. */
      readonly resource: string
      readonly subresource?: string
      readonly namespace?: string
      readonly name?: string
    }
  | {
      readonly user: User
      /** The method, in lower case. */
      readonly verb: string
      readonly path: string
    }

export interface Decision {
  readonly allowed: boolean
  /** Shown to who is refused. */
  readonly reason?: string
}

/** Asked about every request, but not about those of `system:masters`. */
export type Authorize = (attributes: Attributes) => Promise<Decision>

/** Who may do everything. */
export const masters = 'system:masters'

const isMaster = ({ groups }: User): boolean => groups.includes(masters)

const describe = ({ served, namespace, subresource, request: { user } }: Call, verb: string): string => {
  const what = subresource ? `${served.plural}/${subresource}` : served.plural
  const where = namespace === undefined ? ' at the cluster scope' : ` in the namespace "${namespace}"`
  return `User "${user.name}" cannot ${verb} resource "${what}" in API group "${served.group}"${where}`
}

/** Throws 403 when the user may not do it. */
export const checkAuthorized = async (authorize: Authorize, call: Call, verb: string): Promise<void> => {
  const { served, namespace, name, subresource, request } = call
  if (isMaster(request.user)) return
  const { allowed, reason } = await authorize({
    user: request.user,
    verb,
    group: served.group,
    version: served.version,
    resource: served.plural,
    ...(subresource && { subresource }),
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
  })
  if (!allowed) throw refusal.forbidden(served, name ?? '', describe(call, verb) + (reason ? `: ${reason}` : ''))
}

/** The same for a path that is no resource: discovery, schemas. */
export const checkPathAuthorized = async (
  authorize: Authorize,
  user: User,
  method: string,
  path: string,
): Promise<void> => {
  if (isMaster(user)) return
  const verb = method.toLowerCase()
  const { allowed } = await authorize({ user, verb, path })
  if (!allowed) throw refusal.forbiddenPath(path, `User "${user.name}" cannot ${verb} path "${path}"`)
}
