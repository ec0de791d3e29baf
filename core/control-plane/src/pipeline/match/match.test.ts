import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Ask, label, match as matchPoints, on, type PropagationPolicy, Registry } from '@flotilla/sdk'
import { clusterPolicy, deployment, manifest, policy } from '@flotilla/sdk/testing'
import { match } from './match.ts'

const pp = (name: string, words: Parameters<typeof policy>[0] = {}) =>
  policy({ name, labels: { [label.propagationPolicyId]: `id-${name}` }, ...words })
const cpp = (name: string, words: Parameters<typeof policy>[0] = {}) =>
  clusterPolicy({ name, labels: { [label.clusterPropagationPolicyId]: `id-${name}` }, ...words })

/** A plugin that takes the last policy it is shown, and what it was shown. */
function chooser(): { ask: Ask; shown: string[][] } {
  const registry = new Registry()
  const shown: string[][] = []
  registry.add(
    on(matchPoints.choose, ({ policies }) => {
      shown.push(policies.map(({ metadata }) => metadata.name))
      return policies.at(-1)
    }),
  )
  return { ask: registry.ask, shown }
}

const template = deployment({ labels: { app: 'web' } })
const other = [{ apiVersion: 'v1', kind: 'ConfigMap' }]
const byLabel = (app: string) => [
  { apiVersion: 'apps/v1', kind: 'Deployment', labelSelector: { matchLabels: { app } } },
]
const always = { preemption: 'Always' } as const

interface Case {
  readonly current?: PropagationPolicy
  readonly own?: readonly PropagationPolicy[]
  readonly wide?: readonly PropagationPolicy[]
  /** Which policies a plugin is shown, by scope. */
  readonly shown?: readonly (readonly string[])[]
  readonly gets?: string
}

const cases: Record<string, Case> = {
  'nobody wants it': { own: [pp('a', { resourceSelectors: other })], shown: [] },
  'a plugin chooses among the policies of the namespace': {
    own: [pp('a'), pp('b')],
    wide: [cpp('w')],
    shown: [['a', 'b']],
    gets: 'b',
  },
  'cluster-wide ones come after': {
    own: [pp('a', { resourceSelectors: other })],
    wide: [cpp('w')],
    shown: [['w']],
    gets: 'w',
  },
  'a policy that selects other labels is not shown': {
    own: [pp('a', { resourceSelectors: byLabel('api') }), pp('b', { resourceSelectors: byLabel('web') })],
    shown: [['b']],
    gets: 'b',
  },
  'a policy that is going is not shown': { own: [pp('a', { deletionTimestamp: '2026-01-01T00:00:00Z' })], shown: [] },
  'a policy without its permanent id waits for it': { own: [policy({ name: 'a' })], shown: [] },
  'who has it keeps it, whoever comes': {
    current: cpp('w'),
    own: [pp('a', { priority: 9 })],
    wide: [cpp('w')],
    shown: [],
    gets: 'w',
  },
  'who no longer selects it loses it': {
    current: pp('a', { resourceSelectors: other }),
    own: [pp('b')],
    shown: [['b']],
    gets: 'b',
  },
  'and nobody may want it': { current: pp('a', { resourceSelectors: other }), shown: [] },
  'one made for another version of the kind is not judged by this one': {
    current: pp('a', { resourceSelectors: [{ apiVersion: 'apps/v1beta2', kind: 'Deployment' }] }),
    shown: [],
    gets: 'a',
  },
  'an equal with a higher priority preempts': {
    current: pp('a', { priority: 1 }),
    own: [pp('b', { priority: 2, ...always })],
    shown: [['b']],
    gets: 'b',
  },
  'not with the same priority': {
    current: pp('a', { priority: 2 }),
    own: [pp('b', { priority: 2, ...always })],
    shown: [],
    gets: 'a',
  },
  'not unless it says so': { current: pp('a'), own: [pp('b', { priority: 2 })], shown: [], gets: 'a' },
  'one of the namespace preempts a cluster-wide one whatever the priority': {
    current: cpp('w', { priority: 9 }),
    own: [pp('a', always)],
    shown: [['a']],
    gets: 'a',
  },
  'a cluster-wide one never preempts one of the namespace': {
    current: pp('a'),
    wide: [cpp('w', { priority: 9, ...always })],
    shown: [],
    gets: 'a',
  },
}

describe('a template', () => {
  for (const [name, { current, own = [], wide = [], shown, gets }] of Object.entries(cases)) {
    test(name, async () => {
      const { ask, shown: seen } = chooser()
      const chosen = await match(ask, { template, current, scopes: [own, wide] })
      assert.equal(chosen?.metadata.name, gets)
      assert.deepEqual(seen, shown)
    })
  }
  test('without a plugin that chooses stays free', async () => {
    assert.equal(await match(new Registry().ask, { template, scopes: [[pp('a')]] }), undefined)
  })
  test('that is cluster-scoped can only be claimed by cluster-wide policies', async () => {
    const role = manifest('rbac.authorization.k8s.io/v1', 'ClusterRole', { name: 'viewer' })
    const resourceSelectors = [{ apiVersion: role.apiVersion, kind: role.kind }]
    const chosen = await match(chooser().ask, { template: role, scopes: [[cpp('w', { resourceSelectors })]] })
    assert.equal(chosen?.metadata.name, 'w')
  })
  test('a copy a sandbox answers with means the policy it is a copy of', async () => {
    const registry = new Registry()
    registry.add(on(matchPoints.choose, ({ policies: [first] }) => structuredClone(first)))
    const own = pp('a')
    assert.equal(await match(registry.ask, { template, scopes: [[own]] }), own)
  })
})
