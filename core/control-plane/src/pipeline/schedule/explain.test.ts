import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type Extension,
  matchesCluster,
  on,
  type PerCluster,
  schedule as points,
  Registry,
  type Resolver,
} from '@flotilla/sdk'
import { type BindingWords, binding, cluster, clusters } from '@flotilla/sdk/testing'
import { explainNow } from './account.ts'
import { Decisions } from './decisions.ts'
import { type ExplainedTerm, type Explanation, explain, triggerOf } from './explain.ts'
import type { ScheduleInput } from './schedule.ts'
import { snapshotOf } from './snapshot.ts'
import { witness } from './witness.ts'

const byPlugin = (plugin: string, extension: Extension): Extension => ({ ...extension, plugin })

const refusing = (plugin: string, reason: string, ...names: readonly string[]) =>
  byPlugin(
    plugin,
    on(points.filter, ({ clusters }) =>
      Object.fromEntries(
        clusters
          .filter(({ metadata }) => names.includes(metadata.name))
          .map(({ metadata }) => [metadata.name, { reason, resolvable: false }]),
      ),
    ),
  )

const scoring = (plugin: string, scores: PerCluster<number>) =>
  byPlugin(
    plugin,
    on(points.score, () => scores),
  )
const estimating = (plugin: string, room: PerCluster<number>) =>
  byPlugin(
    plugin,
    on(points.estimate, () => room),
  )
const best = (count: number) =>
  byPlugin(
    'select-best',
    on(points.select, ({ clusters }) => ({ clusters: clusters.slice(0, count) })),
  )
const allTo = (name: string) =>
  byPlugin(
    'assign-all',
    on(points.assign, ({ binding: { spec }, clusters }) => ({
      targets: [{ name, replicas: spec.replicas ?? 0 }],
      weights: clusters.map(({ cluster }) => ({
        name: cluster.metadata.name,
        weight: cluster.metadata.name === name ? 1 : 0,
      })),
    })),
  )

const overhear = (...extensions: readonly Extension[]) => {
  const registry = new Registry()
  for (const extension of extensions) registry.add(extension)
  return registry.overhear
}

const placed = (words: BindingWords = {}): ScheduleInput['binding'] =>
  binding({ replicas: 4, placement: {}, ...words }) as ScheduleInput['binding'] // it has a placement

const dynamic: NonNullable<BindingWords['placement']> = {
  replicaScheduling: { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Aggregated' },
}

const at = new Date('2026-01-01T00:00:00Z')

const told = async (extensions: readonly Extension[], words: BindingWords = {}): Promise<Explanation> => {
  const snapshot = snapshotOf(clusters('a', 'b', 'c', 'd'))
  return explain(await witness(overhear(...extensions), { binding: placed(words), snapshot, fresh: false }, at))
}

const only = ({ terms }: Explanation): ExplainedTerm => {
  assert.equal(terms.length, 1)
  return terms[0] as ExplainedTerm // there is one
}
const verdicts = (term: ExplainedTerm) => term.clusters.map(({ name, verdict, why }) => `${name} ${verdict}: ${why}`)

describe('a decision is explained', () => {
  const extensions = [
    refusing('kept-out', 'is full of ghosts', 'd'),
    scoring('taste', { a: 10, b: 60 }),
    scoring('distance', { a: 5 }),
    estimating('general', { a: 9, b: 5, c: 7 }),
    estimating('careful', { b: 3 }),
    best(2),
    allTo('b'),
  ]

  test('cluster by cluster: who refused it, who selected, and why it got what it got', async () => {
    const found = await told(extensions, { placement: dynamic, clusters: { a: 4 } })
    assert.deepEqual(verdicts(only(found)), [
      'b chosen: ranked 1 of 3, weight 1',
      'a no replicas: ranked 2 of 3; its weight is 0',
      'c not selected: ranked 3 of 3; select-best selects 2 clusters',
      'd refused: is full of ghosts (kept-out)',
    ])
    const { selectedBy, assignedBy, errors } = only(found)
    assert.deepEqual([selectedBy, assignedBy, errors], ['select-best', 'assign-all', []])
  })

  test('with what every plugin said of it', async () => {
    const [b, a] = only(await told(extensions, { placement: dynamic, clusters: { a: 4 } })).clusters
    assert.deepEqual(b?.scores, [{ plugin: 'taste', says: 60 }])
    assert.deepEqual(b?.estimates, [
      { plugin: 'general', says: 5 },
      { plugin: 'careful', says: 3 },
    ])
    assert.deepEqual([b?.score, b?.estimate, b?.after], [60, 3, { name: 'b', replicas: 4 }])
    assert.deepEqual([a?.score, a?.estimate, a?.before, a?.after], [15, 9, { name: 'a', replicas: 4 }, undefined])
  })

  test('as a whole: when, for what, how long, by which rule, with which result', async () => {
    const { terms, tookMilliseconds, ...found } = await told(extensions, { placement: dynamic, generation: 3 })
    assert.ok(tookMilliseconds >= 0)
    assert.deepEqual(found, {
      at: '2026-01-01T00:00:00.000Z',
      times: 1,
      trigger: 'it was new',
      generation: 3,
      replicas: 4,
      strategy: 'Aggregated',
      fresh: false,
      reason: 'Success',
      message: 'Binding has been scheduled successfully.',
      absent: [],
    })
  })

  test('with the terms that failed before the one that holds', async () => {
    const near = byPlugin(
      'near',
      on(points.filter, ({ placement, affinityName, clusters }) => {
        const affinity = placement.clusterAffinities?.find((term) => term.affinityName === affinityName)
        const stray = clusters.filter((each) => !matchesCluster(affinity, each))
        return Object.fromEntries(
          stray.map(({ metadata }) => [metadata.name, { reason: 'is elsewhere', resolvable: false }]),
        )
      }),
    )
    const terms = ['nowhere', 'a'].map((name) => ({ affinityName: `to-${name}`, clusterNames: [name] }))
    const found = await told([near], { placement: { clusterAffinities: terms } })
    assert.equal(found.affinityName, 'to-a')
    assert.deepEqual(found.absent, ['nowhere'])
    assert.deepEqual(
      found.terms.map(({ name, failure }) => [name, failure]),
      [
        ['to-nowhere', '0/4 clusters are available: 4 is elsewhere. Clusters that do not exist: nowhere.'],
        ['to-a', undefined],
      ],
    )
    assert.deepEqual(
      found.terms[1]?.clusters.map(({ name, verdict }) => `${name} ${verdict}`),
      ['a chosen', 'b refused', 'c refused', 'd refused'],
    )
  })

  test('when no cluster fits', async () => {
    const found = await told([refusing('kept-out', 'is full of ghosts', 'a', 'b', 'c', 'd')])
    assert.deepEqual(
      [found.reason, found.message],
      ['NoClusterFit', '0/4 clusters are available: 4 is full of ghosts.'],
    )
    assert.equal(only(found).clusters.length, 4)
  })

  test('when no cluster fits, with what could help', async () => {
    const hopeful = (...resolvedBy: readonly Resolver[]) =>
      byPlugin('hopeful', on(points.filter, () => ({ a: { reason: 'no', resolvable: false, resolvedBy }, b: { reason: 'no', resolvable: false, resolvedBy: ['room'] } }))) // biome-ignore format: one call
    const waiting = async (plugin: Extension) =>
      (await explainNow(overhear(plugin), placed(), clusters('a', 'b'), at)).waitsFor
    assert.deepEqual(await waiting(hopeful('quota', 'labels')), ['arrival', 'labels', 'room', 'quota'])
    assert.equal(await waiting(refusing('kept-out', 'is full of ghosts', 'a', 'b')), undefined)
    assert.equal('waitsFor' in (await told([])), false, 'of one that has clusters nothing is said')
  })

  test('when a plugin fails, with its name and what the others said before', async () => {
    const broken = byPlugin(
      'broken',
      on(points.score, () => {
        throw new Error('out of order')
      }),
    )
    const found = await told([refusing('kept-out', 'is full of ghosts', 'd'), broken])
    assert.deepEqual([found.reason, found.message], ['SchedulerError', 'out of order'])
    assert.deepEqual(only(found).errors, [{ plugin: 'broken', point: 'schedule.score', error: 'out of order' }])
    assert.deepEqual(verdicts(only(found)).slice(-1), ['d refused: is full of ghosts (kept-out)'])
  })

  test('when it is made once more, with what every filter says of every cluster', async () => {
    const filters = [refusing('first', 'is full of ghosts', 'a'), refusing('second', 'is damp', 'a', 'b')]
    const found = await explainNow(overhear(...filters), placed(), clusters('a', 'b', 'c'), at)
    const opinions = only(found).clusters.map(({ name, refusals }) => [name, refusals.map(({ plugin }) => plugin)])
    assert.deepEqual(opinions, [
      ['c', []],
      ['a', ['first', 'second']],
      ['b', ['second']],
    ])
    assert.match(only(found).clusters[1]?.why ?? '', /ghosts/)
  })

  test('when it is made once more, with clusters that get nothing where that is wanted', async () => {
    const toA = byPlugin(
      'all-to-a',
      on(points.assign, () => ({ targets: [{ name: 'a', replicas: 3 }] })),
    )
    const after = async (empty: boolean) => {
      const found = await explainNow(overhear(toA), placed(), clusters('a', 'b'), at, empty)
      return only(found).clusters.map((each) => each.after?.replicas)
    }
    assert.deepEqual(await after(false), [3, undefined])
    assert.deepEqual(await after(true), [3, 0])
  })
})

describe('what a decision was made for', () => {
  const applied = (placement: object) => ({ 'policy.karmada.io/applied-placement': JSON.stringify(placement) })
  const scheduled = { conditions: [{ type: 'Scheduled', status: 'True' }] } as unknown as BindingWords['status']
  const asWas = { placement: dynamic, annotations: applied(dynamic) }
  const cases: Readonly<Record<string, readonly [BindingWords, fresh?: boolean]>> = {
    'it was new': [{}],
    'a reschedule was asked for': [asWas, true],
    'its placement had changed': [{ annotations: applied({}), placement: dynamic }],
    'z was going away': [{ ...asWas, clusters: { z: 4 } }],
    '3 replicas were assigned, and 4 wanted': [{ ...asWas, clusters: { a: 3 } }],
    'it had not been scheduled': [{ ...asWas, clusters: { a: 4 } }],
    'clusters may have changed': [{ ...asWas, clusters: { a: 4 }, status: scheduled }],
  }
  for (const [why, [words, fresh = false]] of Object.entries(cases)) {
    test(why, async () => {
      const input = { binding: placed(words), snapshot: snapshotOf(clusters('a')), fresh }
      assert.equal(triggerOf(await witness(overhear(), input, at)), why)
    })
  }
})

describe('decisions are remembered', () => {
  const made = (words: BindingWords = {}, all = clusters('a')) =>
    witness(overhear(), { binding: placed(words), snapshot: snapshotOf(all), fresh: false }, at)

  test('the last few of each binding', async () => {
    const decisions = new Decisions()
    for (const generation of [1, 2, 3, 4, 5, 6]) decisions.add('default/web', await made({ generation }))
    assert.deepEqual(
      decisions.of('default/web').map(({ binding }) => binding.metadata.generation),
      [3, 4, 5, 6],
    )
  })

  test('one for the same result once more, with how often it came', async () => {
    const decisions = new Decisions()
    for (let i = 0; i < 5; i++) decisions.add('default/web', await made({ generation: 1 }))
    decisions.add('default/web', await made({ generation: 1 }, clusters('a', 'b')))
    assert.deepEqual(
      decisions.of('default/web').map(({ times }) => times),
      [5, 1],
    )
  })

  test('as many as there is memory for: who was decided upon last stays', async () => {
    const decisions = new Decisions(1)
    const all = Array.from({ length: 500 }, (_, index) => cluster({ name: `c${index}` }))
    const names = Array.from({ length: 60 }, (_, index) => `default/b${index}`)
    for (const name of names) decisions.add(name, await made({}, all))
    decisions.add('default/b59', await made({ generation: 7 }, all))
    const kept = names.filter((name) => decisions.of(name).length > 0)
    assert.ok(kept.length > 5 && kept.length < 40, `${kept.length}`)
    assert.deepEqual(kept, names.slice(-kept.length))
  })

  test('until the binding is gone, and not at all without memory', async () => {
    const decisions = new Decisions()
    decisions.add('default/web', await made())
    decisions.forget('default/web')
    assert.deepEqual(decisions.of('default/web'), [])
    assert.deepEqual([decisions.keeps, new Decisions(0).keeps], [true, false])
  })

  test('without what clusters were like', async () => {
    const text = JSON.stringify(await made({}, [cluster({ name: 'a', labels: { secret: 'state-of-then' } })]))
    assert.ok(!text.includes('state-of-then'))
  })
})
