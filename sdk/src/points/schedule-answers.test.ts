import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { binding, cluster } from '../../testing/build.ts'
import type { Placement } from '../api/placement.ts'
import { judge, type Table } from './judge.test-support.ts'
import { assign, type Candidates, estimate, type Feasibility, filter, score, select } from './schedule.ts'

const [a, b] = [cluster({ name: 'a' }), cluster({ name: 'b' })]
const feasible = [a, b].map((cluster) => ({ cluster, score: 0, assigned: 0, overflow: 0 }))
const candidates: Candidates = { binding: binding(), placement: {}, clusters: [a, b] }
const divided: Placement = { replicaScheduling: { replicaSchedulingType: 'Divided' } }

const asked = (placement: Placement = {}, replicas = 0): Feasibility => ({
  binding: binding({ replicas }),
  placement,
  clusters: feasible,
  fresh: false,
})

/** What is no word for each cluster, whatever the word. */
const shapeless: Table = {
  nothing: [null, /null is not an object/],
  'a list': [['a'], /\["a"\] is not an object/],
  'a word for all': ['no', /"no" is not an object/],
  'silence about all': [{}],
}

const refusal = { reason: 'is full', resolvable: true }

judge('schedule.filter', (answer) => filter.check?.(answer, candidates), {
  ...shapeless,
  'a refusal': [{ a: refusal }],
  'a refusal of a cluster nobody asked about': [{ c: refusal }, /"c" is none of the clusters in question/],
  'a refusal without a reason': [{ a: { resolvable: true } }, /a: a refusal has a reason/],
  'an empty reason': [{ a: { ...refusal, reason: ' ' } }, /a: a refusal has a reason/],
  'a reason nobody could read': [{ a: { ...refusal, reason: 'x'.repeat(2000) } }, /at most 1024/],
  'a reason alone': [{ a: 'is full' }, /a: a refusal has a reason/],
  'a refusal that says what could resolve it': [{ a: { ...refusal, resolvedBy: ['room', 'taints'] } }],
  'one that waits for what nobody hears of': [
    { a: { ...refusal, resolvedBy: ['the moon'] } },
    /a: resolvedBy is a list of labels, taints, /,
  ],
  'a refusal that does not say whether it may end': [{ a: { reason: 'is full' } }, /a: a refusal says whether/],
})

judge('schedule.score', (answer) => score.check?.(answer, candidates), {
  ...shapeless,
  'the lowest and the highest': [{ a: 0, b: 100 }],
  'a fraction': [{ a: 0.5 }],
  'less than the lowest': [{ a: -1 }, /a: the score -1 is not from 0 to 100/],
  'more than the highest': [{ b: 100.5 }, /b: the score 100.5 is not/],
  'not a number': [{ a: Number.NaN }, /a: the score NaN is not/],
  'a number in words': [{ a: '5' }, /a: the score "5" is not/],
  'no end': [{ a: Number.POSITIVE_INFINITY }, /a: the score Infinity is not/],
  'a cluster nobody asked about': [{ a: 1, c: 1 }, /"c" is none of the clusters in question/],
})

judge('schedule.estimate', (answer) => estimate.check?.(answer, candidates), {
  ...shapeless,
  'none and all': [{ a: 0, b: 2 ** 31 - 1 }],
  'less than none': [{ a: -1 }, /a: the estimate -1 is not a whole number/],
  'a part of one': [{ a: 1.5 }, /a: the estimate 1.5 is not a whole number/],
  'not a number': [{ a: Number.NaN }, /a: the estimate NaN is not/],
  'more than there can be': [{ a: 2 ** 31 }, /a: the estimate 2147483648 is not/],
  'a cluster nobody asked about': [{ c: 1 }, /"c" is none of the clusters in question/],
})

judge('schedule.select', (answer) => select.check?.(answer, asked()), {
  nothing: [null, /null is not an object/],
  'all of them': [{ clusters: feasible }],
  'none of them': [{ clusters: [] }],
  'too few': [{ unfit: 'there are too few' }],
  'too few, until nobody knows when': [{ unfit: 'few', resolvedBy: 'luck' }, /resolvedBy is a list of/],
  'too few, but not why': [{ unfit: '' }, /unfit is a reason/],
  'neither clusters nor unfit': [{}, /neither a list of clusters nor unfit/],
  'clusters by name': [{ clusters: ['a'] }, /none of the clusters in question/],
  'a cluster it was not given': [{ clusters: [{ cluster: cluster({ name: 'c' }) }] }, /"c" is none of the clusters/],
  'one cluster twice': [{ clusters: [feasible[0], feasible[0]] }, /"a" is named twice/],
})

const shares = (...targets: readonly unknown[]) => ({ targets })

judge('schedule.assign', (answer) => assign.check?.(answer, asked()), {
  nothing: [null, /null is not an object/],
  'targets without a number': [shares({ name: 'a' }, { name: 'b' })],
  'weights nobody can read': [{ ...shares(), weights: [{ name: 'a', weight: -1 }] }, /weights is a list of a name/],
  'no way': [{ unschedulable: 'there is no room' }],
  'no way, until nobody knows when': [{ unschedulable: 'full', resolvedBy: ['luck'] }, /resolvedBy is a list of/],
  'no way, but not why': [{ unschedulable: 7 }, /unschedulable is a reason/],
  'neither targets nor unschedulable': [{}, /neither a list of targets nor unschedulable/],
  'a target that is none': [shares('a'), /a target is an object with the name/],
  'a cluster it was not given': [shares({ name: 'c' }), /"c" is none of the clusters/],
  'one cluster twice': [shares({ name: 'a' }, { name: 'a' }), /"a" is named twice/],
  'fewer replicas than none': [shares({ name: 'a', replicas: -1 }), /a: -1 replicas are not a whole number/],
  'a part of a replica': [shares({ name: 'a', replicas: 0.5 }), /a: 0.5 replicas are not a whole number/],
  'components with their replicas': [shares({ name: 'a', components: [{ name: 'worker', replicas: 2 }] })],
  'a component with fewer than none': [
    shares({ name: 'a', components: [{ name: 'worker', replicas: -2 }] }),
    /a: each of its components/,
  ],
})

judge('schedule.assign, when replicas are divided', (answer) => assign.check?.(answer, asked(divided, 5)), {
  'all of them': [shares({ name: 'a', replicas: 2 }, { name: 'b', replicas: 3 })],
  'too few': [shares({ name: 'a', replicas: 2 }), /its targets have 2 replicas together; there are 5 to divide/],
  'too many': [shares({ name: 'a', replicas: 5 }, { name: 'b', replicas: 5 }), /have 10 replicas together/],
  nowhere: [shares(), /have 0 replicas together/],
})

judge('schedule.assign, when replicas are duplicated', (answer) => assign.check?.(answer, asked({}, 5)), {
  'all of them to each': [shares({ name: 'a', replicas: 5 }, { name: 'b', replicas: 5 })],
  'a part of them': [shares({ name: 'a', replicas: 2 }), /a gets 2 replicas; each cluster has to get all 5/],
})

/** What a stranger may say in place of anything. */
const odd: readonly unknown[] = [null, undefined, 7, -1.5, Number.NaN, '', 'x', true, [], {}, [null], [[]], { a: null }]

/** Every copy of a value that has something odd in one place. */
function* variants(value: unknown): Iterable<unknown> {
  yield* odd
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    for (const variant of variants(inner))
      yield Array.isArray(value) ? value.with(Number(key), variant) : { ...value, [key]: variant }
  }
}

describe('an answer of any shape is judged, and what passes can be worked with', () => {
  const share = { name: 'a', replicas: 5, components: [{ name: 'worker', replicas: 2 }] }
  test('schedule.filter', async () => {
    for (const answer of variants({ a: { ...refusal, resolvedBy: ['room'] } })) {
      if (answer === undefined || filter.check?.(answer, candidates)) continue
      const { a: refused } = await filter.rule([() => answer as never], candidates)
      assert.ok(refused === undefined || refused.reason.length > 0)
    }
  })
  for (const point of [score, estimate]) {
    test(point.id, async () => {
      for (const answer of variants({ a: 1, b: 2 })) {
        if (answer === undefined || point.check?.(answer, candidates)) continue
        for (const number of Object.values(await point.rule([() => answer as never], candidates)))
          assert.ok(number >= 0)
      }
    })
  }
  test('schedule.select', () => {
    for (const answer of [...variants({ clusters: feasible }), ...variants({ unfit: 'few', resolvedBy: ['room'] })]) {
      if (select.check?.(answer, asked())) continue
      const { clusters = [], unfit } = answer as { readonly clusters?: typeof feasible; readonly unfit?: string }
      assert.ok(unfit !== undefined || clusters.every(({ cluster }) => ['a', 'b'].includes(cluster.metadata.name)))
    }
  })
  test('schedule.assign', () => {
    const answers = [...variants({ targets: [share], weights: [{ name: 'a', weight: 1 }] }), ...variants({ unschedulable: 'full' })] // biome-ignore format: one list
    for (const answer of answers) {
      if (assign.check?.(answer, asked({}, 5))) continue
      const { targets = [], unschedulable } = answer as { targets?: (typeof share)[]; unschedulable?: string }
      assert.ok(unschedulable !== undefined || targets.every(({ replicas }) => replicas === 5))
    }
  })
})
