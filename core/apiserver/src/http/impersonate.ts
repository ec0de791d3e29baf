import type { IncomingMessage } from 'node:http'
import type { Impersonation } from '../request.ts'

const prefix = 'impersonate-'
const extraPrefix = 'impersonate-extra-'

const decoded = (key: string): string => {
  try {
    return decodeURIComponent(key)
  } catch {
    return key // as Kubernetes has it
  }
}

/** Whose place a request is to take, by its headers; undefined for the sender's own. */
export const impersonationOf = (request: IncomingMessage): Impersonation | undefined => {
  const names = Object.keys(request.headers).filter((name) => name.startsWith(prefix))
  if (names.length === 0) return undefined
  const { headersDistinct } = request // made when it is first asked for
  const all = (name: string): readonly string[] => headersDistinct[name] ?? []
  const [name = ''] = all('impersonate-user')
  const [uid] = all('impersonate-uid')
  const extras = names
    .filter((each) => each.startsWith(extraPrefix))
    .map((each) => [decoded(each.slice(extraPrefix.length)), all(each)] as const)
  return { name, groups: all('impersonate-group'), ...(uid && { uid }), extra: Object.fromEntries(extras) }
}
