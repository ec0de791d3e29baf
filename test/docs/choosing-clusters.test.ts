import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { admit, annotation, deepFreeze, keyOf, type PropagationPolicy, schedule } from '@flotilla/sdk'
import { binding, cluster } from '@flotilla/sdk/testing'
import { parse } from 'yaml'
import { builtIns } from '../fixtures.ts'
import { root } from '../root.ts'

const page = readFileSync(join(root, 'docs/choosing-clusters.md'), 'utf8')
const [, yaml = ''] = /```yaml\n(.*?)```/s.exec(page) ?? []
const policy = parse(yaml) as PropagationPolicy // it is what the page shows

const member = (name: string, tier: string, cost: string, memory = '64Gi') =>
  cluster({
    name,
    labels: { tier },
    annotations: { 'example.com/cost': cost },
    status: { kubernetesVersion: 'v1.31.2', resourceSummary: { allocatable: { memory, cpu: '8' } } },
  })

test('the policy on the page is let in, and chooses as it says', async () => {
  const write = { operation: 'CREATE', key: keyOf(policy), manifest: policy, user: 'user', dryRun: false } as const
  const stored = (await builtIns(admit.mutate, deepFreeze(write))) as PropagationPolicy // still one
  assert.equal(await builtIns(admit.refuse, deepFreeze({ ...write, manifest: stored })), undefined)
  const clusters = [
    member('cheap', 'gold', '10'),
    member('dear', 'gold', '60'),
    member('silver', 'silver', '0'),
    member('full', 'gold', '0', '8Gi'),
  ]
  const asked = deepFreeze({
    binding: binding({ annotations: policy.metadata.annotations ?? {} }),
    placement: stored.spec.placement ?? {},
    clusters,
  })
  assert.deepEqual(Object.keys(await builtIns(schedule.filter, asked)).sort(), ['full', 'silver'])
  const scores = await builtIns(schedule.score, deepFreeze({ ...asked, clusters: clusters.slice(0, 2) }))
  assert.deepEqual(scores, { cheap: 90, dear: 40 })
})

const examples = [...page.matchAll(/^\| `([^`|]+)` +\|$/gm)].map(([, text = '']) => text)

test('there are examples on the page', () => assert.ok(examples.length > 5))

for (const text of examples)
  test(`${text} has a value for every cluster`, async () => {
    const asked = { binding: binding({ annotations: { [annotation.clusterSelector]: text } }), placement: {} }
    const clusters = [member('one', 'gold', '1'), cluster({ name: 'bare', status: { conditions: [] } })]
    for (const { reason } of Object.values(await builtIns(schedule.filter, deepFreeze({ ...asked, clusters }))))
      assert.ok(!reason.includes('could not be told'), reason)
  })
