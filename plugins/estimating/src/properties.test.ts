import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Binding, Cluster, ResourceList, ResourceModel, schedule } from '@flotilla/sdk'
import { binding, cluster } from '@flotilla/sdk/testing'
import fc from 'fast-check'
import { estimateGenerally } from './general.ts'

const models: readonly ResourceModel[] = [0, 1, 3, 6].map((min, grade) => ({
  grade,
  ranges: ['cpu', 'memory'].map((name) => ({ name, min: String(min), max: String(min + 1) })),
}))

const amount = fc.integer({ min: 0, max: 20 })
const amounts = fc.record({ cpu: amount, memory: amount, pods: amount })
const counts = fc.option(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 }), { nil: undefined })

const clusterOf = (allocatable: ResourceList, allocated: ResourceList, nodes: readonly number[] | undefined): Cluster =>
  cluster({
    name: 'a',
    ...(nodes && { resourceModels: models }),
    status: {
      resourceSummary: {
        allocatable,
        allocated,
        ...(nodes && { allocatableModelings: nodes.map((count, grade) => ({ grade, count })) }),
      },
    },
  })

const clusters = fc.tuple(amounts, amounts, counts).map((words) => clusterOf(...words))
const requests = fc.record({ cpu: fc.integer({ min: 0, max: 5 }), memory: fc.integer({ min: 0, max: 5 }) })
const parts = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), requests), { minLength: 1, maxLength: 3 })

type Drawn = readonly (readonly [number, ResourceList])[]

const componentsOf = (drawn: Drawn) =>
  drawn.map(([replicas, resourceRequest], i) => ({ name: `c${i}`, replicas, replicaRequirements: { resourceRequest } }))

const single = (resourceRequest: ResourceList): Binding =>
  binding({ replicas: 1, replicaRequirements: { resourceRequest } })
const set = (drawn: Drawn): Binding => binding({ components: componentsOf(drawn) })

const estimate = (about: Binding, given: Cluster, assumed: readonly schedule.AssumedWorkload[] = []): number =>
  estimateGenerally({ binding: about, placement: {}, clusters: [given], assumed: { a: assumed } })?.a ?? 0

const given = (replicas: number, resourceRequest: ResourceList) => [
  { components: componentsOf([[replicas, resourceRequest]]) },
]

describe('whatever a cluster reports', () => {
  test('an estimate is a whole number from 0', () =>
    fc.assert(
      fc.property(clusters, requests, parts, (there, request, drawn) => {
        for (const number of [estimate(single(request), there), estimate(set(drawn), there, given(2, request))])
          assert.ok(Number.isInteger(number) && number >= 0)
      }),
    ))
  test('more of anything never makes it less', () =>
    fc.assert(
      fc.property(
        amounts,
        amounts,
        counts,
        requests,
        fc.constantFrom('cpu', 'memory', 'pods'),
        (all, used, nodes, request, name) => {
          const more = { ...all, [name]: (all[name as keyof typeof all] ?? 0) + 1 }
          const about = single(request)
          assert.ok(estimate(about, clusterOf(more, used, nodes)) >= estimate(about, clusterOf(all, used, nodes)))
          const moreNodes = nodes?.map((count) => count + 1)
          assert.ok(estimate(about, clusterOf(all, used, moreNodes)) >= estimate(about, clusterOf(all, used, nodes)))
        },
      ),
    ))
  test('so many fit, and no more', () =>
    fc.assert(
      fc.property(clusters, requests, (there, request) => {
        const number = estimate(single(request), there)
        assert.equal(estimate(single(request), there, given(number, request)), 0)
        if (number > 0) assert.equal(estimate(single(request), there, given(number - 1, request)), 1)
      }),
    ))
  test('a set of one replica takes no less room than a replica', () =>
    fc.assert(
      fc.property(clusters, requests, (there, request) =>
        assert.ok(estimate(set([[1, request]]), there) <= estimate(single(request), there)),
      ),
    ))
})
