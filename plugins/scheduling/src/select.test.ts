import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type Binding,
  type ClusterSpec,
  deepFreeze,
  type Placement,
  Registry,
  type SpreadConstraint,
  schedule,
} from '@flotilla/sdk'
import { selectionByCluster } from './select-by-cluster.ts'
import { selectionByGroup } from './select-by-group.ts'

const registry = new Registry()
const host = undefined as never // neither asks its host for anything
for (const plugin of [selectionByGroup, selectionByCluster]) {
  for (const each of plugin.extensions?.(host) ?? []) registry.add(each)
}

/** `a@north:5*100` is cluster a in region north with room for 5 and score 100; zones are joined by a plus. */
function feasible(text: string): schedule.Feasible {
  const [, name = '', place, room, score] = /^(\w+)(?:@([\w+]+))?(?::(\d+))?(?:\*(\d+))?$/.exec(text) ?? []
  const spec: ClusterSpec = { syncMode: 'Push', ...(place && { region: place, zones: place.split('+') }) }
  return {
    cluster: {
      apiVersion: 'cluster.karmada.io/v1alpha1',
      kind: 'Cluster',
      metadata: { name, labels: place ? { rack: place } : {} },
      spec,
    },
    score: Number(score ?? 0),
    assigned: 0,
    overflow: 0,
    ...(room !== undefined && { estimate: Number(room) }),
  }
}

interface Asked {
  readonly spread?: readonly SpreadConstraint[]
  readonly divide?: 'Duplicated' | 'DynamicWeight' | 'StaticWeight'
  readonly replicas?: number
  /** Best first. */
  readonly clusters: string
}

const strategies: Readonly<Record<NonNullable<Asked['divide']>, Placement['replicaScheduling']>> = {
  Duplicated: { replicaSchedulingType: 'Duplicated' },
  DynamicWeight: { replicaSchedulingType: 'Divided', weightPreference: { dynamicWeight: 'AvailableReplicas' } },
  StaticWeight: { replicaSchedulingType: 'Divided' },
}

async function select({ spread = [], divide = 'Duplicated', replicas = 1, clusters }: Asked): Promise<string> {
  const resource = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }
  const binding: Binding = {
    apiVersion: 'work.karmada.io/v1alpha2',
    kind: 'ResourceBinding',
    metadata: { name: 'web-deployment', namespace: 'shop' },
    spec: { resource, replicas },
  }
  const placement = { spreadConstraints: spread, replicaScheduling: strategies[divide] } as Placement // none is missing
  const given = clusters.split(' ').map(feasible)
  const answer = await registry.ask(schedule.select, deepFreeze({ binding, placement, clusters: given, fresh: false }))
  if (!answer) return 'all'
  if ('unfit' in answer) return answer.unfit
  return answer.clusters
    .map(({ cluster }) => cluster.metadata.name)
    .sort()
    .join(' ')
}

const cases = (table: Readonly<Record<string, readonly [asked: Asked, answer: string]>>): void => {
  for (const [says, [asked, answer]] of Object.entries(table)) {
    test(says, async () => assert.equal(await select(asked), answer))
  }
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

describe('by cluster', () => {
  cases({
    'no constraint: all': [{ clusters: 'a b c' }, 'all'],
    'up to the maximum, best first': [{ spread: [byCluster(1, 2)], clusters: 'b a c' }, 'a b'],
    'no maximum: all': [{ spread: [byCluster(1)], clusters: 'a b c' }, 'a b c'],
    'a maximum of 0 is none': [{ spread: [byCluster(1, 0)], clusters: 'a b c' }, 'a b c'],
    'fewer than the maximum': [{ spread: [byCluster(1, 9)], clusters: 'a b' }, 'a b'],
    'too few': [
      { spread: [byCluster(3)], clusters: 'a b' },
      'the placement spreads over at least 3 clusters; feasible: 2',
    ],
    'static weights name the clusters themselves': [
      { spread: [byCluster(3, 3)], divide: 'StaticWeight', clusters: 'a b' },
      'all',
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
})

describe('by region', () => {
  cases({
    'as few regions as allowed': [
      { spread: [byRegion(1, 2), byCluster(1)], clusters: 'a@north b@south c@south' },
      'b c',
    ],
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
})

describe('by zone and by label', () => {
  const byZone: SpreadConstraint = { spreadByField: 'zone', minGroups: 2 }
  cases({
    'a cluster in two zones is in both': [{ spread: [byZone], clusters: 'a@x+y b@z' }, 'a'],
    'clusters of as many zones': [{ spread: [byZone, byCluster(2, 2)], clusters: 'a@x b@x c@y' }, 'a c'],
    'by the value of a label': [
      { spread: [{ spreadByLabel: 'rack', minGroups: 2, maxGroups: 2 }, byCluster(2, 2)], clusters: 'a@x b@x c@y' },
      'a c',
    ],
    'too few values': [
      { spread: [{ spreadByLabel: 'rack', minGroups: 2 }], clusters: 'a@x b@x' },
      'the placement spreads over at least 2 values of label rack; feasible: 1',
    ],
    'by region before all others': [
      { spread: [{ spreadByLabel: 'rack', minGroups: 9 }, byRegion(1, 1)], clusters: 'a@x b@y c@y' },
      'b c',
    ],
  })
})

test('many regions are chosen among in no time to speak of', async () => {
  const clusters = Array.from({ length: 100 }, (_, i) => `c${i}@r${i}:${i % 7}`).join(' ')
  const asked: Asked = { spread: [byRegion(50), byCluster(60)], divide: 'DynamicWeight', replicas: 250, clusters }
  assert.ok((await select(asked)).split(' ').length >= 60)
})
