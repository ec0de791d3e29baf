import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type {
  Binding,
  Change,
  FederatedResourceQuota,
  QuotaReclaim,
  Resolver,
  ResourceList,
  SharedResourceQuota,
  StringMap,
} from '@flotilla/sdk'
import { type BindingWords, binding, type ClusterWords, cluster, manifest } from '@flotilla/sdk/testing'
import {
  type Freed,
  quotaOf,
  topicsFor,
  topicsOfCluster,
  topicsOfMove,
  topicsOfQuota,
  topicsOfRefusal,
  topicsOfShared,
} from './topics.ts'

const pair = { workloadAffinityGroups: { affinityGroup: 'app=web', antiAffinityGroup: 'app=db' } }

describe('a binding that is resolved by', () => {
  const cases: Record<string, readonly [BindingWords, readonly Resolver[] | undefined, readonly string[]]> = {
    'nobody knows what waits for any change of a cluster': [{}, undefined, ['cluster', 'anything', 'room', 'traffic']],
    'nothing waits for a new cluster': [{}, [], ['cluster']],
    'what a cluster is like waits for that': [{}, ['labels', 'taints'], ['cluster', 'labels', 'taints']],
    'room waits for more of it, and less eagerly for any other': [{}, ['room'], ['cluster', 'room', 'traffic']],
    'a quota waits for those of its namespace, not for clusters': [{ namespace: 'shop' }, ['quota'], ['quota shop']],
    'others waits for those of its groups': [
      pair,
      ['bindings'],
      ['cluster', 'bindings default/app=web', 'bindings default/app=db'],
    ],
    'others waits for all when it is of no group': [{}, ['bindings'], ['cluster', 'bindings']],
  }
  for (const [name, [words, resolvedBy, topics]] of Object.entries(cases))
    test(name, () => assert.deepEqual(topicsFor(binding(words), { resolvedBy }), topics))
})

describe('of a cluster', () => {
  const ready = (status: 'True' | 'False', lastTransitionTime: string) =>
    ({ conditions: [{ type: 'Ready', status, reason: 'R', message: '', lastTransitionTime }] }) as const
  const before = cluster({ status: ready('True', '2026-01-01T00:00:00Z') })
  const cases: Record<string, readonly [ClusterWords, readonly string[]]> = {
    'another label': [{ labels: { tier: 'gold' } }, ['labels', 'anything']],
    'another taint': [{ taints: [{ key: 'gpu', effect: 'NoSchedule' }] }, ['taints', 'anything']],
    'another region': [{ region: 'north' }, ['spec', 'anything']],
    'another API': [
      { status: { ...ready('True', '2026-01-01T00:00:00Z'), apiEnablements: [{ groupVersion: 'v2' }] } },
      ['apis', 'anything'],
    ],
    'another condition': [{ status: ready('False', '2026-01-01T00:00:00Z') }, ['conditions', 'anything']],
    'more room': [
      { status: { ...ready('True', '2026-01-01T00:00:00Z'), resourceSummary: { allocatable: { cpu: '9' } } } },
      [],
    ],
    'another time it was asked': [{ status: ready('True', '2026-01-01T00:00:09Z') }, []],
    'another annotation': [{ annotations: { rack: '7' } }, ['rest', 'anything']],
    'an end that comes': [{ deletionTimestamp: '2026-01-01T00:00:00Z' }, []],
  }
  for (const [name, [words, topics]] of Object.entries(cases))
    test(`${name} is told as ${topics.join(', ') || 'nothing'}`, () =>
      assert.deepEqual(
        topicsOfCluster({ before, after: cluster({ status: ready('True', '2026-01-01T00:00:00Z'), ...words }) }),
        topics,
      ))
  test('its coming is told, its end is not', () => {
    assert.deepEqual(topicsOfCluster({ after: before }), ['cluster'])
    assert.deepEqual(topicsOfCluster({ before }), [])
  })
})

describe('that a binding', () => {
  const at = (words: BindingWords): Binding => binding({ ...pair, ...words })
  const own = ['bindings', 'bindings default/app=web', 'bindings default/app=db']
  const cases: Record<string, readonly [Binding | undefined, Binding | undefined, readonly string[]]> = {
    'goes to another cluster is told to its groups': [at({ clusters: { a: 1 } }), at({ clusters: { b: 1 } }), own],
    'has other replicas there is told to nobody': [at({ clusters: { a: 1 } }), at({ clusters: { a: 2 } }), []],
    'is gone is told to its groups': [at({ clusters: { a: 1 } }), undefined, own],
    'came and is nowhere yet is told to nobody': [undefined, at({}), []],
    'is somewhere for the first time is told to its groups': [at({}), at({ clusters: { a: 1 } }), own],
    'changes its group is told to both': [
      at({ clusters: { a: 1 } }),
      at({ clusters: { a: 1 }, workloadAffinityGroups: { affinityGroup: 'app=api' } }),
      [...own, 'bindings default/app=api'],
    ],
    'is of no group is told to those who want to know of all': [
      binding({ clusters: { a: 1 } }),
      undefined,
      ['bindings'],
    ],
  }
  for (const [name, [before, after, topics]] of Object.entries(cases))
    test(name, () => assert.deepEqual(topicsOfMove({ before, after }), topics))
  test('was there from the start is told to nobody', () =>
    assert.deepEqual(topicsOfMove({ after: at({ clusters: { a: 1 } }), initial: true }), []))
})

test('a quota is one of its namespace', () => assert.equal(quotaOf(binding({ namespace: 'shop' })), 'quota shop'))

test('a refusal of a quota is one of the limits it names', () => {
  const web = binding({ namespace: 'shop' })
  const lacks = [{ field: 'team[cpu]', needed: 2000n }, { field: 'team[memory]' }]
  assert.deepEqual(
    [...topicsOfRefusal(web, lacks)],
    [
      ['quota shop/team[cpu]', 2000n],
      ['quota shop/team[memory]', undefined],
    ],
  )
  assert.deepEqual([...topicsOfRefusal(web, [])], [['quota shop', undefined]])
})

describe('of a quota', () => {
  const quota = (overall: ResourceList, overallUsed: ResourceList = {}, annotations?: StringMap) => ({
    ...manifest('policy.karmada.io/v1alpha1', 'FederatedResourceQuota', {
      name: 'team',
      namespace: 'shop',
      ...(annotations && { annotations }),
    }),
    spec: { overall },
    status: { overallUsed },
  })
  const full = quota({ cpu: '10', memory: '1Gi' }, { cpu: '10', memory: '1Gi' })
  const cases: Record<string, readonly [Change<FederatedResourceQuota>, readonly string[]]> = {
    'that is new frees nothing': [{ after: full }, []],
    'more used frees nothing': [{ before: quota({ cpu: '10' }), after: quota({ cpu: '10' }, { cpu: '1' }) }, []],
    'less used frees that': [
      { before: full, after: quota({ cpu: '10', memory: '1Gi' }, { cpu: '9500m', memory: '1Gi' }) },
      ['quota shop', 'quota shop/team[cpu] 500'],
    ],
    'a higher limit frees that': [
      { before: full, after: quota({ cpu: '10', memory: '2Gi' }, { cpu: '10', memory: '1Gi' }) },
      ['quota shop', `quota shop/team[memory] ${2 ** 30}000`],
    ],
    'a limit that is no more frees all': [
      { before: full, after: quota({ memory: '1Gi' }, { memory: '1Gi' }) },
      ['quota shop', 'quota shop/team[cpu]'],
    ],
    'its end frees all': [{ before: full }, ['quota shop', 'quota shop/team[cpu]', 'quota shop/team[memory]']],
    'what it is about may free all': [
      { before: full, after: quota(full.spec.overall, full.status.overallUsed, { classes: 'high' }) },
      ['quota shop', 'quota shop/team[cpu]', 'quota shop/team[memory]'],
    ],
  }
  for (const [name, [change, topics]] of Object.entries(cases))
    test(name, () => assert.deepEqual(topicsOfQuota(change).map(freedText), topics))
})

const freedText = ({ topic, left }: Freed): string => (left === undefined ? topic : `${topic} ${left}`)

describe('of a quota that namespaces share', () => {
  const company = (shop: string, bank: string, reclaims: readonly QuotaReclaim[] = []): SharedResourceQuota => ({
    ...manifest('quota.flotilla.dev/v1alpha1', 'SharedResourceQuota', { name: 'company' }),
    spec: {
      total: { cpu: '10' },
      shares: [
        { namespace: 'shop', guaranteed: { cpu: '4' } },
        { namespace: 'bank', guaranteed: { cpu: '4' }, max: { cpu: '8' } },
      ],
    },
    status: {
      shares: [
        { namespace: 'shop', used: { cpu: shop } },
        { namespace: 'bank', used: { cpu: bank } },
      ],
      reclaims,
    },
  })
  const wanted = { namespace: 'shop', binding: 'web', wanted: { cpu: '2' }, time: '2026-01-01T00:00:00Z' }
  const of = (namespace: string, left = '') => [
    `quota ${namespace}`,
    `quota ${namespace}/SharedResourceQuota/company[cpu]${left}`,
  ]
  const cases: Record<string, readonly [Change<SharedResourceQuota>, readonly string[]]> = {
    'that is new frees nothing': [{ after: company('0', '0') }, []],
    'more used frees nothing': [{ before: company('0', '0'), after: company('1', '0') }, []],
    'less used frees that for all': [
      { before: company('2', '8'), after: company('2', '7') },
      [...of('shop', ' 1000'), ...of('bank', ' 1000')],
    ],
    'what another one waits for is free for that one alone': [
      { before: company('2', '8', [wanted]), after: company('2', '7', [wanted]) },
      of('shop', ' 1000'),
    ],
    'what nobody waits for any longer is free': [
      { before: company('2', '7', [wanted]), after: company('2', '7') },
      of('bank', ' 1000'),
    ],
    'beyond a maximum nothing is free': [{ before: company('2', '8'), after: company('1', '8') }, of('shop', ' 1000')],
    'its end frees all': [{ before: company('2', '8') }, [...of('shop'), ...of('bank')]],
  }
  for (const [name, [change, topics]] of Object.entries(cases))
    test(name, () => assert.deepEqual(topicsOfShared(change).map(freedText), topics))
})
