import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'

const selector = 'policy.flotilla.dev/cluster-selector'
const score = 'policy.flotilla.dev/cluster-score'

const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { a: 'b' } }

const policy = (annotations: Readonly<Record<string, string>>, placement: object = {}) => ({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: { name: 'chosen', annotations },
  spec: { resourceSelectors: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'settings' }], placement },
})

/** Clusters are chosen by an expression, with a real kubectl. */
describe('an expression in a policy', () => {
  let flotilla: Up
  let k: Kubectl
  const apply = async (object: object) => k.run(['apply', '-f', '-'], JSON.stringify(object))
  const applied = async (object: object) => {
    const { code, err } = await apply(object)
    assert.equal(code, 0, err)
  }
  const where = async (): Promise<string> => {
    const { spec } = await k.json('rb', 'settings-configmap')
    return (spec.clusters ?? []).map(({ name }: Json) => name).join(' ')
  }
  const goesTo = (names: string) => eventually(async () => assert.equal(await where(), names))
  const saidOf = async (): Promise<string> => {
    const { status } = await k.json('rb', 'settings-configmap')
    return status?.conditions?.find(({ type }: Json) => type === 'Scheduled')?.message ?? ''
  }

  before(async () => {
    flotilla = await up({ members: 3 })
    k = kubectl(flotilla.kubeconfig)
    await eventually(async () => {
      const { items } = await k.json('clusters')
      assert.equal(items.filter((cluster: Json) => cluster.status?.kubernetesVersion).length, 3)
    })
    await k('label', 'cluster', 'member1', 'tier=gold')
    await k('label', 'cluster', 'member2', 'tier=silver')
    await applied(settings)
  })
  after(async () => {
    assert.equal(await flotilla.stop(), 0)
  })

  test('chooses clusters, and follows their labels and annotations', async () => {
    const text = '"tier" in cluster.metadata.labels && cluster.metadata.labels.tier == "gold"'
    await applied(policy({ [selector]: text }))
    await goesTo('member1')
    await eventually(() => k('--context', 'member1', 'get', 'configmap', 'settings'))
    await k('label', 'cluster', 'member2', '--overwrite', 'tier=gold')
    await goesTo('member1 member2')
    await applied(policy({ [selector]: 'has(cluster.metadata.annotations.chosen)' }))
    await eventually(async () =>
      assert.match(
        await saidOf(),
        /^0\/3 clusters are available: 3 cluster\(s\) did not match the cluster selector expression/,
      ),
    )
    await k('annotate', 'cluster', 'member3', 'chosen=yes')
    await goesTo('member3')
  })

  test('compares versions and amounts', async () => {
    const version = 'semver(cluster.status.kubernetesVersion).isGreaterThan(semver("1.20"))'
    const room = 'cluster.status.resourceSummary.allocatable.memory > quantity("1Mi")'
    await applied(policy({ [selector]: `${version} && ${room} && cluster.metadata.name != "member2"` }))
    await goesTo('member1 member3')
  })

  test('that has no value for a cluster refuses it, with the reason', async () => {
    await applied(policy({ [selector]: 'cluster.metadata.labels.nowhere == "x"' }))
    await eventually(async () => assert.match(await saidOf(), /line 1, column 24: field not found: nowhere/))
    await goesTo('')
  })

  test('scores clusters where not all of them are wanted', async () => {
    const placement = { spreadConstraints: [{ spreadByField: 'cluster', minGroups: 1, maxGroups: 1 }] }
    await applied(policy({ [score]: 'cluster.metadata.name == "member2" ? 100 : 0' }, placement))
    await goesTo('member2')
  })

  test('that is none is refused, with its place', async () => {
    const { code, err } = await apply(policy({ [selector]: 'cluster.spec.region = "eu"' }))
    assert.equal(code, 1)
    assert.match(err, /metadata.annotations\[policy.flotilla.dev\/cluster-selector\]: Invalid value/)
    assert.match(err, /line 1, column 21: found = but expecting end of input/)
  })
})
