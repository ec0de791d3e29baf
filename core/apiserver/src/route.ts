/** Where a path of the resource API leads. */
export interface Route {
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly namespace?: string
  readonly name?: string
  readonly subresource?: string
  /** It says itself that it is watched: `/api/v1/watch/pods`. */
  readonly watched?: true
}

const ofNamespaceItself = new Set(['status', 'finalize'])

const routeOf = (group: string, version: string, parts: readonly string[]): Route | undefined => {
  const [first, second, third, ...rest] = parts
  if (first === undefined) return undefined
  if (first === 'namespaces' && second !== undefined && third !== undefined && !ofNamespaceItself.has(third)) {
    const [name, subresource, ...tail] = rest
    if (tail.length > 0) return undefined
    return {
      group,
      version,
      plural: third,
      namespace: second,
      ...(name && { name }),
      ...(subresource && { subresource }),
    }
  }
  if (rest.length > 0) return undefined
  return { group, version, plural: first, ...(second && { name: second }), ...(third && { subresource: third }) }
}

const watchedOr = (group: string, version: string, parts: readonly string[]): Route | undefined => {
  if (parts[0] !== 'watch' || parts.length < 2) return routeOf(group, version, parts)
  const route = routeOf(group, version, parts.slice(1))
  return route?.subresource === undefined && route ? { ...route, watched: true } : undefined
}

/** Reads `/api/v1/...` and `/apis/<group>/<version>/...`; undefined for every other path. */
export const parseRoute = (path: string): Route | undefined => {
  const [, root, ...parts] = path.endsWith('/') ? path.slice(0, -1).split('/') : path.split('/')
  if (parts.some((part) => part === '')) return undefined
  if (root === 'api' && parts[0] !== undefined) return watchedOr('', parts[0], parts.slice(1))
  if (root === 'apis' && parts[0] !== undefined && parts[1] !== undefined) {
    return watchedOr(parts[0], parts[1], parts.slice(2))
  }
  return undefined
}

/** How many parts a resource has at most: `/apis/<group>/<version>/namespaces/<namespace>/<plural>/<name>/<subresource>`, and without a namespace. */
const lengths = [9, 7]

/**
 * What a path is about that goes on where those of the server end: somebody else's resources may have more below them. Undefined for what
 * is about no resource.
 */
export const parseBeginning = (path: string): Route | undefined => {
  if (!path.startsWith('/apis/')) return parseRoute(path)
  const parts = path.replaceAll(/\/{2,}/g, '/').split('/')
  for (const length of lengths) {
    const route = parseRoute(parts.slice(0, length).join('/'))
    if (route) return route
  }
  return undefined
}
