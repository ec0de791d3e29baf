import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Plugin, ReplicaSchedulingStrategy, SpreadConstraint, schedule } from '@flotilla/sdk'
import { binding, cluster, examineSelect, feasible } from '@flotilla/sdk/testing'
import { selectByCluster, selectionByCluster } from './select-by-cluster.ts'
import { selectByGroup, selectionByGroup } from './select-by-group.ts'

/** `a@north:5*100` is cluster a in region north with room for 5 and score 100; zones are joined by a plus. */
function parse(text: string): schedule.Feasible {
  const [, name = '', place, room, score] = /^(\w+)(?:@([\w+]+))?(?::(\d+))?(?:\*(\d+))?$/.exec(text) ?? []
  const home = place === undefined ? {} : { region: place, zones: place.split('+'), labels: { rack: place } }
  return {
    ...feasible(name, { score: Number(score ?? 0), ...(room !== undefined && { estimate: Number(room) }) }),
    cluster: cluster({ name, ...home }),
  }
}

interface Asked {
  readonly spread?: readonly SpreadConstraint[]
  readonly divide?: 'Duplicated' | 'DynamicWeight' | 'StaticWeight'
  readonly replicas?: number
  /** Best first. */
  readonly clusters: string
}

const strategies: Readonly<Record<NonNullable<Asked['divide']>, ReplicaSchedulingStrategy>> = {
  Duplicated: { replicaSchedulingType: 'Duplicated' },
  DynamicWeight: { replicaSchedulingType: 'Divided', weightPreference: { dynamicWeight: 'AvailableReplicas' } },
  StaticWeight: { replicaSchedulingType: 'Divided' },
}

const question = ({ spread = [], divide = 'Duplicated', replicas = 1, clusters }: Asked) => ({
  binding: binding({ replicas }),
  placement: { spreadConstraints: spread, replicaScheduling: strategies[divide] },
  clusters: clusters.split(' ').map(parse),
  fresh: false,
})

/** The answer: names of clusters in order, or why not; undefined when the plugin has no opinion. */
const cases = (plugin: Plugin, table: Readonly<Record<string, readonly [asked: Asked, answer?: string]>>): void => {
  const words = Object.entries(table).map(([says, [asked, answer]]) => {
    const given = question(asked)
    if (answer === undefined) return [says, { given }] as const
    return [says, { given, ...(/^the /.test(answer) ? { unfit: answer } : { selects: answer.split(' ') }) }] as const
  })
  examineSelect(plugin, Object.fromEntries(words))
}

const byCluster = (minGroups: number, maxGroups?: number): SpreadConstraint => ({
  spreadByField: 'cluster',
  minGroups,
  ...(maxGroups !== undefined && { maxGroups }),
})
const byRegion = (minGroups: number, maxGroups?: number): SpreadConstraint => ({
  ...byCluster(minGroups, maxGroups),
  spreadByField: 'region',
})

cases(selectionByCluster, {
  'no constraint: all': [{ clusters: 'a b c' }],
  'up to the maximum, best first': [{ spread: [byCluster(1, 2)], clusters: 'b a c' }, 'b a'],
  'no maximum: all': [{ spread: [byCluster(1)], clusters: 'a b c' }, 'a b c'],
  'a maximum of 0 is none': [{ spread: [byCluster(1, 0)], clusters: 'a b c' }, 'a b c'],
  'fewer than the maximum': [{ spread: [byCluster(1, 9)], clusters: 'a b' }, 'a b'],
  'too few': [
    { spread: [byCluster(3)], clusters: 'a b' },
    'the placement spreads over at least 3 clusters; feasible: 2',
  ],
  'static weights name the clusters themselves': [
    { spread: [byCluster(3, 3)], divide: 'StaticWeight', clusters: 'a b' },
  ],
  'a constraint that names nothing is one by cluster': [{ spread: [{ maxGroups: 1 }], clusters: 'a b' }, 'a'],
  'the last gives way to a roomier one': [
    { spread: [byCluster(1, 2)], divide: 'DynamicWeight', replicas: 9, clusters: 'a:4 b:1 c:5 d:6' },
    'a d',
  ],
  'nobody gives way when there is room': [
    { spread: [byCluster(1, 2)], divide: 'DynamicWeight', replicas: 5, clusters: 'a:4 b:1 c:5 d:6' },
    'a b',
  ],
  'all give way if it has to be': [
    { spread: [byCluster(1, 2)], divide: 'DynamicWeight', replicas: 11, clusters: 'a:4 b:1 c:5 d:6' },
    'c d',
  ],
  'the roomiest, even if they are not enough': [
    { spread: [byCluster(1, 2)], divide: 'DynamicWeight', replicas: 99, clusters: 'a:4 b:1 c:5 d:6' },
    'c d',
  ],
  'room does not matter for copies': [{ spread: [byCluster(1, 1)], replicas: 9, clusters: 'a:4 b:90' }, 'a'],
})

test('components that stay together go where there is room for a set of them, or stay where they are', () => {
  const components = [{ name: 'worker', replicas: 2 }]
  const selected = (clusters: Record<string, number | undefined>) => {
    const asked = question({ spread: [byCluster(1, 1)], clusters: 'a:0*100 b:2 c:9' })
    const answer = selectByCluster({ ...asked, binding: binding({ components, clusters }) })
    return answer && 'clusters' in answer ? answer.clusters.map(({ cluster }) => cluster.metadata.name) : answer
  }
  assert.deepEqual(selected({}), ['b'])
  assert.deepEqual(selected({ a: undefined }), ['a'])
})

cases(selectionByGroup, {
  'as few regions as allowed': [{ spread: [byRegion(1, 2), byCluster(1)], clusters: 'a@north b@south c@south' }, 'b c'],
  'one of each region first, then the best': [
    { spread: [byRegion(2, 2), byCluster(2, 3)], clusters: 'a@north b@north c@north d@south' },
    'a b d',
  ],
  'more regions when those have too few clusters': [
    { spread: [byRegion(1, 3), byCluster(3)], clusters: 'a@north b@south c@east' },
    'a b c',
  ],
  'a larger region in place of a better one when that has too few clusters': [
    { spread: [byRegion(1, 1), byCluster(2)], clusters: 'a@north*100 b@south c@south' },
    'b c',
  ],
  'the score of clusters decides among equal regions': [
    { spread: [byRegion(1, 1), byCluster(1)], clusters: 'a@north b@south*100' },
    'b',
  ],
  'then the name': [{ spread: [byRegion(1, 1), byCluster(1)], clusters: 'a@west b@east' }, 'b'],
  'too few regions': [
    { spread: [byRegion(2), byCluster(1)], clusters: 'a@north b@north' },
    'the placement spreads over at least 2 regions; feasible: 1',
  ],
  'regions with too few clusters': [
    { spread: [byRegion(1, 1), byCluster(2)], clusters: 'a@north b@south' },
    'the placement spreads over at least 2 clusters in no more than 1 region; feasible: 1',
  ],
  'more regions than clusters are allowed': [
    { spread: [byRegion(2), byCluster(1, 1)], clusters: 'a@north b@south' },
    'the placement spreads over at least 2 regions, but no more than 1 cluster',
  ],
  'a region with room for its share': [
    {
      spread: [byRegion(1, 1), byCluster(1)],
      divide: 'DynamicWeight',
      replicas: 8,
      clusters: 'a@north:4*100 b@south:5 c@south:5',
    },
    'b c',
  ],
  'a region is as good as the clusters that are wanted of it': [
    {
      // 8*1000 + (100+0)/2 of north, 8*1000 + (60+60)/2 of south
      spread: [byRegion(1, 1), byCluster(2, 2)],
      divide: 'DynamicWeight',
      replicas: 8,
      clusters: 'a@north:9*100 c@south:9*60 d@south:9*60 b@north:9',
    },
    'c d',
  ],
  'more regions when there is no room': [
    {
      spread: [byRegion(1, 2), byCluster(1)],
      divide: 'DynamicWeight',
      replicas: 8,
      clusters: 'a@north:4 b@south:5',
    },
    'a b',
  ],
  'a roomier cluster of the same region': [
    {
      spread: [byRegion(2, 2), byCluster(2, 2)],
      divide: 'DynamicWeight',
      replicas: 8,
      clusters: 'a@north:4 b@south:1 c@south:4 d@east:2',
    },
    'a c',
  ],
})

const byZone: SpreadConstraint = { spreadByField: 'zone', minGroups: 2 }

cases(selectionByGroup, {
  'a cluster in two zones is in both': [{ spread: [byZone], clusters: 'a@x+y b@z' }, 'a'],
  'clusters of as many zones': [{ spread: [byZone, byCluster(2, 2)], clusters: 'a@x b@x c@y' }, 'a c'],
  'a roomier cluster does not leave a zone without one': [
    {
      spread: [byZone, byCluster(1, 1 + 1)],
      divide: 'DynamicWeight',
      replicas: 9,
      clusters: 'a@x+y:1 b@x:2 c@y:3',
    },
    'b c',
  ],
  'by the value of a label': [
    { spread: [{ spreadByLabel: 'rack', minGroups: 2, maxGroups: 2 }, byCluster(2, 2)], clusters: 'a@x b@x c@y' },
    'a c',
  ],
  'too few values': [
    { spread: [{ spreadByLabel: 'rack', minGroups: 2 }], clusters: 'a@x b@x' },
    'the placement spreads over at least 2 values of label rack; feasible: 1',
  ],
  'by region before all others': [
    { spread: [{ spreadByLabel: 'rack', minGroups: 1, maxGroups: 1 }, byRegion(1, 1)], clusters: 'a@x b@y c@y' },
    'b c',
  ],
  'by region and by label: each has its bounds': [
    { spread: [{ spreadByLabel: 'rack', minGroups: 9 }, byRegion(1, 1)], clusters: 'a@x b@y c@y' },
    'the placement spreads over at least 9 values of label rack; feasible: 2',
  ],
  'by region and by label, which no clusters do at once': [
    { spread: [{ spreadByLabel: 'rack', minGroups: 2 }, byRegion(1, 1)], clusters: 'a@x b@y c@y' },
    'the placement spreads over at least 1 region and 2 values of label rack at once; no clusters were found that do',
  ],
})

test('many regions are chosen among without trying every combination', () => {
  const clusters = Array.from({ length: 100 }, (_, i) => `c${i}@r${i}:${i % 7}`).join(' ')
  const spread = [byRegion(50), byCluster(60)]
  const answer = selectByGroup(question({ spread, divide: 'DynamicWeight', replicas: 250, clusters }))
  assert.ok(answer && 'clusters' in answer && answer.clusters.length >= 60)
})
