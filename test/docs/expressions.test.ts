import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { admit, type Cluster, deepFreeze, keyOf, type Manifest, type OverridePolicy, render } from '@flotilla/sdk'
import { parse } from 'yaml'
import { builtIns } from '../fixtures.ts'
import { root } from '../root.ts'

const page = readFileSync(join(root, 'docs/expressions.md'), 'utf8')

const cluster: Cluster = {
  apiVersion: 'cluster.karmada.io/v1alpha1',
  kind: 'Cluster',
  metadata: { name: 'member1' },
  spec: { syncMode: 'Push', region: 'eu', zones: ['eu-a', 'eu-b', 'eu-c', 'eu-d'] },
}

const container = { name: 'web', image: 'shop/web:1', resources: { limits: { memory: '64Mi' } } }
const template = (args: readonly string[] = []): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { replicas: 3, args, template: { spec: { containers: [container] } } },
})

const policies = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => parse(text) as OverridePolicy) // policies are what the page shows

test('the policies on the page are let in, and do what they say', async () => {
  assert.equal(policies.length, 2)
  let manifest = template()
  for (const policy of policies) {
    const write = { operation: 'CREATE', key: keyOf(policy), manifest: policy, user: 'user', dryRun: false } as const
    const stored = (await builtIns(admit.mutate, deepFreeze(write))) as OverridePolicy // still one
    assert.equal(await builtIns(admit.refuse, deepFreeze({ ...write, manifest: stored })), undefined)
    for (const { overriders } of stored.spec.overrideRules ?? [])
      manifest = await builtIns(render.override, deepFreeze({ manifest, cluster, overriders }))
  }
  assert.deepEqual(manifest.metadata.labels, { 'example.com/cluster': 'member1' })
  const { replicas, template: pod } = manifest.spec as {
    replicas: number
    template: { spec: { containers: object[] } }
  } // of a Deployment
  assert.equal(replicas, 4)
  assert.deepEqual(pod.spec.containers, [
    {
      name: 'web',
      image: 'registry.eu.example.com/shop/web:1',
      resources: { limits: { memory: '128Mi' } },
      args: ['--zone=eu-a', '--zone=eu-b', '--zone=eu-c', '--zone=eu-d'],
    },
  ])
})

const examples = [...page.matchAll(/^\| `([^`]+)` +\| `([^`]+)` +\|$/gm)].filter(
  ([, cel = '']) => !cel.endsWith('Overrider'),
)

test('there are examples on the page', () => assert.ok(examples.length > 5))

for (const [, cel = '', gives = ''] of examples)
  test(`${cel} gives what the page says`, async () => {
    const overriders = { plaintext: [{ path: '/spec/result', operator: 'add', cel } as const] }
    const after = await builtIns(render.override, deepFreeze({ manifest: template(['--debug']), cluster, overriders }))
    assert.deepEqual((after.spec as { result: unknown }).result, JSON.parse(gives))
  })
