import { execFile } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { assets } from './assets.ts'
import { startCluster } from './cluster.ts'
import { startEtcd } from './etcd.ts'

const program = process.env.FLOTILLA_CLIENT_GO
const without =
  assets && program ? false : 'KUBEBUILDER_ASSETS or FLOTILLA_CLIENT_GO is not set: test/assets has a build of each'

const run = promisify(execFile)

test('what the program on client-go expects is what Kubernetes does', { skip: without }, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'flotilla-client-go-'))
  await using etcd = await startEtcd(dir)
  await using cluster = await startCluster({ name: 'host', etcd, dir, host: true })
  await run(program ?? '', [], { env: { ...process.env, KUBECONFIG: cluster.kubeconfig }, timeout: 120_000 })
})
