import { parentPort, workerData } from 'node:worker_threads'
import { createApiServer, inProcessTransport, masters, memoryStorage } from '@flotilla/apiserver'
import { holdLittleGarbage } from '@flotilla/cli'
import { createLog } from '@flotilla/core'
import type { Transport } from '@flotilla/kube'
import { type ApiError, crds } from '@flotilla/sdk'
import type { Answer, Asked } from './apart.ts'

const port = parentPort
if (!port) throw new Error('this is the inside of a thread')
holdLittleGarbage()

const log = createLog({ level: 'error' })
const streams = new Map<number, AbortController>()

async function serverOf(name: string): Promise<[string, Transport]> {
  const server = await createApiServer({ name, storage: memoryStorage(), crds, log })
  return [name, inProcessTransport(server, { name: 'bench', groups: [masters] })]
}

const servers = new Map(await Promise.all((workerData as readonly string[]).map(serverOf)))

const tell = (answer: Answer) => port.postMessage(answer)

async function stream(id: number, to: Transport, request: object): Promise<void> {
  const life = new AbortController()
  streams.set(id, life)
  try {
    const events = await to.stream({ ...(request as Parameters<Transport['stream']>[0]), signal: life.signal })
    for await (const event of events) tell({ id, event: JSON.stringify(event) })
    tell({ id, ended: true })
  } catch (error) {
    if (!life.signal.aborted) tell({ id, refused: JSON.stringify((error as ApiError).status ?? {}) })
  } finally {
    streams.delete(id)
  }
}

port.on('message', async ({ id, server, verb, text }: Asked) => {
  const to = servers.get(server)
  if (verb === 'stop' || !to) return streams.get(id)?.abort()
  const request = JSON.parse(text)
  if (verb === 'stream') return stream(id, to, request)
  const { status, body } = await to.send(request)
  tell({ id, status, body: JSON.stringify(body) ?? 'null' })
})

tell({ id: 0, ended: true })
