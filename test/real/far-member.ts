import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'

/** A server that plays a member with one pod, and is asked by `kubectl exec` and `logs`. */
export interface FarMember extends AsyncDisposable {
  readonly url: string
  /** Who asked for something else than discovery: the user it is told, and what for. */
  readonly asked: readonly string[]
}

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'default', name: 'web' },
  spec: { containers: [{ name: 'main', image: 'none' }] },
  status: { phase: 'Running' },
}

const documents: Readonly<Record<string, object>> = {
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
  '/api/v1': {
    kind: 'APIResourceList',
    groupVersion: 'v1',
    resources: [{ name: 'pods', singularName: 'pod', namespaced: true, kind: 'Pod', verbs: ['get', 'list'] }],
  },
  '/api/v1/namespaces/default/pods/web': pod,
}

/** A short message of a server over a WebSocket, on a channel of `kubectl exec`. */
function frame(channel: number, text: string): Buffer {
  const payload = Buffer.concat([Buffer.from([channel]), Buffer.from(text)])
  return Buffer.concat([Buffer.from([0x82, payload.length]), payload])
}

const closing = Buffer.from([0x88, 2, 0x03, 0xe8])

const keyed = (key: string): string =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64') // RFC 6455

/** Runs a command: says what it was, and that it went well. */
function execute({ url = '', headers }: IncomingMessage, socket: Duplex): void {
  const command = new URL(url, 'http://member').searchParams.getAll('command').join(' ')
  socket.write(
    [
      'HTTP/1.1 101 Switching Protocols',
      'Connection: Upgrade',
      'Upgrade: websocket',
      `Sec-WebSocket-Accept: ${keyed(headers['sec-websocket-key'] ?? '')}`,
      'Sec-WebSocket-Protocol: v5.channel.k8s.io',
      '\r\n',
    ].join('\r\n'),
  )
  socket.write(frame(1, `did ${command}\n`))
  socket.write(frame(3, '{"metadata":{},"status":"Success"}'))
  socket.end(closing)
}

export async function startFarMember(): Promise<FarMember> {
  const asked: string[] = []
  const note = ({ url = '', headers }: IncomingMessage) => {
    const path = url.split('?', 1)[0] ?? ''
    if (path.startsWith('/api/v1/')) asked.push(`${headers['impersonate-user']}: ${path}`)
    return path
  }
  const server = createServer((request, response) => {
    const path = note(request)
    if (path.endsWith('/log')) {
      response.writeHead(200, { 'content-type': 'text/plain' }).write('one\n')
      return void setTimeout(() => response.end('two\n'), 50)
    }
    const document = documents[path]
    response.writeHead(document ? 200 : 404, { 'content-type': 'application/json' })
    return void response.end(JSON.stringify(document ?? { kind: 'Status', apiVersion: 'v1', code: 404 }))
  })
  server.on('upgrade', (request, socket) => {
    note(request)
    execute(request, socket)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo // it listens on a port
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}
