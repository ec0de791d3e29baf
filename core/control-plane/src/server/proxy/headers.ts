import type { IncomingHttpHeaders } from 'node:http'
import { endToEnd, type User } from '@flotilla/kube'

type Headers = Readonly<Record<string, string | readonly string[]>>

/** Who the caller is has been found out from these. */
const isProof = (name: string): boolean =>
  name === 'authorization' || name.startsWith('impersonate-') || name.startsWith('x-remote-')

/** Groups that say how somebody proved who he is: the member finds that out by itself. */
const ofTheProof = new Set(['system:authenticated', 'system:unauthenticated'])

/** What makes a member take the request for the caller's. */
export function spokenFor({ name, groups }: User, authorization: string | undefined): Headers {
  const told = groups.filter((group) => !ofTheProof.has(group))
  return {
    ...(authorization !== undefined && { authorization }),
    'impersonate-user': name,
    ...(told.length > 0 && { 'impersonate-group': told }),
  }
}

/** The headers of a request as a member gets them. */
export function passedOn(headers: IncomingHttpHeaders, caller: User, authorization: string | undefined): Headers {
  const { host: _, ...own } = endToEnd(headers)
  const kept = Object.entries(own).filter(([name]) => !isProof(name))
  return { ...Object.fromEntries(kept), ...spokenFor(caller, authorization) }
}
