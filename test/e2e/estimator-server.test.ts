import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { connect } from 'node:tls'
import { type Authority, type Credential, openAuthority } from '@flotilla/apiserver'
import type { Daemon } from '../daemon.ts'
import { estimator } from '../estimator.ts'
import { newDataDir, type Up, up } from '../up.ts'

/** A port nobody listens on. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

describe('flotilla estimator', () => {
  let fleet: Up
  let authority: Authority
  let listening: Daemon
  let health: number

  before(async () => {
    fleet = await up({ members: 1 })
    const dir = newDataDir()
    const file = (name: string, text: string): string => {
      writeFileSync(join(dir, name), text)
      return join(dir, name)
    }
    authority = await openAuthority({ dir: join(dir, 'tls') })
    const { cert, key } = await authority.server()
    health = await freePort()
    listening = await estimator('member1', fleet.kubeconfig, [
      ...['--context', 'member1', '--grpc-client-ca-file', file('ca.crt', authority.ca)],
      ...['--grpc-auth-cert-file', file('server.crt', cert), '--grpc-auth-key-file', file('server.key', key)],
      ...['--health-probe-bind-address', `127.0.0.1:${health}`, '--metrics-bind-address', `127.0.0.1:${health}`],
    ])
  })
  after(async () => {
    assert.equal(await listening?.stop(), 0)
    await fleet?.stop()
  })

  /** What becomes of a connection: the protocol it is spoken with, or why it broke. */
  const spoken = (options: Partial<Credential> & { readonly maxVersion?: 'TLSv1.2' }): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect({
        ...options,
        host: '127.0.0.1',
        servername: 'localhost',
        port: listening.port,
        ca: authority.ca,
        ALPNProtocols: ['h2'],
      })
      socket.once('error', ({ message }) => resolve(message))
      socket.once('data', () => {
        resolve(String(socket.getProtocol())) // the settings of a server that lets it in
        socket.destroy()
      })
      socket.once('secureConnect', () => socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'))
      socket.once('close', () => resolve('closed'))
    })

  test('lets in who has a certificate of the authority', async () => {
    const { cert, key } = await authority.client('scheduler', { name: 'scheduler', groups: [] })
    assert.equal(await spoken({ cert, key }), 'TLSv1.3')
  })
  test('and nobody else', async () => assert.match(await spoken({}), /certificate required|closed|ECONNRESET/))
  test('speaks nothing older than TLS 1.3', async () =>
    assert.match(await spoken({ maxVersion: 'TLSv1.2' }), /protocol version|closed|ECONNRESET/))

  test('says how it is, and what it counts', async () => {
    for (const path of ['healthz', 'readyz'])
      assert.equal(await (await fetch(`http://127.0.0.1:${health}/${path}`)).text(), 'ok')
    const metrics = await (await fetch(`http://127.0.0.1:${health}/metrics`)).text()
    assert.match(metrics, /^# TYPE karmada_scheduler_estimator_estimating_request_total counter$/m)
  })
})
