import type { IncomingMessage } from 'node:http'
import type { Connection } from '@flotilla/kube'
import { bearerProtocol, listed } from '../http/authenticate.ts'
import { refusal } from '../status.ts'
import { idling } from './life.ts'
import type { Session } from './session.ts'
import { overSpdy } from './streams.ts'
import { overWebSocket, tunnel } from './web-socket.ts'

/** Serves a session on its connection; resolves when it is over. The signal ends it, and silence of so many milliseconds. */
export type Speak = (connection: Connection, signal: AbortSignal, idleMs: number) => Promise<void>

const channels = ['v5', 'v4', 'v4.base64'].map((version) => `${version}.channel.k8s.io`)

const spoken: Readonly<
  Record<Session['kind'], { readonly webSocket: readonly string[]; readonly spdy: readonly string[] }>
> = {
  process: {
    webSocket: [...channels, 'channel.k8s.io', 'base64.channel.k8s.io'],
    spdy: ['v4.channel.k8s.io', 'v3.channel.k8s.io', 'v2.channel.k8s.io', 'channel.k8s.io'],
  },
  forward: { webSocket: [tunnel, 'v4.channel.k8s.io', 'v4.base64.channel.k8s.io'], spdy: ['portforward.k8s.io'] },
}

/** The first that a client likes and we speak; none for one that names none. Throws 400. */
export function agreed(offered: readonly string[], known: readonly string[]): string {
  if (offered.length === 0) return ''
  const found = offered.find((each) => known.includes(each))
  if (found !== undefined) return found
  const lists = `client supports [${offered.join(' ')}], server accepts [${known.join(' ')}]`
  throw refusal.badRequest(`unable to upgrade: unable to negotiate protocol: ${lists}`)
}

/** The protocols for WebSockets that a client offers, but for the one that says a token. */
export const offered = (request: IncomingMessage): readonly string[] =>
  listed(request, 'sec-websocket-protocol').filter((each) => !each.startsWith(bearerProtocol))

type Way = (connection: Connection, life: ReturnType<typeof idling>) => Promise<void>

function wayOf(request: IncomingMessage, session: Session): Way {
  const { headers } = request
  const { webSocket, spdy } = spoken[session.kind]
  const upgrade = headers.upgrade?.toLowerCase()
  if (upgrade === 'websocket') {
    const protocol = agreed(offered(request), webSocket)
    return (connection, life) => overWebSocket(request, connection, session, protocol, life)
  }
  if (upgrade === 'spdy/3.1') {
    const protocol = agreed(listed(request, 'x-stream-protocol-version'), spdy)
    return (connection, life) => overSpdy(connection, session, protocol, life)
  }
  throw refusal.badRequest(`unable to upgrade: ${headers.upgrade} is not spoken here, only websocket and SPDY/3.1`)
}

/** How a session is served to who asks for it. Throws 400 when we have no protocol in common. */
export function speakerFor(request: IncomingMessage, session: Session): Speak {
  const way = wayOf(request, session)
  return async (connection, signal, idleMs) => {
    using life = idling(signal, idleMs)
    try {
      await way(connection, life)
    } finally {
      session.end()
    }
  }
}
