import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cluster, manifest } from '../../testing/build.ts'
import { bestFit, type Fit, fit, matchesCluster, selectorFit } from './match.ts'
import type { ClusterAffinity, FieldSelectorRequirement, ResourceSelector } from './placement.ts'

const web = manifest('apps/v1', 'Deployment', { name: 'web', namespace: 'default', labels: { app: 'web' } })
const deployments = { apiVersion: 'apps/v1', kind: 'Deployment' }
const labelled = { ...deployments, labelSelector: { matchLabels: { app: 'web' } } }

const selectors: readonly (readonly [selector: ResourceSelector, fit: Fit])[] = [
  [deployments, fit.all],
  [{ ...deployments, apiVersion: 'apps/v2' }, fit.none],
  [{ ...deployments, kind: 'StatefulSet' }, fit.none],
  [{ ...deployments, namespace: 'default' }, fit.all],
  [{ ...deployments, namespace: 'other' }, fit.none],
  [{ ...deployments, namespace: '' }, fit.all],
  [{ ...deployments, name: 'web' }, fit.name],
  [{ ...deployments, name: 'api' }, fit.none],
  [{ ...deployments, name: '' }, fit.all],
  [labelled, fit.labels],
  [{ ...deployments, labelSelector: {} }, fit.labels],
  [{ ...deployments, labelSelector: { matchLabels: { app: 'api' } } }, fit.none],
  [{ ...labelled, name: 'web' }, fit.name],
  [{ ...deployments, name: 'web', labelSelector: { matchLabels: { app: 'api' } } }, fit.name],
]
for (const [selector, wanted] of selectors)
  test(`${JSON.stringify(selector)} fits ${wanted}`, () => assert.equal(selectorFit(selector, web), wanted))

test('the best of several selectors counts, wherever it stands', () => {
  const named = { ...deployments, name: 'web' }
  assert.equal(bestFit([deployments, named, labelled], web), fit.name)
  assert.equal(bestFit([labelled, deployments], web), fit.labels)
  assert.equal(bestFit([{ ...deployments, name: 'api' }], web), fit.none)
  assert.equal(bestFit([], web), fit.none)
})

const member = cluster({ name: 'm1', labels: { env: 'prod' }, provider: 'p', region: 'r', zones: ['z1', 'z2'] })
const bare = cluster({ name: 'bare' })

const field = (key: FieldSelectorRequirement['key'], operator: 'In' | 'NotIn', ...values: readonly string[]) => ({
  fieldSelector: { matchExpressions: [{ key, operator, values }] },
})

const affinities: readonly (readonly [affinity: ClusterAffinity | undefined, member: boolean, bare: boolean])[] = [
  [undefined, true, true],
  [{}, true, true],
  [{ clusterNames: [] }, true, true],
  [{ clusterNames: ['m1'] }, true, false],
  [{ clusterNames: ['m1'], exclude: ['m1'] }, false, false],
  [{ exclude: ['bare'] }, true, false],
  [{ labelSelector: { matchLabels: { env: 'prod' } } }, true, false],
  [{ labelSelector: {} }, true, true],
  [{ clusterNames: ['m1', 'bare'], labelSelector: { matchLabels: { env: 'prod' } } }, true, false],
  [field('provider', 'In', 'p', 'q'), true, false],
  [field('provider', 'In', ''), false, false],
  [field('provider', 'NotIn', 'p'), false, true],
  [field('region', 'In', 'x'), false, false],
  [field('region', 'NotIn', 'x'), true, true],
  [field('zone', 'In', 'z2', 'z3'), true, false],
  [field('zone', 'NotIn', 'z2', 'z3'), false, true],
  [field('zone', 'NotIn', 'z3'), true, true],
  [field('zone', 'In'), false, false],
  [{ fieldSelector: {} }, true, true],
  [
    {
      fieldSelector: {
        matchExpressions: [
          { key: 'provider', operator: 'In', values: ['p'] },
          { key: 'region', operator: 'In', values: ['x'] },
        ],
      },
    },
    false,
    false,
  ],
]
for (const [affinity, ...wanted] of affinities)
  test(`${JSON.stringify(affinity)} names m1 (${wanted[0]}), bare (${wanted[1]})`, () =>
    assert.deepEqual([matchesCluster(affinity, member), matchesCluster(affinity, bare)], wanted))

test('the old zone counts where there are no zones', () => {
  const affinity = field('zone', 'In', 'z')
  assert.equal(matchesCluster(affinity, cluster({ zone: 'z' })), true)
  assert.equal(matchesCluster(affinity, cluster({ zone: 'z', zones: [] })), true)
  assert.equal(matchesCluster(affinity, cluster({ zone: 'z', zones: ['other'] })), false)
})
