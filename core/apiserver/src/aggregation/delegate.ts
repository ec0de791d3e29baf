import { apiVersionOf } from '../registry/registry.ts'
import type { Answer, Request } from '../request.ts'

/**
 * Answers for a version of a group that the server does not serve itself: for all at `/apis/<group>/<version>`, its list of
 * resources, and below. Its schemas, if it has any, are at `/openapi/v3/apis/<group>/<version>`.
 */
export type Delegate = (request: Request) => Answer | Promise<Answer>

/** A version of a group. */
export interface GroupVersion {
  readonly group: string
  readonly version: string
}

/** Who read such a path in another way than the one who let it pass could be asked for what is not allowed. */
const upwards = /\/\.{1,2}(?:\/|$)/

/** What a path is about that a delegate answers for: `apps/v1` of `/apis/apps/v1/deployments`; undefined: no delegate does. */
export const groupVersionIn = (path: string): string | undefined => {
  if (upwards.test(path)) return undefined
  const [, root, group, version, fourth, fifth] = path.split('/', 6)
  if (root === 'apis') return group && version && `${group}/${version}`
  if (root === 'openapi' && group === 'v3' && version === 'apis') return fourth && fifth && `${fourth}/${fifth}`
  return undefined
}

/** Where the list of its resources is. */
export const rootOf = (of: GroupVersion): string => `/apis/${apiVersionOf(of)}`

/** `apps/v1` as its parts. */
export const split = (groupVersion: string): GroupVersion => {
  const [group = '', version = ''] = groupVersion.split('/')
  return { group, version }
}
