import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '../kubectl.ts'
import { program } from './assets.ts'
import { freePort } from './port.ts'
import { type Running, start } from './process.ts'

export interface Etcd extends AsyncDisposable {
  readonly url: string
  /** Where its data is. */
  readonly data: string
  readonly process: Running
  /** `kill -9`, if it runs, and a new one on the same port that goes on with what is there. */
  restart(): Promise<void>
}

/** Starts an etcd. `dir` is where its data stays: started there again, it goes on. */
export async function startEtcd(dir: string): Promise<Etcd> {
  const [port, peerPort] = [await freePort(), await freePort()]
  const [url, peer] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`]
  mkdirSync(dir, { recursive: true })
  const data = join(dir, 'etcd')
  const args = [
    ...['--data-dir', data, '--listen-client-urls', url, '--advertise-client-urls', url],
    ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`],
    ...['--quota-backend-bytes', String(4 * 2 ** 30), '--unsafe-no-fsync', '--log-level', 'warn'],
  ]
  const run = () => start('etcd', program('etcd'), args, join(dir, 'etcd.log'))
  const ready = (running: Running) =>
    eventually(async () => {
      if (!running.runs) throw new Error(`etcd ended:\n${running.said()}`)
      const { ok } = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2000) })
      if (!ok) throw new Error(`etcd does not get ready:\n${running.said()}`)
    })
  let running = run()
  await ready(running)
  return {
    url,
    data,
    get process() {
      return running
    },
    restart: async () => {
      await running.kill()
      running = run()
      await ready(running)
    },
    [Symbol.asyncDispose]: () => running.kill(),
  }
}
