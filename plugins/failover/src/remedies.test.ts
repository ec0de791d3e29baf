import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clusterKind, type DecisionMatch, type Remedy, type RemedySpec, remedyKind } from '@flotilla/sdk'
import { cluster, examinePlugin, fakeHost, manifest } from '@flotilla/sdk/testing'
import { actionsFor, remedies } from './remedies.ts'

examinePlugin(remedies)

const remedy = (spec: RemedySpec, name = 'remedy'): Remedy =>
  manifest('remedy.karmada.io/v1alpha1', 'Remedy', {
    name,
    namespace: undefined,
    spec: { actions: ['TrafficControl'], ...spec },
  }) as Remedy // written as one

const when = (
  conditionType: string,
  operator: 'Equal' | 'NotEqual',
  conditionStatus: string,
): { readonly decisionMatches: readonly DecisionMatch[] } => ({
  decisionMatches: [{ clusterConditionMatch: { conditionType, operator, conditionStatus } }],
})

const wanted = ['TrafficControl']
const down = cluster({ name: 'a', ready: false })

for (const [what, all, actions] of [
  ['a sign is enough', [remedy(when('Ready', 'Equal', 'False'))], wanted],
  ['another sign is none', [remedy(when('Ready', 'Equal', 'True'))], []],
  ['a status may be the one it must not be', [remedy(when('Ready', 'NotEqual', 'True'))], wanted],
  ['a condition nobody told of gives no sign', [remedy(when('Power', 'NotEqual', 'True'))], []],
  [
    'one sign of several is enough',
    [
      remedy({
        decisionMatches: [
          ...when('Power', 'Equal', 'False').decisionMatches,
          ...when('Ready', 'Equal', 'False').decisionMatches,
        ],
      }),
    ],
    wanted,
  ],
  ['without signs it is always done', [remedy({})], wanted],
  ['a cluster that is named has it done', [remedy({ clusterAffinity: { clusterNames: ['a'] } })], wanted],
  ['a cluster that is not has not', [remedy({ clusterAffinity: { clusterNames: ['b'] } })], []],
  ['a remedy may name nobody', [remedy({ clusterAffinity: {} })], []],
  [
    'all remedies count, each action once, in order',
    [remedy({ actions: ['TrafficControl', 'B'] }), remedy({ actions: ['A', 'B'] }, 'other')],
    ['A', 'B', 'TrafficControl'],
  ],
] as const)
  test(what, () => assert.deepEqual(actionsFor(all, down), actions))

test('the status of a cluster says what has to be done, as long as it has to', async () => {
  const host = fakeHost({ objects: [down, remedy(when('Ready', 'Equal', 'False'))] })
  remedies.controllers?.(host)
  const controller = host.controllers.get('remedy')
  const said = async () => (await host.client.get(clusterKind, { name: 'a' }))?.status?.remedyActions
  await controller?.reconcile('a')
  assert.deepEqual(await said(), wanted)
  assert.deepEqual(
    controller?.keysOf(remedyKind, { before: remedy({}) }).map(({ name }) => name),
    ['a'],
  )
  await host.client.delete(remedyKind, { name: 'remedy' })
  await controller?.reconcile('a')
  assert.equal(await said(), undefined)
})
