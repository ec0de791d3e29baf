import { join } from 'node:path'
import { eventually } from '../kubectl.ts'
import { program } from './assets.ts'
import { freePort } from './port.ts'
import { type Running, start } from './process.ts'

export interface Etcd extends AsyncDisposable {
  readonly url: string
  readonly process: Running
}

/** Starts an etcd. `dir` is where its data stays: started there again, it goes on. */
export async function startEtcd(dir: string): Promise<Etcd> {
  const [port, peerPort] = [await freePort(), await freePort()]
  const [url, peer] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`]
  const process = start(
    'etcd',
    program('etcd'),
    [
      ...['--data-dir', join(dir, 'etcd'), '--listen-client-urls', url, '--advertise-client-urls', url],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`],
      ...['--quota-backend-bytes', String(4 * 2 ** 30), '--unsafe-no-fsync', '--log-level', 'warn'],
    ],
    join(dir, 'etcd.log'),
  )
  await eventually(async () => {
    if (!process.runs) throw new Error(`etcd ended:\n${process.said()}`)
    const { ok } = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2000) })
    if (!ok) throw new Error(`etcd does not get ready:\n${process.said()}`)
  })
  return { url, process, [Symbol.asyncDispose]: () => process.kill() }
}
