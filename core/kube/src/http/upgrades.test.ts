import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerOptions } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { Upgrades } from './upgrades.ts'

const upgrades = new Upgrades()
for (const path of ['/one', '/two', '/two/more']) {
  upgrades.take(
    ({ url = '' }) => url.startsWith(path),
    (_, { socket, head }) => void socket.end(`HTTP/1.1 101 Switching Protocols\r\n\r\n${path} got ${head}`),
  )
}

async function serverOf(context: TestContext, options: ServerOptions): Promise<number> {
  const ordinary = async (request: IncomingMessage) => `ordinary ${request.method}: ${await text(request)}`
  const server = createServer(options)
  server.on('request', async (request, response) => response.end(await ordinary(request)))
  upgrades.listen(server, (request, response) => server.emit('request', request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  context.after(() => server.close())
  return (server.address() as AddressInfo).port // it listens on a port
}

const say = async (socket: Socket, head: string, rest = ''): Promise<string> => {
  socket.end(`${head} HTTP/1.1\r\nhost: x\r\nconnection: upgrade, close\r\nupgrade: websocket\r\n${rest}`)
  return text(socket)
}

const asking: ServerOptions = { shouldUpgradeCallback: (request) => upgrades.isTaken(request) }

for (const [name, options] of Object.entries({ 'is asked first': asking, 'is not asked': {} })) {
  test(`who takes a request has its connection, when who shares them ${name}`, async (context) => {
    const port = await serverOf(context, options)
    const at = () => connect(port, '127.0.0.1')
    assert.match(await say(at(), 'GET /one', '\r\nat once'), /^HTTP\/1.1 101 .*\r\n\r\n\/one got at once$/s)
    assert.match(await say(at(), 'GET /two/more', '\r\n'), /\r\n\r\n\/two got $/)
    assert.match(await say(at(), 'GET /three', '\r\n'), /^HTTP\/1.1 200 .*\r\n\r\nordinary GET: $/s)
  })
}

test('what nobody takes comes with its body', async (context) => {
  const port = await serverOf(context, asking)
  const answer = await say(connect(port, '127.0.0.1'), 'POST /three', 'content-length: 4\r\n\r\nbody')
  assert.match(answer, /\r\n\r\nordinary POST: body$/)
})
