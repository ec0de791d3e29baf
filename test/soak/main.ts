import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { HttpOptions } from '@flotilla/kube'
import { startCluster } from '../real/cluster.ts'
import { startEtcd } from '../real/etcd.ts'
import { embedded } from './embedded.ts'
import { soak } from './soak.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string' },
    real: { type: 'boolean', default: false },
  },
})

/** A real kube-apiserver, or an embedded one. */
async function serverOf(open: AsyncDisposableStack): Promise<HttpOptions> {
  if (!values.real) return open.use(await embedded()).options
  const dir = mkdtempSync(join(tmpdir(), 'flotilla-soak-'))
  open.defer(() => rmSync(dir, { recursive: true, force: true }))
  const etcd = open.use(await startEtcd(dir))
  return open.use(await startCluster({ name: 'soak', etcd, dir, host: true })).identity
}

await using open = new AsyncDisposableStack()
const server = await serverOf(open)
const end = performance.now() + Number(values.minutes) * 60_000
let seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed)
let slowest = 0
let hours = 0
do {
  const { slowestMs, writes } = await soak({ seed, server, hours: 5, faults: 22, faultMs: 600 })
  hours += 5
  slowest = Math.max(slowest, slowestMs)
  console.log(`seed ${seed}: ${writes} writes; caches right at most ${Math.round(slowestMs)} ms after the last fault`)
  seed++
} while (performance.now() < end)
console.log(`${hours} hours of faults; caches were right at most ${Math.round(slowest)} ms after each`)
