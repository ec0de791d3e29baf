import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createApiServer, inProcessTransport, masters, memoryStorage } from '@flotilla/apiserver'
import { type ControlPlane, createControlPlane, createLog, createMetrics, readConfig } from '@flotilla/core'
import { interpreterWebhookPlugins } from '@flotilla/interpreter-webhooks'
import { createClient } from '@flotilla/kube'
import {
  type Client,
  crds,
  FlotillaError,
  type Health,
  interpret,
  resourceInterpreterWebhookConfigurationKind as kind,
  type ResourceInterpreterWebhook,
} from '@flotilla/sdk'
import { deployment } from '@flotilla/sdk/testing'
import { cert, key, stranger } from './certificate.ts'
import { eventually } from './kubectl.ts'

const web = deployment({ name: 'web', replicas: 1 })

interface Server {
  readonly port: number
  readonly connections: () => number
  close(): Promise<void>
}

/** A webhook over TLS on this machine. */
async function serve(listener: RequestListener, port = 0): Promise<Server> {
  let connections = 0
  const server = createServer({ cert, key }, listener)
  server.on('secureConnection', () => connections++)
  await once(server.listen(port, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port, // it listens on a port
    connections: () => connections,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Answers as a server of Karmada's does: no type, and no JSON by its header. */
const answering =
  (response: object): RequestListener =>
  async (request, reply) => {
    const chunks = await request.toArray()
    const { uid } = JSON.parse(Buffer.concat(chunks).toString()).request
    reply.setHeader('content-type', 'text/plain; charset=utf-8')
    reply.end(`${JSON.stringify({ response: { uid, successful: true, ...response } })}\n`)
  }

const base64 = (text: string): string => Buffer.from(text).toString('base64')

describe('webhooks over the wire', () => {
  const life = new AbortController()
  const metrics = createMetrics()
  let machine: ControlPlane
  let client: Client
  let running: Promise<void> | undefined
  const open: Server[] = []

  const served = async (listener: RequestListener, port?: number) => {
    const server = await serve(listener, port)
    open.push(server)
    return server
  }
  /** Has the machine ask this server and nobody else. */
  const asked = async (port: number, words: Partial<ResourceInterpreterWebhook['clientConfig']> = {}, seconds = 20) => {
    const clientConfig = { url: `https://localhost:${port}/`, caBundle: base64(cert), ...words }
    const name = `at-${port}.example.com`
    const configuration = {
      apiVersion: kind.apiVersion,
      kind: kind.kind,
      metadata: { name: 'wire' },
      webhooks: [
        {
          name,
          clientConfig,
          rules: [{ operations: ['*'], apiGroups: ['apps'], apiVersions: ['v1'], kinds: ['*'] }],
          timeoutSeconds: seconds,
          interpreterContextVersions: ['v1alpha1'],
        },
      ],
    }
    await client.patch(kind, { name: 'wire' }, { type: 'apply', body: configuration, force: true })
    await eventually(async () => {
      const { answers = [] } = machine.points().find(({ point }) => point === interpret.health.id) ?? {}
      assert.ok(answers.some(({ speaksFor = [] }) => speaksFor.some((speaker) => speaker.name === `wire/${name}`)))
    })
  }
  const health = (): Promise<Health | undefined> => machine.ask(interpret.health, { manifest: web })

  before(async () => {
    const log = createLog({ level: 'silent' })
    const server = await createApiServer({ name: 'wire', storage: memoryStorage(), crds, log })
    client = createClient(inProcessTransport(server, { name: 'system:flotilla', groups: [masters] }))
    machine = createControlPlane({
      client,
      config: readConfig(),
      log,
      version: '0.1.0',
      metrics,
      signal: life.signal,
      plugins: interpreterWebhookPlugins.map((plugin) => ({ plugin, trusted: true })),
      stages: ['plugins'],
    })
    running = machine.run()
    life.signal.addEventListener('abort', () => void server.close())
  })
  after(async () => {
    life.abort()
    await running
    for (const server of open) await server.close()
  })

  test('are asked over few connections, which are kept', async () => {
    const { port, connections } = await served(answering({ healthy: true }))
    await asked(port)
    for (let round = 0; round < 50; round++) assert.equal(await health(), 'Healthy')
    assert.ok(connections() < 4, `${connections()} connections`)
  })

  /** What goes wrong on the way, and what is said of it. */
  const wrong: Readonly<Record<string, readonly [listener: RequestListener, message: RegExp]>> = {
    'redirects': [(_, reply) => reply.writeHead(307, { location: 'https://elsewhere/' }).end(), /answered with 307, to ask https:\/\/elsewhere\/: redirects are not followed/],
    'talks without end': [
      (_, reply) => {
        const more = () => {
          while (!reply.destroyed && reply.write('x'.repeat(100_000)));
        }
        reply.on('drain', more)
        more()
      },
      /the answer is longer than 4194304 bytes/,
    ],
    'packs a hundred megabytes into a hundred kilobytes': [
      (_, reply) => reply.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(100_000_000))),
      /the answer is longer than 4194304 bytes/,
    ],
    'says something else': [(_, reply) => reply.end('<html>'), /not a ResourceInterpreterContext: "<html>"/],
    'resets its connections': [(request) => request.socket.destroy(), /did not answer: it hung up/],
    'ends in the middle': [
      (request, reply) => reply.writeHead(200, { 'content-length': '100' }).write('{', () => request.socket.destroy()),
      /did not answer: /,
    ],
    'answers another question': [answering({ uid: 'x', healthy: true }), /response\.uid is "x"/],
    'says neither yes nor no': [answering({}), /an answer to InterpretHealth has response\.healthy/],
  } // biome-ignore format: a table
  for (const [name, [listener, message]] of Object.entries(wrong)) {
    test(`one that ${name} is named, with the reason`, async () => {
      const { port } = await served(listener)
      await asked(port)
      await assert.rejects(health(), (error) => {
        assert.ok(error instanceof FlotillaError && error.code === 'INTERPRETER_WEBHOOK')
        assert.match(error.message, new RegExp(`^webhook at-${port}.example.com of ResourceInterpreterWebhookConfiguration wire did not answer InterpretHealth of Deployment default/web as it should: `)) // biome-ignore format: one message
        assert.match(error.message, message)
        return true
      })
    })
  }

  test('one that makes another object of it is refused', async () => {
    const patch = base64(JSON.stringify([{ op: 'replace', path: '/metadata/name', value: 'db' }]))
    const { port } = await served(answering({ patch, patchType: 'JSONPatch' }))
    await asked(port)
    const message = /did not answer ReviseReplica .*: its answer cannot be: metadata\.name is "db" in place of "web"/
    await assert.rejects(machine.ask(interpret.reviseReplicas, { manifest: web, replicas: 2 }), { message })
  })

  test('one whose certificate nobody knows is not told anything', async () => {
    let told = 0
    const { port } = await served(() => told++)
    await asked(port, { caBundle: base64(stranger) })
    await assert.rejects(health(), { message: /its certificate is signed by no authority that is trusted here/ })
    assert.equal(told, 0)
  })

  test('one that hangs is waited for as long as it may take, then left alone for a while', async () => {
    let hanging = 0
    const { port } = await served(() => hanging++)
    await asked(port, {}, 1)
    const start = performance.now()
    const waits = Array.from({ length: 5 }, () =>
      assert.rejects(health(), { message: /did not answer: it took longer than 1000 ms/ }),
    )
    await Promise.all(waits)
    assert.ok(performance.now() - start < 20_000)
    const message =
      /plugin wire\/at-\d+\.example\.com is not asked interpret\.health for a while.*: webhook at-\d+.*longer than 1000 ms/
    await assert.rejects(async () => health(), { code: 'PLUGIN_CIRCUIT_OPEN', message })
    assert.equal(hanging, 5)
  })

  test('one that comes back is asked again', async () => {
    const first = await served(answering({ healthy: true }))
    await asked(first.port)
    assert.equal(await health(), 'Healthy')
    await first.close()
    await assert.rejects(health(), { message: /nothing listens there/ })
    await served(answering({ healthy: false }), first.port)
    assert.equal(await health(), 'Unhealthy')
  })

  test('are measured by name', async () => {
    const text = await metrics.expose()
    assert.match(text, /flotilla_plugin_duration_seconds_count\{plugin="wire\/at-\d+\.example\.com",point="interpret\.health",result="success"\} 50/) // biome-ignore format: one line
    assert.doesNotMatch(text, /plugin="interpreter-webhooks"/)
  })
})
