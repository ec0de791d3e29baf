import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Hope, type Placement, Registry, resourceBindingKind, schedule } from '@flotilla/sdk'
import { type BindingWords, binding, type ClusterWords, cluster, fakeHost } from '@flotilla/sdk/testing'
import { schedulingPlugins } from './index.ts'

const deployments = [{ groupVersion: 'apps/v1', resources: [{ name: 'deployments', kind: 'Deployment' }] }]
const group = { workloadAffinityGroups: { antiAffinityGroup: 'app=web' } }
const neighbour = binding({ name: 'neighbour', ...group, clusters: { member1: 1 } })

/** What a cluster is refused for · the binding · the cluster · what could resolve it. */
const cases: Record<string, readonly [BindingWords, ClusterWords, Hope['resolvedBy']]> = {
  'an affinity': [{ placement: { clusterAffinity: { clusterNames: ['other'] } } }, {}, ['labels', 'spec']],
  'an eviction': [{ gracefulEvictionTasks: [{ fromCluster: 'member1', reason: 'X', producer: 'me' }] }, {}, []],
  'a taint': [{}, { taints: [{ key: 'gpu', effect: 'NoSchedule' }] }, ['taints']],
  'a kind it does not serve': [{}, { status: { apiEnablements: [] } }, ['apis']],
  'a region it does not name': [
    { placement: { spreadConstraints: [{ spreadByField: 'region' }] } },
    {},
    ['labels', 'spec'],
  ],
  'a neighbour': [group, {}, ['bindings']],
}

for (const [name, [words, about, resolvedBy]] of Object.entries(cases))
  test(`${name} is resolved by ${resolvedBy?.join(' and ') || 'nobody else'}`, async () => {
    const host = fakeHost({ objects: [neighbour] })
    await host.store(resourceBindingKind).synced
    const registry = new Registry()
    for (const plugin of schedulingPlugins)
      for (const extension of plugin.extensions?.(host) ?? []) registry.add(extension)
    const asked = binding({ placement: {}, ...words })
    const refusals = await registry.ask(schedule.filter, {
      binding: asked,
      placement: asked.spec.placement as Placement, // every case has one
      clusters: [cluster({ status: { apiEnablements: deployments }, ...about })],
    })
    assert.deepEqual(refusals.member1?.resolvedBy, resolvedBy)
  })
