import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Pair } from './answers.ts'
import { assets } from './assets.ts'
import { startCluster } from './cluster.ts'
import { startEtcd } from './etcd.ts'
import { allKinds } from './kinds/index.ts'
import { comparable } from './kinds/kind.ts'
import { type Asked, stepsOf } from './kinds/steps.ts'

const without = assets ? false : 'KUBEBUILDER_ASSETS is not set: test/assets/build prints what it should be'

describe('built-in kinds are as in a real server', { skip: without }, () => {
  const open = new AsyncDisposableStack()
  const dir = mkdtempSync(join(tmpdir(), 'flotilla-kinds-'))
  let pair: Pair

  before(async () => {
    const etcd = open.use(await startEtcd(dir))
    const cluster = open.use(await startCluster({ name: 'host', etcd, dir, host: true }))
    pair = open.use(await Pair.of(cluster, { services: { range: '10.96.0.0/16' } }))
  })
  after(() => open.disposeAsync())

  async function same({ step }: Asked): Promise<void> {
    const [real, embedded] = await pair.both(step)
    assert.deepEqual([embedded.status, comparable(embedded.body)], [real.status, comparable(real.body)])
  }

  for (const kind of allKinds)
    describe(kind.path, () => {
      for (const asked of stepsOf(kind)) test(asked.step.name, () => same(asked))
    })
})
