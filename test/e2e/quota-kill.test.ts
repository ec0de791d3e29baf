import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { stringify } from 'yaml'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { root } from '../root.ts'
import { newDataDir, type Up, up } from '../up.ts'

/** Asked after the quota has written its claim down: what it says never comes. */
const stuck = `
import { admit, definePlugin, on } from '@flotilla/sdk'
export const plugin = definePlugin({
  name: 'stuck',
  extensions: () => [on(admit.refuse, ({ operation, manifest }) =>
    operation === 'UPDATE' && manifest.kind === 'ResourceBinding' && manifest.spec.clusters?.length
      ? new Promise(() => {})
      : undefined)],
})
`

/** A config file with that plugin. */
function withStuck(): string {
  const directory = newDataDir()
  const modules = join(directory, 'node_modules')
  mkdirSync(join(modules, 'stuck'), { recursive: true })
  symlinkSync(join(root, 'node_modules/@flotilla'), join(modules, '@flotilla'))
  writeFileSync(
    join(modules, 'stuck/package.json'),
    JSON.stringify({ name: 'stuck', type: 'module', main: 'index.js' }),
  )
  writeFileSync(join(modules, 'stuck/index.js'), stuck)
  const file = join(directory, 'flotilla.yaml')
  writeFileSync(file, stringify({ plugins: [{ name: 'stuck' }] }))
  return file
}

const app = (name: string, replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { name } },
    template: {
      metadata: { labels: { name } },
      spec: { containers: [{ name: 'web', image: 'web:1', resources: { requests: { cpu: '1' } } }] },
    },
  },
})

const objects = [
  {
    apiVersion: 'policy.karmada.io/v1alpha1',
    kind: 'FederatedResourceQuota',
    metadata: { name: 'team' },
    spec: { overall: { cpu: '5' } },
  },
  {
    apiVersion: 'quota.flotilla.dev/v1alpha1',
    kind: 'SharedResourceQuota',
    metadata: { name: 'company' },
    spec: { total: { cpu: '5' }, shares: [{ namespace: 'default' }] },
  },
  {
    apiVersion: 'policy.karmada.io/v1alpha1',
    kind: 'PropagationPolicy',
    metadata: { name: 'spread' },
    spec: {
      resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment' }],
      placement: { replicaScheduling: { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Weighted' } },
    },
  },
]

describe('a process that is killed between a claim on quotas and the write it was for', () => {
  let flotilla: Up
  let k: Kubectl

  const apply = async (...items: readonly object[]) => {
    const { code, err } = await k.run(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
    assert.equal(code, 0, err)
  }
  const quotas = async (): Promise<Json> => {
    const [own, shared] = [(await k.json('federatedresourcequota', 'team')).status, (await k.json('srq', 'company')).status] // biome-ignore format: two questions
    return { used: [own?.overallUsed?.cpu, shared?.used?.cpu], reservations: [own?.reservations, shared?.reservations] }
  }
  const placed = async (name: string): Promise<number> => {
    const { spec } = await k.json('rb', `${name}-deployment`)
    return (spec.clusters ?? []).reduce((sum: number, { replicas }: Json) => sum + replicas, 0)
  }

  before(async () => {
    flotilla = await up({ members: 1, args: ['--config', withStuck()] })
    k = kubectl(flotilla.kubeconfig)
    await apply(...objects)
    await eventually(async () => assert.deepEqual((await quotas()).used, ['0', '0']))
    await apply(app('web', 4))
    await eventually(async () => {
      const { reservations } = await quotas()
      assert.deepEqual(
        reservations.map((each: Json) => each?.map(({ used }: Json) => used.cpu)),
        [['4'], ['4']],
      )
    })
    const { dataDir } = flotilla
    await flotilla.kill()
    flotilla = await up({ dataDir })
    k = kubectl(flotilla.kubeconfig)
  })
  after(async () => {
    assert.equal(await flotilla.stop(), 0)
  })

  test('leaves nothing that is used twice: the next attempt takes the place of the first', async () => {
    await eventually(async () => assert.equal(await placed('web'), 4))
    assert.deepEqual((await quotas()).used, ['4', '4'])
    await apply(app('late', 2))
    await eventually(async () => {
      const { status } = await k.json('rb', 'late-deployment')
      assert.equal(status?.conditions?.find(({ type }: Json) => type === 'Scheduled')?.reason, 'QuotaExceeded')
    })
    assert.equal(await placed('late'), 0)
  })

  test('leaves nothing behind: what goes is free for others', async () => {
    await k('delete', 'deployment', 'web')
    await eventually(async () => assert.equal(await placed('late'), 2))
    await eventually(async () => assert.deepEqual((await quotas()).used, ['2', '2']))
  })
})
