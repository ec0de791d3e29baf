import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Case, examine, object, row, stored, wrongWith } from './kind.test.fixture.ts'

type Fields = Readonly<Record<string, unknown>>

const now = new Date('2026-11-22T16:00:00Z')
const containers = [{ name: 'a', image: 'nginx:1' }]
const template = (labels: Fields = { app: 'web' }, pod: Fields = {}) => ({
  metadata: { labels },
  spec: { containers, ...pod },
})
const spec = (fields: Fields = {}): Fields => ({
  spec: { selector: { matchLabels: { app: 'web' } }, template: template(), ...fields },
})
const specOf = (kind: string, fields: Fields = {}): Fields => stored(object(kind, spec(fields))).spec as Fields // as was given

const mismatch =
  'spec.template.metadata.labels: Invalid value: {"app":"other"}: `selector` does not match template `labels`'

/** What holds for all kinds that keep Pods running. */
const common = (name: string): readonly Case[] => [
  ['is fine with a selector and a template', spec(), []],
  [
    'needs a selector',
    { spec: { template: template() } },
    [
      ...(name === 'daemonset' ? [] : ['spec.selector: Required value']),
      'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
    ],
  ],
  [
    'needs a template',
    { spec: { selector: { matchLabels: { app: 'web' } } } },
    [
      'spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`',
      'spec.template.spec.containers: Required value',
    ],
  ],
  ['selects its own Pods', spec({ template: template({ app: 'other' }) }), [mismatch]],
  [
    'selects something',
    spec({ selector: {} }),
    [`spec.selector: Invalid value: {}: empty selector is invalid for ${name === 'replicaset' ? 'deployment' : name}`],
  ],
  [
    'keeps Pods running',
    spec({ template: template(undefined, { restartPolicy: 'Never' }) }),
    ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
  ],
  [
    'checks its template',
    spec({ template: template(undefined, { containers: [{ name: 'a' }] }) }),
    ['spec.template.spec.containers[0].image: Required value'],
  ],
]

const moved = spec({ selector: { matchLabels: { app: 'b' } }, template: template({ app: 'b' }) })
const selectorIsFixed = 'spec.selector: Invalid value: {"matchLabels":{"app":"b"}}: field is immutable'

examine('Deployment', [
  ...common('deployment'),
  [
    'counts from zero',
    spec({ replicas: -1 }),
    ['spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
  ],
  [
    'replicas are a number',
    spec({ replicas: '3' }),
    ['spec.replicas: Invalid value: "string": spec.replicas in body must be of type integer: "string"'],
  ],
  ['its selector may not change', moved, [selectorIsFixed], spec()],
  ['its template may change', spec({ template: template({ app: 'web', v: '2' }) }), [], spec()],
  [
    'a rollout needs room',
    spec({ strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }),
    ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0'],
  ],
  [
    'shares are percentages',
    spec({ strategy: { rollingUpdate: { maxSurge: 'half' } } }),
    [
      "spec.strategy.rollingUpdate.maxSurge: Invalid value: \"half\": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
    ],
  ],
  [
    'recreating is no rolling',
    spec({ strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } }),
    ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
  ],
  [
    'gives Pods time to become ready',
    spec({ minReadySeconds: 600 }),
    ['spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds'],
  ],
  [
    'labels are labels',
    spec({ template: template({ app: 'web', 'a b': 'x' }) }),
    [
      "spec.template.labels: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    ],
  ],
])

examine('ReplicaSet', [...common('replicaset'), ['its selector may not change', moved, [selectorIsFixed], spec()]])

examine('DaemonSet', [...common('daemonset'), ['its selector may not change', moved, [selectorIsFixed], spec()]])

const fixed =
  "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"

examine('StatefulSet', [
  ...common('statefulset'),
  ['may be scaled', spec({ replicas: 3 }), [], spec()],
  ['keeps its service', spec({ serviceName: 'b' }), [fixed], spec({ serviceName: 'a' })],
  ['keeps its selector', moved, [fixed], spec()],
])

examine('ReplicationController', [
  ['needs a template', { spec: {} }, ['spec.selector: Required value', 'spec.template: Required value']],
  ['selects the Pods of its template', { spec: { template: template() } }, []],
])

examine('ControllerRevision', [
  ['counts from zero', { revision: -1, data: {} }, ['revision: Invalid value: -1: must be greater than or equal to 0']],
  [
    'keeps its data',
    { revision: 1, data: { b: 1 } },
    ['data: Invalid value: {"b":1}: field is immutable'],
    { revision: 1, data: { a: 1 } },
  ],
])

describe('defaults', () => {
  test('of a Deployment', () => {
    const { replicas, revisionHistoryLimit, progressDeadlineSeconds, strategy } = specOf('Deployment')
    assert.deepEqual(
      { replicas, revisionHistoryLimit, progressDeadlineSeconds, strategy },
      {
        replicas: 1,
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      },
    )
  })
  test('of a Deployment that says half of it', () => {
    const { strategy } = specOf('Deployment', { strategy: { rollingUpdate: { maxSurge: 1 } } })
    assert.deepEqual(strategy, { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: '25%' } })
  })
  test('of a Deployment that recreates', () =>
    assert.deepEqual(specOf('Deployment', { strategy: { type: 'Recreate' } }).strategy, { type: 'Recreate' }))
  test('zero replicas stay zero', () => assert.equal(specOf('Deployment', { replicas: 0 }).replicas, 0))
  test('of a StatefulSet', () => {
    const { podManagementPolicy, updateStrategy, persistentVolumeClaimRetentionPolicy } = specOf('StatefulSet')
    assert.deepEqual(
      { podManagementPolicy, updateStrategy, persistentVolumeClaimRetentionPolicy },
      {
        podManagementPolicy: 'OrderedReady',
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      },
    )
  })
  test('of a DaemonSet', () =>
    assert.deepEqual(specOf('DaemonSet').updateStrategy, {
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge: 0, maxUnavailable: 1 },
    }))
  for (const kind of ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'ReplicationController']) {
    test(`a ${kind} that has them stays the same object`, () => {
      const fields = kind === 'ReplicationController' ? { spec: { template: template() } } : spec()
      const created = stored(object(kind, fields))
      assert.equal(stored(created, created), created)
      assert.deepEqual(wrongWith(created), [])
    })
  }
})

describe('kubectl get', () => {
  const status = (fields: Fields) => ({ ...spec({ replicas: 3 }), status: fields })
  const cases: readonly (readonly [kind: string, fields: Fields, cells: readonly unknown[]])[] = [
    ['Deployment', status({}), ['test', '0/3', 0, 0, 'then', 'a', 'nginx:1', 'app=web']],
    [
      'Deployment',
      status({ readyReplicas: 2, updatedReplicas: 3, availableReplicas: 1 }),
      ['test', '2/3', 3, 1, 'then', 'a', 'nginx:1', 'app=web'],
    ],
    ['ReplicaSet', status({ replicas: 2, readyReplicas: 1 }), ['test', 3, 2, 1, 'then', 'a', 'nginx:1', 'app=web']],
    ['StatefulSet', status({ readyReplicas: 1 }), ['test', '1/3', 'then', 'a', 'nginx:1']],
    [
      'DaemonSet',
      {
        ...spec(),
        status: {
          desiredNumberScheduled: 5,
          currentNumberScheduled: 4,
          numberReady: 3,
          updatedNumberScheduled: 2,
          numberAvailable: 1,
        },
      },
      ['test', 5, 4, 3, 2, 1, '<none>', 'then', 'a', 'nginx:1', 'app=web'],
    ],
    [
      'ReplicationController',
      { spec: { replicas: 1, selector: { app: 'web' }, template: template() } },
      ['test', 1, 0, 0, 'then', 'a', 'nginx:1', 'app=web'],
    ],
  ]
  for (const [kind, fields, cells] of cases) {
    test(`${kind} ${JSON.stringify(fields.status ?? {})}`, () =>
      assert.deepEqual(row(object(kind, fields, { creationTimestamp: 'then' }), now, true), cells))
  }
  test('ControllerRevision', () => {
    const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web', uid: '1', controller: true }]
    assert.deepEqual(row(object('ControllerRevision', { revision: 2 }, { ownerReferences }), now).slice(0, 3), [
      'test',
      'statefulset.apps/web',
      2,
    ])
  })
})
