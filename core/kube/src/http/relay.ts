import { type IncomingHttpHeaders, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { PassAnswer } from './passage.ts'
import type { Connection } from './upgrades.ts'

type Headers = Readonly<Record<string, string | readonly string[]>>

/** What is about one connection, not about what is asked on it. */
const ofTheConnection = new Set([
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** The headers that `Connection` says are of the connection, too. */
const namedBy = ({ connection = '' }: IncomingHttpHeaders): ReadonlySet<string> =>
  new Set(connection.split(',').map((name) => name.trim().toLowerCase()))

/** Headers that mean something beyond this connection. */
export function endToEnd(headers: IncomingHttpHeaders): Headers {
  const named = namedBy(headers)
  const kept = Object.entries(headers).filter(([name]) => !ofTheConnection.has(name) && !named.has(name))
  return Object.fromEntries(kept.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

/** Sends an answer on as it comes. */
export function relay(response: ServerResponse, { status, headers, content }: PassAnswer): Promise<void> {
  response.writeHead(status, endToEnd(headers) as Record<string, string | string[]>) // which are only read
  response.flushHeaders() // a watch may have nothing to say for long
  return pipeline(content, response).catch(() => undefined) // whoever broke it knows
}

/** The head of an answer that comes by itself, on a connection that is for nothing else afterwards. */
function headOf({ status, headers }: PassAnswer): string {
  const lines = Object.entries(endToEnd(headers)).flatMap(([name, value]) =>
    [value].flat().map((each) => `${name}: ${each}`),
  )
  const next = status === 101 ? ['connection: Upgrade', `upgrade: ${headers.upgrade}`] : ['connection: close']
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...next, ...lines, '', ''].join('\r\n')
}

/** Silent connections are asked whether anybody is there. */
const keepAliveMs = 30_000

/** Milliseconds for which a connection goes on when one side has said all it had to. */
const halfOpenMs = 30_000

const keep = (socket: Duplex): void => {
  if ('setKeepAlive' in socket) (socket as Socket).setKeepAlive(true, keepAliveMs)
}

/** Ties two connections together: each hears what the other says, and ends with it. */
async function tie(socket: Duplex, connection: Duplex): Promise<void> {
  keep(socket)
  keep(connection)
  const ways = [pipeline(socket, connection), pipeline(connection, socket)] // one that breaks ends both
  const end = () => {
    socket.destroy()
    connection.destroy()
  }
  await Promise.race(ways).catch(end)
  const late = setTimeout(end, halfOpenMs)
  await Promise.allSettled(ways)
  clearTimeout(late)
}

/** Sends the answer to a request for another protocol on; when it is given, the connection is the other's. Resolves when all is said. */
export function relayUpgrade({ socket, head }: Connection, answer: PassAnswer): Promise<void> {
  socket.write(headOf(answer))
  if (answer.status !== 101) return pipeline(answer.content, socket).catch(() => undefined) // whoever broke it knows
  const connection = answer.content as Duplex // which an answer with 101 has
  if (head.length > 0) connection.write(head)
  return tie(socket, connection)
}
