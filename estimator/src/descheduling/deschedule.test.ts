import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { annotation, type Binding, type PerCluster } from '@flotilla/sdk'
import { type BindingWords, binding } from '@flotilla/sdk/testing'
import { deschedule, descheduledText, lacking, mayMove } from './deschedule.ts'

const dividing = (replicaDivisionPreference: string, weightPreference?: object) => ({
  replicaScheduling: { replicaSchedulingType: 'Divided', replicaDivisionPreference, weightPreference },
})

const placed = (placement: unknown, words: BindingWords = {}): Binding =>
  binding({
    annotations: {
      [annotation.appliedPlacement]: typeof placement === 'string' ? placement : JSON.stringify(placement),
    },
    ...words,
  })

describe('replicas may move', () => {
  const dynamic = dividing('Weighted', { dynamicWeight: 'AvailableReplicas' })
  const cases: Readonly<Record<string, readonly [about: Binding, may: boolean]>> = {
    'divided by dynamic weight': [placed(dynamic), true],
    aggregated: [placed(dividing('Aggregated')), true],
    'not those of static weights': [placed(dividing('Weighted', { staticWeightList: [] })), false],
    'not duplicated': [placed({}), false],
    'not before they were scheduled': [binding(), false],
    'not when the placement cannot be read': [placed('{'), false],
    'only those of Deployments': [
      placed(dynamic, { resource: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db' } }),
      false,
    ],
  }
  for (const [name, [about, may]] of Object.entries(cases)) test(name, () => assert.equal(mayMove(about), may))
})

/** Replicas by cluster, and how many of them are ready where a cluster has said so. */
const running = (clusters: Readonly<Record<string, number>>, ready: Readonly<Record<string, number>>): Binding =>
  binding({
    clusters,
    status: {
      aggregatedStatus: Object.entries(ready).map(([clusterName, readyReplicas]) => ({
        clusterName,
        status: { readyReplicas },
      })),
    },
  })

test('clusters that lack replicas are asked, and those that have not said', () =>
  assert.deepEqual(lacking(running({ a: 2, b: 2, c: 2 }, { a: 2, b: 1 })), ['b', 'c']))

describe('what finds no node is taken back', () => {
  const cases: Readonly<Record<string, readonly [ready: number | undefined, stuck: number, left: number | undefined]>> =
    {
      'as many as that': [2, 3, 2],
      'never what is ready': [4, 3, 4],
      'nothing, when all have nodes': [2, 0, undefined],
      'nothing, when more are said to be stuck than there should be': [2, 6, undefined],
      'nothing, for a negative number': [2, -1, undefined],
      'all, when none runs': [0, 5, 0],
      'from a cluster that has not said': [undefined, 2, 3],
      'from one where more are ready than there should be': [7, 2, 3],
    }
  for (const [name, [ready, stuck, left]] of Object.entries(cases))
    test(name, () => {
      const about = running({ a: 5, b: 1 }, { b: 1, ...(ready !== undefined && { a: ready }) })
      const found = deschedule(about, { a: stuck } satisfies PerCluster<number>)
      assert.deepEqual(found?.clusters, left === undefined ? undefined : [{ name: 'a', replicas: left }, { name: 'b', replicas: 1 }]) // biome-ignore format: one answer
    })
})

test('it is told in the words of Karmada', () => {
  const found = deschedule(running({ a: 5, b: 3 }, { a: 1, b: 1 }), { a: 2, b: 1 })
  assert.ok(found)
  assert.equal(
    descheduledText(found),
    'Binding has been descheduled, 2 replica(s) in cluster(a), 1 replica(s) in cluster(b), 3 total descheduled replica(s)',
  )
})
