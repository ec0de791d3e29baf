import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Cost, type Count, costs } from './writes.ts'

/** The most that may be written for each template, beside what the user writes. What is not named may not be written. */
type Most = Readonly<Record<string, number>>

/** What is said within a moment is said once; a slow machine has more moments than the two that a rollout takes on a quick one. */
const status: Most = { 'resourcebindings/status': 4, 'works/status': 6, 'deployments/status': 4 }

const most: Readonly<Record<string, Most>> = {
  'a policy, before there is anything to propagate': {},
  'a Deployment that a policy selects': {
    ...status,
    deployments: 1,
    resourcebindings: 2,
    works: 2,
    events: 3,
    'in members': 2,
  },
  'a Deployment with a ConfigMap it needs, and their policy': {
    ...status,
    deployments: 1,
    resourcebindings: 4,
    works: 4,
    'resourcebindings/status': 6,
    'works/status': 10,
    events: 4,
    'in members': 4,
  },
  'another label on a template': { resourcebindings: 1, 'resourcebindings/status': 1, works: 2, 'in members': 2 },
  'another image': { ...status, resourcebindings: 1, works: 2, 'in members': 2 },
  'another number of replicas': {
    ...status,
    resourcebindings: 2,
    'resourcebindings/status': 5,
    works: 2,
    events: 2,
    'in members': 2,
  },
  'a ConfigMap that a Deployment needs has other data': { resourcebindings: 1, works: 2, 'in members': 2 },
  'a Deployment that needs a ConfigMap is deleted': {
    resourcebindings: 4,
    'resourcebindings/status': 1,
    works: 8,
    'in members': 4,
  },
  'a status of a template, which is not its author’s to say': { 'deployments/status': 1 },
  'a pod in one member is replaced': status,
  'somebody changes the object in one member': { ...status, events: 1, 'in members': 1 },
  'a label on a policy': {},
  'a policy resolves conflicts otherwise': {
    resourcebindings: 1,
    'resourcebindings/status': 1,
    works: 2,
    'in members': 2,
  },
  'a placement with one cluster less': {
    resourcebindings: 2,
    'resourcebindings/status': 5,
    'deployments/status': 4,
    works: 2,
    events: 3,
    'in members': 1,
  },
  'a placement with one cluster more': {
    ...status,
    resourcebindings: 2,
    'resourcebindings/status': 5,
    works: 1,
    events: 3,
    'in members': 1,
  },
  'an override policy that is about all of them': { ...status, works: 2, 'in members': 2 },
  'that override policy says something else': { ...status, works: 2, 'in members': 2 },
  'a label on a cluster': {},
  'a Deployment is deleted': { resourcebindings: 2, works: 4, 'in members': 2 },
}

/** Writes to the control plane by its kind, and those into members as a whole: what members do with them is their affair. */
const placeOf = ({ server, what }: Count): string => (server === 'flotilla' ? what : 'in members')

const isOurs = ({ server, by }: Count): boolean =>
  by !== 'user' && (server === 'flotilla' || by === 'apply' || by === 'reflect')

const total = (counts: readonly Count[]): number => counts.reduce((sum, { times }) => sum + times, 0)

/** What was written more often than it may be. A template that another writer was faster with is forgiven one more. */
function excess({ title, counts }: Cost): readonly string[] {
  const places = Map.groupBy(
    counts.filter((count) => isOurs(count) && count.effect === 'write'),
    placeOf,
  )
  return [...places].flatMap(([place, found]) => {
    const allowed = most[title]?.[place] ?? 0
    return Math.floor(total(found)) > allowed ? [`${title}: ${total(found)} ${place}, at most ${allowed}`] : []
  })
}

const reads = ({ counts }: Cost): number => total(counts.filter((count) => isOurs(count) && count.effect === 'read'))

test('what users do costs few writes, and no reads', { timeout: 300_000 }, async () => {
  const all = await costs({ n: 4 })
  assert.deepEqual(all.map(({ title }) => title).sort(), Object.keys(most).sort())
  assert.deepEqual(all.flatMap(excess), [])
  assert.deepEqual(
    all.filter((cost) => reads(cost) >= 1).map(({ title }) => title),
    [],
  )
  const label = all.find(({ title }) => title === 'a label on a policy')
  assert.equal(label?.steps.render ?? 0, 0)
})
