import type { User } from '@flotilla/kube'
import { type Attributes, attributesOf, type PathAttributes, type ResourceAttributes } from './access/attributes.ts'
import type { Request } from './request.ts'
import { refusal } from './status.ts'

export type { Attributes } from './access/attributes.ts'

export interface Decision {
  readonly allowed: boolean
  /** Shown to who is refused. */
  readonly reason?: string
}

/** Asked about every request, but not about those of `system:masters`. */
export type Authorize = (attributes: Attributes) => Decision | Promise<Decision>

/** Who may do everything. */
export const masters = 'system:masters'

export const isMaster = ({ groups }: User): boolean => groups.includes(masters)

const wish = ({ user, verb, group, resource, subresource, namespace }: ResourceAttributes): string => {
  const what = subresource ? `${resource}/${subresource}` : resource
  const where = namespace === undefined ? ' at the cluster scope' : ` in the namespace "${namespace}"`
  return `User "${user.name}" cannot ${verb} resource "${what}" in API group "${group}"${where}`
}

const forbidden = (wanted: ResourceAttributes, reason: string | undefined) =>
  refusal.forbidden(
    { group: wanted.group, plural: wanted.resource },
    wanted.name ?? '',
    wish(wanted) + (reason ? `: ${reason}` : ''),
  )

const forbiddenPath = ({ user, verb, path }: PathAttributes) =>
  refusal.forbiddenPath(`User "${user.name}" cannot ${verb} path "${path}"`)

/** Throws 403 when it is not allowed. */
export const checkAllowed = async (authorize: Authorize, wanted: Attributes): Promise<void> => {
  if (isMaster(wanted.user)) return
  const { allowed, reason } = await authorize(wanted)
  if (allowed) return
  throw 'path' in wanted ? forbiddenPath(wanted) : forbidden(wanted, reason)
}

/** Throws 403 when the user may not do what a request asks for. */
export const checkAuthorized = async (authorize: Authorize, request: Request): Promise<void> => {
  if (!isMaster(request.user)) await checkAllowed(authorize, attributesOf(request))
}
