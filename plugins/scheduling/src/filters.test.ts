import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deepFreeze, type Placement, Registry, schedule, type Taint } from '@flotilla/sdk'
import {
  binding,
  type ClusterWords,
  cluster,
  clusters,
  examineFilter,
  examineScore,
  fakeHost,
} from '@flotilla/sdk/testing'
import { apiEnablement } from './api-enablement.ts'
import { clusterAffinity } from './cluster-affinity.ts'
import { clusterEviction } from './cluster-eviction.ts'
import { clusterLocality } from './cluster-locality.ts'
import { schedulingPlugins } from './index.ts'
import { spreadConstraint } from './spread-constraint.ts'
import { taintToleration } from './taint-toleration.ts'
import { workloadAffinity } from './workload-affinity.ts'
import { workloadAntiAffinity } from './workload-anti-affinity.ts'

const mismatch = 'cluster(s) did not match the placement cluster affinity constraint'
const three = [
  cluster({ name: 'a' }),
  cluster({ name: 'b', labels: { tier: 'gold' } }),
  cluster({ name: 'c', region: 'north' }),
]
const inNorth = { matchExpressions: [{ key: 'region' as const, operator: 'In' as const, values: ['north'] }] }
const terms: Placement = {
  clusterAffinities: [
    {
      affinityName: 'first',
      clusterNames: ['a'],
      overflowAffinities: [{ affinityName: 'more', clusterNames: ['b'] }],
    },
    { affinityName: 'second', clusterNames: ['c'] },
  ],
}

examineFilter(clusterAffinity, {
  'no affinity names every cluster': { given: { clusters: three } },
  'an affinity names clusters, and excludes some': {
    given: { clusters: three, placement: { clusterAffinity: { clusterNames: ['a', 'b'], exclude: ['b'] } } },
    refuses: { b: mismatch, c: mismatch },
  },
  'an affinity goes by labels': {
    given: { clusters: three, placement: { clusterAffinity: { labelSelector: { matchLabels: { tier: 'gold' } } } } },
    refuses: { a: mismatch, c: mismatch },
  },
  'an affinity goes by fields': {
    given: { clusters: three, placement: { clusterAffinity: { fieldSelector: inNorth } } },
    refuses: { a: mismatch, b: mismatch },
  },
  'the term being tried counts': {
    given: { clusters: three, placement: terms, affinityName: 'second' },
    refuses: { a: mismatch, b: mismatch },
  },
  'the first term counts when none is named': {
    given: { clusters: three, placement: terms },
    refuses: { b: mismatch, c: mismatch },
  },
  'a workload may overflow': {
    given: { clusters: three, placement: terms, affinityName: 'first', binding: binding({ replicas: 2 }) },
    refuses: { c: mismatch },
  },
})

examineFilter(clusterEviction, {
  'a cluster that is being left is not one to go to': {
    given: {
      clusters: clusters('a', 'b'),
      binding: binding({ gracefulEvictionTasks: [{ fromCluster: 'b', reason: 'X', producer: 'me' }] }),
    },
    refuses: { b: 'cluster(s) is in the process of eviction' },
  },
  'a binding that leaves no cluster may go anywhere': { given: { clusters: clusters('a') } },
})

const taint = (effect: Taint['effect'], value?: string): Taint => ({ key: 'gpu', effect, ...(value && { value }) })
const tainted = (...taints: readonly Taint[]) => [cluster({ name: 'a', taints })]
const tolerating: Placement = { clusterTolerations: [{ key: 'gpu', operator: 'Exists' }] }

examineFilter(taintToleration, {
  'NoSchedule keeps away': {
    given: { clusters: tainted(taint('NoSchedule', 'yes')) },
    refuses: { a: 'cluster(s) had untolerated taint {gpu=yes:NoSchedule}' },
  },
  'NoExecute keeps away': {
    given: { clusters: tainted(taint('NoExecute')) },
    refuses: { a: 'cluster(s) had untolerated taint {gpu:NoExecute}' },
  },
  'PreferNoSchedule keeps nobody away': { given: { clusters: tainted(taint('PreferNoSchedule')) } },
  'what is tolerated keeps nobody away': {
    given: { clusters: tainted(taint('NoSchedule'), taint('NoExecute')), placement: tolerating },
  },
  'every taint has to be tolerated': {
    given: { clusters: tainted(taint('NoSchedule'), { key: 'disk', effect: 'NoSchedule' }), placement: tolerating },
    refuses: { a: 'cluster(s) had untolerated taint {disk:NoSchedule}' },
  },
  'what is there stays': {
    given: { clusters: tainted(taint('NoExecute')), binding: binding({ clusters: { a: undefined } }) },
  },
})

const serving = (name: string, apiEnablements?: NonNullable<ClusterWords['status']>['apiEnablements']) =>
  cluster({ name, status: apiEnablements ? { apiEnablements } : {} })
const noApi = 'cluster(s) did not have the API resource'

examineFilter(apiEnablement, {
  'a cluster that serves the kind will do': { given: { clusters: clusters('a') } },
  'a cluster has to serve the kind': { given: { clusters: [serving('a', [])] }, refuses: { a: noApi } },
  'a cluster that says nothing does not': {
    given: { clusters: [deepFreeze({ ...cluster({ name: 'a' }), status: {} })] },
    refuses: { a: noApi },
  },
  'another version is another kind': {
    given: {
      clusters: clusters('a'),
      binding: binding({ resource: { apiVersion: 'apps/v2', kind: 'Deployment', name: 'web' } }),
    },
    refuses: { a: noApi },
  },
  'what is there stays': {
    given: { clusters: [serving('a', [])], binding: binding({ clusters: { a: undefined } }) },
  },
})

const by = (...fields: readonly ('region' | 'zone' | 'provider' | 'cluster')[]): Placement => ({
  spreadConstraints: fields.map((spreadByField) => ({ spreadByField, minGroups: 1 })),
})
const placed = [
  cluster({ name: 'a', region: 'r', zones: ['z'], provider: 'p' }),
  cluster({ name: 'b', zone: 'z' }),
  cluster({ name: 'c', labels: { rack: '1' } }),
]
const without = (property: string) => `cluster(s) did not have ${property} property`

examineFilter(spreadConstraint, {
  'every cluster is a cluster': { given: { clusters: placed, placement: by('cluster') } },
  'a cluster has to say its region': {
    given: { clusters: placed, placement: by('cluster', 'region') },
    refuses: { b: without('region'), c: without('region') },
  },
  'a cluster has to say its zones, or its zone': {
    given: { clusters: placed, placement: by('cluster', 'zone') },
    refuses: { c: without('zones') },
  },
  'a cluster has to say its provider': {
    given: { clusters: clusters('d'), placement: by('provider') },
    refuses: { d: without('provider') },
  },
  'a cluster has to have the label': {
    given: { clusters: placed, placement: { spreadConstraints: [{ spreadByLabel: 'rack' }] } },
    refuses: { a: without('label rack'), b: without('label rack') },
  },
})

const grouped =
  (kind: 'affinityGroup' | 'antiAffinityGroup') =>
  (name: string, where: readonly string[], namespace = 'shop') =>
    binding({
      name,
      namespace,
      workloadAffinityGroups: { [kind]: 'app=web' },
      clusters: Object.fromEntries(where.map((each) => [each, undefined])),
    })
const affine = grouped('affinityGroup')
const apart = grouped('antiAffinityGroup')
const two = clusters('a', 'b')
const away = 'ResourceBinding with the same affinity group does not target this cluster'
const taken = 'cluster already has workload with the same anti-affinity group'

examineFilter(workloadAffinity, {
  'a binding goes where the others of its group are': {
    host: { objects: [affine('x', []), affine('y', ['b'])] },
    given: { clusters: two, binding: affine('x', []) },
    refuses: { a: { reason: away, resolvable: true, resolvedBy: ['bindings'] } },
  },
  'the first of a group may go anywhere': {
    host: { objects: [affine('y', [])] },
    given: { clusters: two, binding: affine('x', []) },
  },
  'another namespace has other groups': {
    host: { objects: [affine('y', ['b'], 'other')] },
    given: { clusters: two, binding: affine('x', []) },
  },
  'what is there stays': {
    host: { objects: [affine('y', ['b'])] },
    given: { clusters: two, binding: affine('x', ['a']) },
  },
  'a binding of no group may go anywhere': {
    host: { objects: [affine('y', ['b'])] },
    given: { clusters: two, binding: binding() },
  },
})

examineFilter(workloadAffinity, {
  'a binding goes where others were just placed, whatever the store shows': {
    host: { objects: [affine('y', ['b'])] },
    given: { clusters: two, binding: affine('x', []), assigning: [affine('y', ['a'])] },
    refuses: { b: { reason: away, resolvable: true, resolvedBy: ['bindings'] } },
  },
})

examineFilter(workloadAntiAffinity, {
  'a binding keeps away from what was just placed': {
    given: { clusters: two, binding: apart('x', []), assigning: [apart('y', ['a']), affine('z', ['b'])] },
    refuses: { a: { reason: taken, resolvable: true, resolvedBy: ['bindings'] } },
  },
  'a cluster that was just left is free': {
    host: { objects: [apart('y', ['a'])] },
    given: { clusters: two, binding: apart('x', []), assigning: [apart('y', ['b'])] },
    refuses: { b: { reason: taken, resolvable: true, resolvedBy: ['bindings'] } },
  },
  'a binding keeps away from the others of its group': {
    host: { objects: [apart('y', ['b'])] },
    given: { clusters: two, binding: apart('x', []) },
    refuses: { b: { reason: taken, resolvable: true, resolvedBy: ['bindings'] } },
  },
  'a binding is not in its own way': {
    host: { objects: [apart('x', ['b'])] },
    given: { clusters: two, binding: apart('x', []) },
  },
})

examineScore(clusterLocality, {
  'clusters the binding is in get full marks': {
    given: { clusters: clusters('a', 'b'), binding: binding({ clusters: { b: 1, gone: 1 } }) },
    scores: { b: 100 },
  },
  'a new binding has no home': { given: { clusters: clusters('a') } },
})

test('what the user asked for is said before what the cluster is like', async () => {
  const registry = new Registry()
  for (const plugin of schedulingPlugins) for (const each of plugin.extensions?.(fakeHost()) ?? []) registry.add(each)
  const bad = [cluster({ name: 'a', taints: [taint('NoSchedule')], status: { apiEnablements: [] } })]
  const reason = async (placement: Placement) =>
    (await registry.ask(schedule.filter, deepFreeze({ binding: binding(), placement, clusters: bad }))).a?.reason
  assert.match((await reason({ clusterAffinity: { clusterNames: ['b'] } })) ?? '', /affinity/)
  assert.match((await reason({})) ?? '', /taint/)
  assert.match((await reason(tolerating)) ?? '', /API/)
})
