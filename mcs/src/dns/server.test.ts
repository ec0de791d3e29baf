import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { encode } from 'dns-packet'
import { noMetrics, shop } from './cluster.test-support.ts'
import { createResponder } from './respond.ts'
import { type DnsServer, startDnsServer } from './server.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {}, with: () => silent }
const web = 'web.shop.svc.clusterset.local'

const framed = (id: number): Buffer => {
  const message = encode({ type: 'query', id, questions: [{ name: web, type: 'A' }] })
  return Buffer.concat([Buffer.from([0, message.length]), message])
}

describe('a DNS server', () => {
  let server: DnsServer
  let resolver: Resolver

  before(async () => {
    const { zone, settled } = shop()
    await settled()
    server = await startDnsServer({ respond: createResponder({ zone, metrics: noMetrics }), log: silent, port: 0 })
    resolver = new Resolver({ timeout: 5000, tries: 2 })
    resolver.setServers([`127.0.0.1:${server.port}`])
  })
  after(() => server?.[Symbol.asyncDispose]())

  const connected = async (): Promise<Socket> => {
    const socket = connect(server.port, '127.0.0.1')
    await once(socket, 'connect')
    return socket
  }

  test("is asked by Node's own resolver", async () => {
    assert.deepEqual(await resolver.resolve4(web, { ttl: true }), [{ address: '10.1.0.1', ttl: 5 }])
    assert.deepEqual(await resolver.resolve6(web), ['fd00::1'])
    assert.deepEqual((await resolver.resolve4('db.shop.svc.clusterset.local')).sort(), ['10.2.0.1', '10.3.0.1'])
    const [port] = await resolver.resolveSrv(`_http._tcp.${web}`)
    assert.deepEqual([port?.name, port?.port, port?.weight], [web, 80, 100])
    assert.deepEqual(await resolver.reverse('10.1.0.1'), [web])
    await assert.rejects(resolver.resolve4(`none.${web}`), { code: 'ENOTFOUND' })
    await assert.rejects(resolver.resolveTxt(web), { code: 'ENODATA' })
    await assert.rejects(resolver.resolve4('example.com'), { code: 'EREFUSED' })
  })

  test('answers all that comes in one stream, in pieces or at once', async () => {
    const socket = await connected()
    const all = Buffer.concat([framed(1), framed(2), framed(3)])
    const ids: number[] = []
    let waiting = Buffer.alloc(0)
    const answered = new Promise<void>((resolve) =>
      socket.on('data', (chunk) => {
        waiting = Buffer.concat([waiting, chunk])
        while (waiting.length >= 4 && waiting.length >= 2 + waiting.readUInt16BE(0)) {
          ids.push(waiting.readUInt16BE(2))
          waiting = waiting.subarray(2 + waiting.readUInt16BE(0))
        }
        if (ids.length === 3) resolve()
      }),
    )
    socket.setNoDelay()
    for (const byte of all.subarray(0, 60)) socket.write(Buffer.from([byte]))
    socket.write(all.subarray(60))
    await answered
    assert.deepEqual(ids, [1, 2, 3])
    socket.destroy()
  })

  test('hangs up on who does not speak DNS', async () => {
    const socket = await connected()
    socket.on('error', () => undefined)
    socket.write(Buffer.from([0, 3, 1, 2, 3]))
    await once(socket, 'close')
  })

  test('says nothing to what is no question, and goes on', async () => {
    const socket = createSocket('udp4')
    for (const junk of [Buffer.alloc(0), Buffer.alloc(5), Buffer.alloc(12, 0xff)])
      socket.send(junk, server.port, '127.0.0.1')
    socket.send(framed(7).subarray(2), server.port, '127.0.0.1')
    const [answer] = (await once(socket, 'message')) as [Buffer]
    assert.equal(answer.readUInt16BE(0), 7)
    socket.close()
  })

  test('says when its port is taken', async () => {
    const taken = startDnsServer({ respond: () => undefined, log: silent, port: server.port })
    await assert.rejects(taken, { code: 'EADDRINUSE' })
  })

  test('ends with connections open', async () => {
    const other = await startDnsServer({ respond: () => undefined, log: silent, port: 0 })
    const socket = connect(other.port, '127.0.0.1')
    await once(socket, 'connect')
    const closed = once(socket, 'close')
    await other[Symbol.asyncDispose]()
    socket.destroy()
    await closed
  })
})
