import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { extname } from 'node:path'
import { createInterface } from 'node:readline'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Json } from '../kubectl.ts'

const script = fileURLToPath(new URL(`./server${extname(import.meta.url)}`, import.meta.url))

export interface Answer {
  readonly code: number
  readonly body: Json
}

/** A server in a process of its own. */
export interface Victim {
  /** Rejects when the connection breaks: nobody knows then what became of the request. */
  ask(method: string, path: string, body?: object): Promise<Answer>
  /** The events of a watch, until it or the server ends. */
  watch(path: string): AsyncIterable<Json>
  /** `kill -9`; resolves when it is gone. */
  kill(): Promise<void>
}

const typeOf = (method: string): string => (method === 'PATCH' ? 'application/merge-patch+json' : 'application/json')

async function* linesOf(answer: Promise<IncomingMessage>): AsyncIterable<Json> {
  try {
    for await (const line of createInterface({ input: await answer })) yield JSON.parse(line)
  } catch {
    // half a line, or a connection that broke: the server is gone
  }
}

/** Starts one; undefined when it is killed before it listens, after so many milliseconds. */
export async function start(dir: string, soon?: number): Promise<Victim | undefined> {
  const child = spawn(process.execPath, [script, dir], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const timer = soon === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), soon)
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    exited.then(([code, signal]) => {
      if (signal !== 'SIGKILL') throw new Error(`the server ended with ${code}`)
      return []
    }),
  ])
  if (soon !== undefined) {
    await exited
    clearTimeout(timer)
    return undefined
  }
  const { url, ...identity } = JSON.parse(line)
  const agent = new Agent({ keepAlive: true, ...identity })
  const life = new AbortController()
  const send = async (method: string, path: string, body?: object): Promise<IncomingMessage> => {
    const headers = { 'content-type': typeOf(method) }
    const outgoing = request(`${url}${path}`, { method, agent, headers, signal: life.signal })
    outgoing.end(body && JSON.stringify(body))
    const [incoming] = await once(outgoing, 'response')
    return incoming
  }
  return {
    async ask(method, path, body) {
      const incoming = await send(method, path, body)
      return { code: incoming.statusCode ?? 0, body: await json(incoming) }
    },
    watch: (path) => linesOf(send('GET', path)),
    async kill() {
      child.kill('SIGKILL') // harmless when it is gone
      await exited
      life.abort()
      agent.destroy()
    },
  }
}
