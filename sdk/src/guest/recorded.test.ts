import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { binding, cluster, manifest } from '../../testing/index.ts'
import { guestQuestion } from './exchange.ts'
import { guestPoints } from './points.ts'

/** What crosses at a point. */
interface Exchanged {
  readonly arg: unknown
  readonly answers: readonly unknown[]
  /** What must not pass. */
  readonly wrong: readonly unknown[]
}

const document = JSON.parse(readFileSync(join(import.meta.dirname, '../../../guest/schema.json'), 'utf8')) as {
  readonly $id: string
  readonly 'x-points': Readonly<Record<string, { readonly argument: object; readonly answer: object }>>
}
const ajv = new Ajv2020({ strict: false }).addSchema(document)

/** A schema at a point, which refers to the definitions of the document. */
const validator = (schema: object) =>
  ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', `"${document.$id}#/`)))

const deployment = {
  ...manifest('apps/v1', 'Deployment', { name: 'web' }),
  spec: { replicas: 2 },
  status: { readyReplicas: 2 },
}
const clusters = [
  cluster({ name: 'paris', labels: { tier: 'gold' } }),
  { ...cluster({ name: 'oslo' }), spec: { syncMode: 'Push', taints: [{ key: 'a', effect: 'NoSchedule' }] } },
]
const candidates = {
  binding: binding({ clusters: { paris: 2 } }),
  placement: { spreadConstraints: [{ minGroups: 1 }] },
  clusters,
}
const feasibility = {
  ...candidates,
  clusters: clusters.map((cluster) => ({ cluster, score: 1.5, assigned: 2, overflow: 0, estimate: 7 })),
  fresh: false,
}
const admission = {
  operation: 'UPDATE',
  key: { namespace: 'a', name: 'web' },
  manifest: deployment,
  before: deployment,
  user: 'me',
  dryRun: false,
}
const hope = { resolvedBy: ['labels'] }

const recorded: Readonly<Record<string, Exchanged>> = {
  'interpret.replicas': {
    arg: { manifest: deployment },
    answers: [{ replicas: 2, requirements: { resourceRequest: { cpu: '500m', memory: 1024 }, namespace: 'a' } }],
    wrong: [{ replicas: '2' }, { requirements: {} }, 'two'],
  },
  'interpret.components': {
    arg: { manifest: deployment },
    answers: [[], [{ name: 'master', replicas: 1, replicaRequirements: { nodeClaim: { nodeSelector: { a: 'b' } } } }]],
    wrong: [{ name: 'master' }, [{ name: 'master' }]],
  },
  'interpret.reviseReplicas': {
    arg: { manifest: deployment, replicas: 0 },
    answers: [deployment],
    wrong: [{ kind: 'x' }],
  },
  'interpret.retain': { arg: { desired: deployment, observed: deployment }, answers: [deployment], wrong: [[]] },
  'interpret.status': {
    arg: { manifest: deployment },
    answers: [{}, { status: { a: [1] } }, { status: null }],
    wrong: [7],
  },
  'interpret.health': { arg: { manifest: deployment }, answers: ['Healthy', 'Unknown'], wrong: ['Fine', true] },
  'interpret.aggregate': {
    arg: {
      template: deployment,
      items: [{ clusterName: 'paris', status: { a: 1 }, applied: true, health: 'Healthy' }],
    },
    answers: [deployment],
    wrong: [{}],
  },
  'interpret.dependencies': {
    arg: { manifest: deployment },
    answers: [
      [{ apiVersion: 'v1', kind: 'Secret', name: 'a' }],
      [{ apiVersion: 'v1', kind: 'Pod', labelSelector: { matchLabels: { a: 'b' } } }],
    ],
    wrong: [[{ kind: 'Secret' }]],
  },
  'schedule.filter': {
    arg: candidates,
    answers: [{}, { paris: { reason: 'it is full', resolvable: true, ...hope } }],
    wrong: [{ paris: 'it is full' }, { paris: { reason: 'x', resolvable: false, resolvedBy: ['weather'] } }],
  },
  'schedule.score': { arg: candidates, answers: [{ paris: 99.5 }], wrong: [{ paris: '99' }] },
  'schedule.estimate': { arg: candidates, answers: [{ paris: 3 }], wrong: [{ paris: 3.5 }] },
  'schedule.select': {
    arg: feasibility,
    answers: [{ clusters: ['paris'] }, { unfit: 'too few zones', ...hope }],
    wrong: [{}, { clusters: [{ name: 'paris' }] }],
  },
  'schedule.assign': {
    arg: feasibility,
    answers: [
      { targets: [{ name: 'paris', replicas: 2 }], weights: [{ name: 'paris', weight: 1 }] },
      { unschedulable: 'no room' },
    ],
    wrong: [{ targets: 'paris' }, { weights: [] }],
  },
  'render.override': {
    arg: {
      manifest: deployment,
      cluster: clusters[0],
      overriders: { plaintext: [{ path: '/a', operator: 'add', value: 1 }] },
    },
    answers: [deployment],
    wrong: [true],
  },
  'admit.mutate': { arg: admission, answers: [deployment], wrong: ['no'] },
  'admit.refuse': {
    arg: admission,
    answers: [
      {
        message: 'no',
        code: 422,
        causes: [{ reason: 'FieldValueInvalid', message: 'too many', field: 'spec.replicas' }],
      },
    ],
    wrong: ['no', { reason: 'Invalid' }],
  },
}

test('something was recorded at every point', () => {
  assert.deepEqual(
    Object.keys(recorded),
    guestPoints.map(({ id }) => id),
  )
})

for (const [id, { arg, answers, wrong }] of Object.entries(recorded))
  test(`the schema knows what crosses at ${id}`, () => {
    const { argument, answer } = document['x-points'][id] ?? { argument: {}, answer: {} }
    const asks = validator(argument)
    const says = validator(answer)
    assert.ok(asks(guestQuestion({ id }, arg)), JSON.stringify(asks.errors))
    for (const each of [...answers, null])
      assert.ok(says(each), `${JSON.stringify(each)}: ${JSON.stringify(says.errors)}`)
    for (const each of wrong) assert.ok(!says(each), JSON.stringify(each))
  })
