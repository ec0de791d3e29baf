import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { endToEnd, type User } from '@flotilla/kube'
import { bearerProtocol } from '../http/authenticate.ts'

type Headers = Readonly<Record<string, string | readonly string[]>>

/** Who asks has been found out from these; or somebody wants to be taken for another. */
const isProof = (name: string): boolean =>
  name === 'authorization' || name.startsWith('impersonate-') || name.startsWith('x-remote-')

const strange = /[^!#$&'*+.^_`|~0-9a-z-]/giu

/** A key of any text as part of a header's name. */
const escaped = (key: string): string => key.replaceAll(strange, (found) => percent(found))

const percent = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')

/** Says in whose name something is asked, to one who believes it. */
export const speaksFor = ({ name, groups, uid, extra = {} }: User): Headers => ({
  'x-remote-user': name,
  ...(groups.length > 0 && { 'x-remote-group': groups }),
  ...(uid && { 'x-remote-uid': uid }),
  ...Object.fromEntries(Object.entries(extra).map(([key, values]) => [`x-remote-extra-${escaped(key)}`, values])),
})

const forwarded = (headers: IncomingHttpHeaders, from: string | undefined): Headers => {
  const way = [headers['x-forwarded-for'], from].filter(Boolean).join(', ')
  return way ? { 'x-forwarded-for': way } : {}
}

/** A page in a browser says its token among the protocols it offers. */
const withoutToken = (headers: IncomingHttpHeaders): Headers => {
  const offered = headers['sec-websocket-protocol']
  if (!offered?.includes(bearerProtocol)) return {}
  const kept = offered.split(',').filter((each) => !each.trim().startsWith(bearerProtocol))
  return { 'sec-websocket-protocol': kept.join(',').trim() }
}

/** The headers of a request as another server gets them: without what its sender would be known by, but with who that is. */
export const passedOn = (headers: IncomingHttpHeaders, user: User, from?: IncomingMessage): Headers => {
  const { host: _, ...own } = endToEnd(headers)
  const kept = Object.entries(own).filter(([name]) => !isProof(name))
  return {
    ...Object.fromEntries(kept),
    ...withoutToken(headers),
    ...forwarded(headers, from?.socket.remoteAddress),
    ...speaksFor(user),
  }
}
