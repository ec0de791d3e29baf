import assert from 'node:assert/strict'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { test } from 'node:test'
import type { Manifest } from '@flotilla/sdk'
import { createClient } from '../client.ts'
import { withoutManagedFields } from '../projection.ts'
import { Reflector } from '../reflector.ts'
import { ObjectStore } from '../store.ts'
import { answer, serve } from '../testing/http-server.ts'
import { configMap, configMapKind, status } from '../testing/objects.ts'
import { recordingLog, recordingMetrics } from '../testing/surroundings.ts'
import { until } from '../testing/until.ts'
import type { WireEvent } from '../transport.ts'
import { httpTransport } from './transport.ts'

/** A collection with a history, part of which is forgotten. */
class History {
  readonly events: { readonly version: number; readonly event: WireEvent }[] = []
  readonly objects = new Map<string, Manifest>()
  version = 0
  forgotten = 0

  put(name: string): void {
    const type = this.objects.has(name) ? 'MODIFIED' : 'ADDED'
    const object = { ...configMap(name, ++this.version), data: { text: 'é'.repeat(50) } }
    this.objects.set(name, object)
    this.events.push({ version: this.version, event: { type, object } })
  }

  remove(name: string): void {
    if (!this.objects.delete(name)) return
    this.events.push({ version: ++this.version, event: { type: 'DELETED', object: configMap(name, this.version) } })
  }

  list(): unknown {
    return { metadata: { resourceVersion: String(this.version) }, items: [...this.objects.values()] }
  }

  since(version: number): string {
    const events = this.events.filter((each) => each.version > version)
    return events.map(({ event }) => `${JSON.stringify(event)}\n`).join('')
  }
}

type Fault = (response: ServerResponse, lines: string) => void

const cutInTheMiddle = (lines: string): Buffer => {
  const bytes = Buffer.from(lines)
  return bytes.subarray(0, Math.floor(bytes.length * 0.7))
}

/** What may go wrong with a watch, one after the other. */
const faults: readonly [string, Fault][] = [
  ['ends in the middle of a line', (response, lines) => void response.end(cutInTheMiddle(lines))],
  [
    'is reset in the middle of a line',
    (response, lines) => response.write(cutInTheMiddle(lines), () => response.socket?.resetAndDestroy()),
  ],
  ['falls silent', (response, lines) => void response.write(lines)],
  ['ends at once', (response) => void response.end()],
  ['ends with an error', (response, lines) => void response.end(`${lines}${errorLine(500, 'InternalError')}`)],
  ['has expired', (response) => void response.end(errorLine(410, 'Expired'))],
  ['says nonsense', (response, lines) => void response.end(`${lines}{"type":"ADD\n`)],
  ['is put off', (response) => answer(response, 429, status(429, 'TooManyRequests').body, { 'retry-after': '0' })],
  ['finds the server broken', (response) => void response.writeHead(502).end('<html>bad gateway')],
  ['finds nobody', (response) => void response.socket?.destroy()],
]

const errorLine = (code: number, reason: string): string =>
  `${JSON.stringify({ type: 'ERROR', object: status(code, reason).body })}\n`

test('whatever happens to its watches, a store ends up with what the server has, and told it all', async (context) => {
  const history = new History()
  const seen = new Set<string>()
  let watches = 0
  for (let i = 0; i < 5; i++) history.put(`o${i}`)

  const exchange = (request: IncomingMessage, response: ServerResponse) => {
    const query = new URL(request.url ?? '', 'http://x').searchParams
    if (!query.has('watch')) return answer(response, 200, history.list())
    history.put(`o${watches % 7}`)
    history.remove(`o${(watches * 3) % 7}`)
    history.put('é')
    const since = Number(query.get('resourceVersion'))
    if (since < history.forgotten) return answer(response, 410, status(410, 'Expired').body)
    const [name, fault] = faults[watches++ % faults.length] ?? assert.fail()
    seen.add(name)
    if (watches === 15) history.forgotten = history.version
    if (watches < 3 * faults.length) return fault(response, history.since(since))
    return void response.write(history.since(since))
  }

  const { url } = await serve(context, exchange)
  const transport = httpTransport({ server: url, idleMs: 20 })
  const stop = new AbortController()
  const store = new ObjectStore<Manifest>({ onError: assert.ifError })
  const told = new Map<string, Manifest>()
  store.listen(({ before, after }) => {
    if (before) {
      assert.equal(told.get(before.metadata.name), before, 'the change begins where the last one ended')
      told.delete(before.metadata.name)
    }
    if (after) told.set(after.metadata.name, after)
  })
  const running = new Reflector({
    client: createClient(transport),
    kind: configMapKind,
    selection: {},
    project: withoutManagedFields,
    store,
    log: recordingLog(),
    metrics: recordingMetrics(),
    signal: stop.signal,
    waits: { baseMs: 1, capMs: 2 },
  }).run()
  context.after(async () => {
    stop.abort()
    await running
    await transport.close()
  })

  const sorted = (objects: Iterable<Manifest>) =>
    [...objects]
      .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
      .map(({ metadata, data }) => ({ metadata, data }))
  await until(
    () =>
      watches >= 3 * faults.length &&
      store.list().some(({ metadata }) => metadata.resourceVersion === String(history.version)),
  )
  assert.deepEqual(sorted(store.list()), sorted(history.objects.values()))
  assert.deepEqual(sorted(told.values()), sorted(history.objects.values()))
  assert.equal(seen.size, faults.length)
})
