import { setTimeout as sleep } from 'node:timers/promises'
import { percentile } from '../measure.ts'
import { serveTasks } from './apart.ts'
import { type Asked, Connection, type Place } from './wire.ts'

/** The same request many times; `#` in it is the number of each. */
export interface Many {
  readonly place: Place
  readonly asked: Asked
  readonly count: number
  /** So many connections, each with one request at a time. */
  readonly width: number
  /** Numbers go round below this. */
  readonly below?: number
}

export interface Done {
  readonly seconds: number
  readonly p50: number
  readonly p99: number
  /** CPU seconds of the client. */
  readonly cpu: number
  /** Bytes of the last answer. */
  readonly bytes: number
}

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

const numbered = ({ path, body, ...asked }: Asked, index: number): Asked => ({
  ...asked,
  path: path.replace('#', String(index)),
  ...(body !== undefined && { body: body.replaceAll('#', String(index)) }),
})

const checked = async (connection: Connection, asked: Asked): Promise<Buffer> => {
  const { status, body } = await connection.ask(asked)
  if (status < 300) return body
  throw new Error(`${asked.method} ${asked.path}: ${status} ${body.toString().slice(0, 300)}`)
}

async function many({ place, asked, count, width, below = count }: Many): Promise<Done> {
  const connections = await Promise.all(Array.from({ length: width }, () => Connection.open(place)))
  const times: number[] = []
  let [next, bytes] = [0, 0]
  const work = async (connection: Connection) => {
    while (next < count) {
      const request = numbered(asked, next++ % below)
      const begun = performance.now()
      bytes = (await checked(connection, request)).length
      times.push(performance.now() - begun)
    }
  }
  const cpu = cpuSeconds()
  const start = performance.now()
  await Promise.all(connections.map(work))
  const seconds = (performance.now() - start) / 1000
  for (const { socket } of connections) socket.destroy()
  return { seconds, p50: percentile(times, 0.5), p99: percentile(times, 0.99), cpu: cpuSeconds() - cpu, bytes }
}

/** A watch as a client has it that does nothing but count. */
interface Listening {
  readonly connection: Connection
  heard: number
}

const listening: Listening[] = []
let onEvent: (() => void) | undefined

/** How many lines of JSON end in a piece: events have no other line breaks after a brace. */
const eventsIn = (piece: Buffer): number => {
  let count = 0
  for (let at = piece.indexOf('}\n'); at >= 0; at = piece.indexOf('}\n', at + 2)) count++
  return count
}

async function startWatch(place: Place, path: string): Promise<void> {
  const connection = await Connection.open(place)
  const watch: Listening = { connection, heard: 0 }
  connection.socket.removeAllListeners('data').on('data', (piece: Buffer) => {
    const count = eventsIn(piece)
    watch.heard += count
    for (let i = 0; i < count; i++) onEvent?.()
  })
  const answered = new Promise((resolve) => connection.socket.once('data', resolve))
  connection.socket.write(connection.textOf({ method: 'GET', path }))
  listening.push(watch)
  await answered
}

/** Opens connections that watch, or only wait. */
async function watch({ place, path, count }: { place: Place; path: string | undefined; count: number }): Promise<void> {
  const starting = Array.from({ length: count }, (_, index) => index).values()
  const open = async () => {
    for (const _ of starting)
      if (path) await startWatch(place, path)
      else listening.push({ connection: await Connection.open(place), heard: 0 })
  }
  await Promise.all(Array.from({ length: 20 }, open))
}

function leave(): void {
  for (const { connection } of listening.splice(0)) connection.socket.destroy()
}

/** Writes one object again and again, and how long each event takes to all who watch, from before it is sent. */
async function tell({ place, asked, times }: { place: Place; asked: Asked; times: number }) {
  const connection = await Connection.open(place)
  const delays: number[] = []
  const slowest: number[] = []
  for (let index = 1; index <= times; index++) {
    const { promise, resolve } = Promise.withResolvers<void>()
    let missing = listening.length
    const begun = performance.now()
    onEvent = () => {
      delays.push(performance.now() - begun)
      if (--missing === 0) resolve()
    }
    await Promise.all([checked(connection, numbered(asked, index)), promise])
    slowest.push(performance.now() - begun)
    await sleep(50)
  }
  onEvent = undefined
  connection.socket.destroy()
  return { p50: percentile(delays, 0.5), p99: percentile(delays, 0.99), slowest: percentile(slowest, 0.5) }
}

/** A watch that begins and then does not read: paused, so that the socket's buffers fill. */
let stuck: Connection | undefined

async function stick({ place, path }: { place: Place; path: string }): Promise<void> {
  stuck = await Connection.open(place)
  stuck.socket.write(stuck.textOf({ method: 'GET', path }))
  await new Promise((resolve) => stuck?.socket.once('data', resolve))
  stuck.socket.pause()
}

/** Reads on; whether the server has cut the connection. */
async function unstick(): Promise<boolean> {
  if (stuck === undefined) return false
  const cut = new Promise<boolean>((resolve) => stuck?.socket.once('close', () => resolve(true)))
  stuck.socket.resume()
  const isCut = await Promise.race([cut, sleep(1000, false)])
  stuck.socket.destroy()
  return isCut
}

/** One request again and again until someone says stop: how long the slowest take while something else is going on. */
let asking: { stop: boolean; readonly times: Promise<readonly number[]> } | undefined

function keepAsking({ place, asked }: { place: Place; asked: Asked }): void {
  const state = { stop: false }
  const run = async () => {
    const connection = await Connection.open(place)
    const times: number[] = []
    while (!state.stop) {
      const begun = performance.now()
      await checked(connection, asked)
      times.push(performance.now() - begun)
      await sleep(2)
    }
    connection.socket.destroy()
    return times
  }
  asking = Object.assign(state, { times: run() })
}

async function stopAsking(): Promise<{ p50: number; longest: number }> {
  if (asking) asking.stop = true
  const times = (await asking?.times) ?? []
  return { p50: percentile(times, 0.5), longest: Math.max(...times) }
}

export const tasks = { many, watch, leave, tell, stick, unstick, keepAsking, stopAsking }

if (process.send) serveTasks(tasks)
