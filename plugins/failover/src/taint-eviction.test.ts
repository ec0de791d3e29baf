import { annotation, type BindingSpec, type Taint, type Toleration } from '@flotilla/sdk'
import { type BindingWords, binding, cluster, clusters, examineDecide } from '@flotilla/sdk/testing'
import { taintEviction } from './taint-eviction.ts'

const now = Date.parse('2026-01-01T00:10:00Z')
const aMinuteAgo = '2026-01-01T00:09:00Z'

const taint = (key: string): Taint => ({ key, effect: 'NoExecute', timeAdded: aMinuteAgo })

const tolerating = (key: string, tolerationSeconds?: number): Toleration => ({
  key,
  operator: 'Exists',
  effect: 'NoExecute',
  ...(tolerationSeconds !== undefined && { tolerationSeconds }),
})

const under = (taints: readonly Taint[], clusterTolerations: readonly Toleration[] = [], words: BindingWords = {}) => ({
  given: {
    clusters: [cluster({ name: 'a', taints })],
    binding: binding({ placement: { clusterTolerations }, ...words }),
    now,
  },
})

const evicted = { evicts: [{ fromCluster: 'a' }] }

examineDecide(taintEviction, {
  'a taint nobody tolerates drives out': { ...under([taint('down')]), ...evicted },
  'another taint is tolerated': { ...under([taint('down')], [tolerating('slow')]), ...evicted },
  'what is tolerated for ever drives nobody out': under([taint('down')], [tolerating('down')]),
  'what is tolerated for a while yet is looked at again then': {
    ...under([taint('down')], [tolerating('down', 90)]),
    again: 30_000,
  },
  'what was tolerated long enough drives out': { ...under([taint('down')], [tolerating('down', 60)]), ...evicted },
  'what is tolerated for no time drives out': { ...under([taint('down')], [tolerating('down', 0)]), ...evicted },
  'the first toleration that is about it counts': {
    ...under([taint('down')], [tolerating('down', 10), tolerating('down')]),
    ...evicted,
  },
  'every taint has to be tolerated': { ...under([taint('down'), taint('slow')], [tolerating('down')]), ...evicted },
  'the shorter of two tolerations counts': {
    ...under([taint('down'), taint('slow')], [tolerating('down', 90), tolerating('slow', 70)]),
    again: 10_000,
  },
  'one taint for ever, the other for a while': {
    ...under([taint('down'), taint('slow')], [tolerating('down'), tolerating('slow', 90)]),
    again: 30_000,
  },
  'a taint that does not say since when is taken as new': {
    ...under([{ key: 'down', effect: 'NoExecute' }], [tolerating('down', 5)]),
    again: 5_000,
  },
  'only NoExecute drives out': under([{ key: 'down', effect: 'NoSchedule' }]),
  'a cluster without taints drives nobody out': { given: { clusters: clusters('a') } },
})

const applied = (text: string): BindingWords => ({ annotations: { [annotation.appliedPlacement]: text } })

examineDecide(taintEviction, {
  'the placement it was scheduled by counts': under(
    [taint('down')],
    [],
    applied(JSON.stringify({ clusterTolerations: [tolerating('down')] })),
  ),
  'a newer placement does not count yet': {
    ...under([taint('down')], [tolerating('down')], applied('{}')),
    ...evicted,
  },
  'a placement that cannot be read is taken from the spec': under([taint('down')], [tolerating('down')], applied('{')),
})

const leaving = (words: BindingWords, purgeMode?: 'Directly') => ({
  ...under([taint('down')], [], words),
  ...(purgeMode && { host: { options: { purgeMode } } }),
})
const task = { fromCluster: 'a', reason: 'TaintUntolerated', producer: 'TaintManager' }
const failover = (cluster: NonNullable<BindingSpec['failover']>['cluster']): BindingWords => ({
  failover: { ...(cluster && { cluster }) },
})

examineDecide(taintEviction, {
  'it leaves gracefully': { ...leaving({}), evicts: [{ ...task, purgeMode: 'Gracefully' }] },
  'it leaves as the option says': { ...leaving({}, 'Directly'), evicts: [{ ...task, purgeMode: 'Directly' }] },
  'it leaves as its policy says': {
    ...leaving(failover({ purgeMode: 'Directly' })),
    evicts: [{ ...task, purgeMode: 'Directly' }],
  },
  'a policy that says nothing of it says gracefully': {
    ...leaving(failover({}), 'Directly'),
    evicts: [{ ...task, purgeMode: 'Gracefully' }],
  },
  'the task says how many replicas leave': {
    ...leaving({ clusters: { a: 3 } }),
    evicts: [{ ...task, purgeMode: 'Gracefully', replicas: 3 }],
  },
})
