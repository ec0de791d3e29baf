import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'

const template = (name: string, replicas = 2) => ({
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

const policy = (name: string, placement: object) => ({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: { name },
  spec: { resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment', name }], placement },
})

const divided = (more: object) => ({ replicaScheduling: { replicaSchedulingType: 'Divided', ...more } })
const weighing = (weight: unknown) =>
  divided({
    replicaDivisionPreference: 'Weighted',
    weightPreference: { staticWeightList: [{ targetCluster: { clusterNames: ['member1'] }, weight }] },
  })
const byRoom = divided({ weightPreference: { dynamicWeight: 'AvailableReplicas' } })
const spreading = (...spreadConstraints: readonly object[]) => ({ spreadConstraints })
const wide = { spreadByField: 'cluster', minGroups: 1 }

const weight = /staticWeightList\[0\]\.weight/

/** What is refused, and what names the place. */
const refused: Readonly<Record<string, readonly [placement: object, says: RegExp]>> = {
  'a weight of zero': [weighing(0), weight],
  'a negative weight': [weighing(-3), weight],
  'a part of a weight': [weighing(1.5), weight],
  'a weight beyond numbers': [weighing(1e30), weight],
  'a weight in words': [weighing('many'), weight],
  'a weight that is none': [weighing(null), /staticWeightList\[0\]\): missing required field "weight"/],
  'negative groups': [spreading({ spreadByField: 'cluster', minGroups: -1 }), /spreadConstraints\[0\]\.minGroups/],
  'groups beyond numbers': [
    spreading({ spreadByField: 'cluster', maxGroups: 1e20 }),
    /spreadConstraints\[0\]\.maxGroups/,
  ],
  'fewer at most than at least': [
    spreading({ spreadByField: 'cluster', minGroups: 3, maxGroups: 2 }),
    /spreadConstraints\[0\]\.maxGroups: .* must be 0 or at least minGroups, which is 3/,
  ],
  'more regions than clusters': [
    spreading({ ...wide, maxGroups: 1 }, { spreadByField: 'region', minGroups: 2 }),
    /spreadConstraints\[1\]\.minGroups: .* so many groups need as many clusters/,
  ],
  'regions without clusters': [
    spreading({ spreadByField: 'region', minGroups: 1 }),
    /needs a constraint with spreadByField "cluster"/,
  ],
  'a spread by what there is not': [spreading({ spreadByField: 'planet' }), /spreadConstraints\[0\]\.spreadByField/],
  'a division there is not': [
    { replicaScheduling: { replicaSchedulingType: 'Halved' } },
    /replicaScheduling\.replicaSchedulingType/,
  ],
  'a field there is not': [
    { clusterAffinity: { clusterName: ['member1'] } },
    /placement\.clusterAffinity\): unknown field "clusterName"/,
  ],
  'two affinities': [
    { clusterAffinity: {}, clusterAffinities: [{ affinityName: 'a', clusterNames: ['member1'] }] },
    /placement\.clusterAffinities: Forbidden/,
  ],
  'a toleration that is none': [
    { clusterTolerations: [{ key: 'a', operator: 'Lt', value: '3' }] },
    /clusterTolerations\[0\]\.operator/,
  ],
  'a term without a name': [
    { clusterAffinities: [{ clusterNames: ['member1'] }] },
    /clusterAffinities\[0\]\): missing required field "affinityName"/,
  ],
}

/** What is let in, for it may become possible, and what its binding says until then. */
const waiting: Readonly<Record<string, readonly [placement: object, reason: string, says: RegExp, replicas?: number]>> =
  {
    'more clusters than there are': [
      spreading({ spreadByField: 'cluster', minGroups: 9 }),
      'SchedulerError',
      /^the placement spreads over at least 9 clusters; feasible: 2$/,
    ],
    'more regions than there are': [
      spreading(wide, { spreadByField: 'region', minGroups: 7 }),
      'SchedulerError',
      /^the placement spreads over at least 7 regions; feasible: \d$/,
    ],
    'a property nobody has': [
      spreading(wide, { spreadByLabel: 'example.com/rack', minGroups: 1 }),
      'NoClusterFit',
      /2 cluster\(s\) did not have label example.com\/rack property/,
    ],
    'a cluster there is not': [
      { clusterAffinity: { clusterNames: ['ghost'] } },
      'NoClusterFit',
      /Clusters that do not exist: ghost\.$/,
    ],
    'more replicas than fit': [
      byRoom,
      'Unschedulable',
      /^Clusters available replicas \d+ are not enough to schedule\.$/,
      2_000_000,
    ],
  }

describe('a placement that makes no sense', () => {
  let flotilla: Up
  let k: Kubectl
  const apply = async (...items: readonly object[]) =>
    k.run(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  const scheduled = async (name: string): Promise<Json> =>
    (await k.json('rb', `${name}-deployment`)).status?.conditions?.find(({ type }: Json) => type === 'Scheduled')

  before(async () => {
    flotilla = await up({ members: 2 })
    k = kubectl(flotilla.kubeconfig)
    await eventually(async () => {
      const { items } = await k.json('clusters')
      assert.equal(items.filter(({ status }: Json) => status?.apiEnablements && status?.resourceSummary).length, 2)
    })
  })
  after(async () => {
    assert.equal(await flotilla.stop(), 0)
  })

  for (const [what, [placement, says]] of Object.entries(refused))
    test(`${what} is refused, with its place`, async () => {
      const { code, err } = await apply(policy('web', placement))
      assert.equal(code, 1)
      assert.match(err, says)
    })

  test('no number is refused as well', async () => {
    const text = JSON.stringify(policy('web', weighing(0))).replace('"weight":0', '"weight": .nan')
    assert.equal((await k.run(['apply', '-f', '-'], text)).code, 1)
  })

  for (const [i, [what, [placement, reason, says, replicas]]] of Object.entries(waiting).entries())
    test(`${what} is said by the binding`, async () => {
      const name = `web-${i}`
      const { code, err } = await apply(template(name, replicas), policy(name, placement))
      assert.equal(code, 0, err)
      await eventually(async () => {
        const condition = await scheduled(name)
        assert.equal(condition?.reason, reason, condition?.message)
        assert.match(condition.message, says)
      })
    })

  test('the largest weight there is divides exactly, beside all that cannot be placed', async () => {
    const { code, err } = await apply(template('last', 5), policy('last', weighing(Number.MAX_SAFE_INTEGER)))
    assert.equal(code, 0, err)
    await eventually(async () => {
      const { spec } = await k.json('rb', 'last-deployment')
      assert.deepEqual(spec.clusters, [{ name: 'member1', replicas: 5 }])
    })
  })
})
