import type { User } from '@flotilla/kube'
import { isTrue, type Request } from '../request.ts'
import { parseBeginning, parseRoute, type Route } from '../route.ts'
import { selectedName } from '../select/fields.ts'

/** What someone wants to do with a resource. */
export interface ResourceAttributes {
  readonly user: User
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`. */
  readonly verb: string
  /** Empty for the core group. */
  readonly group: string
  readonly version: string
  /** The plural. */
  readonly resource: string
  readonly subresource?: string
  readonly namespace?: string
  readonly name?: string
}

/** What someone wants to do with a path that is no resource. */
export interface PathAttributes {
  readonly user: User
  /** The method, in lower case. */
  readonly verb: string
  readonly path: string
}

export type Attributes = ResourceAttributes | PathAttributes

const verbs: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}

type Asked = Pick<Request, 'user' | 'method' | 'path' | 'query'>

const verbOf = ({ method, query }: Asked, { name, watched }: Route): string => {
  const verb = verbs[method] ?? method.toLowerCase()
  if (watched) return 'watch'
  if (name !== undefined) return verb
  if (verb === 'get' && isTrue(query.watch)) return 'watch'
  return verb === 'get' ? 'list' : verb === 'delete' ? 'deletecollection' : verb
}

/** Who lists or watches what has one name, asks for that one. */
const nameIn = ({ query: { fieldSelector } }: Asked, verb: string): string | undefined => {
  if (!fieldSelector || (verb !== 'list' && verb !== 'watch')) return undefined
  try {
    return selectedName(fieldSelector) || undefined
  } catch {
    return undefined // it is refused later, for what it is
  }
}

/** What a request wants. It does not matter whether there is such a thing. */
export const attributesOf = (request: Asked): Attributes => {
  const { user, method, path } = request
  const route = parseRoute(path) ?? parseBeginning(path)
  if (route === undefined) return { user, verb: method.toLowerCase(), path }
  const { group, version, plural: resource, subresource } = route
  const verb = verbOf(request, route)
  const name = route.name ?? nameIn(request, verb)
  const isNamespace = group === '' && resource === 'namespaces'
  const namespace = route.namespace ?? (isNamespace ? route.name : undefined) // who may read a namespace may in it
  return {
    user,
    verb,
    group,
    version,
    resource,
    ...(subresource !== undefined && { subresource }),
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
  }
}
