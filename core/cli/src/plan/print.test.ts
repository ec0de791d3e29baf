import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Drift } from './drift.ts'
import type { PlannedPlacement, PlannedTemplate } from './inquiry.ts'
import type { Plan } from './plan.ts'
import { driftText, planText } from './print.ts'

const web = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' }
const image = { path: 'spec.image', desired: 'b', observed: 'a' }

const placement = (cluster: string, words: Partial<PlannedPlacement> = {}): PlannedPlacement => ({
  cluster,
  from: 2,
  to: 2,
  overrides: [],
  verdict: { act: 'update', differences: [image] },
  ...words,
})

const planned = (...placements: readonly PlannedPlacement[]): PlannedTemplate => ({
  template: web,
  policy: 'shop/web',
  requiredBy: [],
  placements,
  reasons: [],
})

const planOf = (...templates: readonly PlannedTemplate[]): Plan => ({ applied: [], templates, warnings: [] })

const lines = (text: string): readonly string[] => text.split('\n').map((line) => line.replace(/ {2,}/g, '|'))

test('nothing to do is said', () => {
  assert.equal(planText(planOf(), { diff: true }), 'nothing would change in any cluster')
  assert.equal(driftText({ looked: 3, drifts: [] }, { diff: true }), 'nothing differs in 3 objects')
})

test('what is the same in several clusters is printed once', () => {
  const paris = placement('paris', { from: undefined, to: 1 })
  const rome = placement('rome', { from: 3, to: undefined, verdict: { act: 'delete', differences: [] } })
  assert.deepEqual(lines(planText(planOf(planned(placement('oslo'), paris, rome)), { diff: true })), [
    'OBJECT|CLUSTER|REPLICAS|POLICY|OVERRIDES|ACTION',
    'Deployment shop/web|oslo|2|shop/web|<none>|update',
    'Deployment shop/web|paris|0 → 1|shop/web|<none>|update',
    'Deployment shop/web|rome|3 → 0|shop/web|<none>|delete',
    '',
    'Deployment shop/web in oslo, paris (update)',
    '|spec.image',
    '- "a"',
    '+ "b"',
  ])
})

test('a reason of a cluster is not told twice, and one of all is told once', () => {
  const refused = placement('oslo', { verdict: { act: 'refused', reason: 'it may not', differences: [] } })
  const reasons = ['it may not', 'it is late']
  assert.deepEqual(lines(planText(planOf({ ...planned(refused), reasons }), { diff: false })).slice(3), [
    'Deployment shop/web: it is late',
    'Deployment shop/web in oslo: it may not',
  ])
})

test('the wide table has more columns, and whom a dependency is of stands in place of a policy', () => {
  const dependency = { template: web, requiredBy: ['shop/app'], placements: [placement('oslo')], reasons: [] }
  assert.deepEqual(lines(planText(planOf(dependency), { diff: false, output: 'wide' })), [
    'OBJECT|APIVERSION|CLUSTER|REPLICAS|POLICY|OVERRIDES|FIELDS|ACTION',
    'Deployment shop/web|apps/v1|oslo|2|(of shop/app)|<none>|1|update',
  ])
})

test('drift is a table, reasons, and what differs', () => {
  const drift = (words: Partial<Drift>): Drift => ({
    object: web,
    cluster: 'oslo',
    state: 'differs',
    suspended: true,
    differences: [image],
    ...words,
  })
  const lost = drift({ cluster: 'rome', state: 'unknown', suspended: false, reason: 'it is away', differences: [] })
  assert.deepEqual(lines(driftText({ looked: 2, drifts: [drift({}), lost] }, { diff: true })), [
    'OBJECT|CLUSTER|STATE|FIELDS|SUSPENDED',
    'Deployment shop/web|oslo|differs|1|yes',
    'Deployment shop/web|rome|unknown|<none>|no',
    '',
    'Deployment shop/web in rome: it is away',
    '',
    'Deployment shop/web in oslo (differs)',
    '|spec.image',
    '- "a"',
    '+ "b"',
  ])
})
