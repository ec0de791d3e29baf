import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { builtin, examine, object, row, stored } from './kind.test.fixture.ts'

type Fields = Readonly<Record<string, unknown>>

const now = new Date('2026-11-22T16:00:00Z')

test('a Namespace begins active, keeps its finalizer, and can be selected by its name', () => {
  const created = stored(object('Namespace', {}))
  assert.deepEqual(
    [created.spec, created.status, created.metadata.labels],
    [{ finalizers: ['kubernetes'] }, { phase: 'Active' }, { 'kubernetes.io/metadata.name': 'test' }],
  )
  const changed = stored(object('Namespace', { spec: { finalizers: [] } }, { labels: { a: '1' } }), created)
  assert.deepEqual(
    [changed.spec, changed.metadata.labels],
    [{ finalizers: ['kubernetes'] }, { a: '1', 'kubernetes.io/metadata.name': 'test' }],
  )
  assert.equal(stored(created, created), created)
})

const taint = (fields: Fields): Fields => ({ spec: { taints: [{ key: 'a', effect: 'NoSchedule', ...fields }] } })

examine('Node', [
  ['is fine empty', {}, []],
  [
    'taints have a known effect',
    taint({ effect: 'Maybe' }),
    [
      'metadata.taints[0].effect: Unsupported value: "Maybe": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
    ],
  ],
  [
    'taints are there once',
    {
      spec: {
        taints: [
          { key: 'a', effect: 'NoSchedule' },
          { key: 'a', effect: 'NoSchedule', value: 'x' },
        ],
      },
    },
    [
      'metadata.taints[1]: Duplicate value: {"Key":"a","Value":"x","Effect":"NoSchedule","TimeAdded":null}: taints must be unique by key and effect pair',
    ],
  ],
  [
    'capacity is not negative',
    { status: { capacity: { cpu: '-1' } } },
    ['status.capacity.cpu: Invalid value: "-1": must be greater than or equal to 0'],
  ],
  [
    'stays the same machine',
    { spec: { providerID: 'b' } },
    ['spec.providerID: Forbidden: node updates may not change providerID except from "" to valid'],
    { spec: { providerID: 'a' } },
  ],
])

examine('RuntimeClass', [
  ['has a handler', { handler: 'gvisor' }, []],
  ['for ever', { handler: 'b' }, ['handler: Invalid value: "b": field is immutable'], { handler: 'a' }],
  [
    'costs something, or nothing',
    { handler: 'a', overhead: { podFixed: { cpu: '-1' } } },
    ['overhead.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0'],
  ],
])

examine('ResourceQuota', [
  [
    'amounts are not negative',
    { spec: { hard: { pods: -1 } } },
    ['spec.hard[pods]: Invalid value: "-1": must be greater than or equal to 0'],
  ],
])

examine('LimitRange', [
  [
    'a type is there once',
    { spec: { limits: [{ type: 'Pod' }, { type: 'Pod' }] } },
    ['spec.limits[1].type: Duplicate value: "Pod"'],
  ],
])

test('a LimitRange says what follows from what it says', () => {
  const limits = [
    { type: 'Container', max: { cpu: '2' }, min: { memory: '1Mi' }, default: { memory: '1Gi' } },
    { type: 'Pod', max: { cpu: '4' } },
  ]
  assert.deepEqual((stored(object('LimitRange', { spec: { limits } })).spec as Fields).limits, [
    { ...limits[0], default: { cpu: '2', memory: '1Gi' }, defaultRequest: { cpu: '2', memory: '1Gi' } },
    limits[1],
  ])
})

examine('Event', [
  ['is about something in its namespace', { involvedObject: { namespace: 'default' } }, []],
  [
    'is not about something elsewhere',
    { involvedObject: { namespace: 'other' } },
    ['involvedObject.namespace: Invalid value: "other": does not match event.namespace'],
  ],
])

examine('Lease', [
  [
    'lasts',
    { spec: { leaseDurationSeconds: 0 } },
    ['spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0'],
  ],
  ['times may be exact', { spec: { renewTime: '2026-11-22T16:00:00.123456Z' } }, []],
])

examine('PriorityClass', [
  [
    'is not higher than the system',
    { value: 2_000_000_000 },
    ['value: Forbidden: maximum allowed value of a user defined priority is 1000000000'],
  ],
  ['stays', { value: 2 }, ['value: Forbidden: may not be changed in an update.'], { value: 1 }],
])

describe('kubectl get', () => {
  const ready = (status: string): Fields => ({ status: { conditions: [{ type: 'Ready', status }] } })
  const cases: readonly (readonly [kind: string, fields: Fields, cells: readonly unknown[], metadata?: Fields])[] = [
    ['Namespace', { status: { phase: 'Terminating' } }, ['test', 'Terminating', undefined]],
    ['Node', {}, ['test', 'Unknown', '<none>', undefined, '<unknown>']],
    ['Node', ready('True'), ['test', 'Ready', '<none>', undefined, '<unknown>']],
    [
      'Node',
      { ...ready('False'), spec: { unschedulable: true } },
      ['test', 'NotReady,SchedulingDisabled', '<none>', undefined, '<unknown>'],
    ],
    [
      'Node',
      { status: { nodeInfo: { kubeletVersion: 'v1.33.0' } } },
      ['test', 'Unknown', 'control-plane,worker', undefined, 'v1.33.0'],
      { labels: { 'node-role.kubernetes.io/worker': '', 'node-role.kubernetes.io/control-plane': '' } },
    ],
    [
      'ResourceQuota',
      { status: { hard: { pods: '10', 'limits.cpu': '4' }, used: { pods: '3' } } },
      ['test', 'pods: 3/10', 'limits.cpu: 0/4', undefined],
    ],
    ['Lease', { spec: { holderIdentity: 'me' } }, ['test', 'me', undefined]],
    ['PriorityClass', { value: 5, preemptionPolicy: 'Never' }, ['test', 5, false, undefined, 'Never']],
    [
      'Event',
      {
        involvedObject: { kind: 'Pod', name: 'p' },
        type: 'Normal',
        reason: 'Started',
        message: 'it began \n',
        lastTimestamp: '2026-11-22T15:55:00Z',
      },
      ['5m', 'Normal', 'Started', 'pod/p', 'it began'],
    ],
    ['LimitRange', { spec: { limits: [] } }, ['test', 'then'], { creationTimestamp: 'then' }],
  ]
  for (const [kind, fields, cells, metadata] of cases) {
    test(`${kind} ${cells.join(' ')}`, () => assert.deepEqual(row(object(kind, fields, metadata), now), cells))
  }
  test('Event, wide', () => {
    const event = object('Event', {
      involvedObject: { kind: 'Pod' },
      source: { component: 'kubelet', host: 'n' },
      eventTime: '2026-11-22T15:59:00.5Z',
      count: 4,
    })
    assert.deepEqual(row(event, now, true), [
      '59s',
      undefined,
      undefined,
      'pod',
      '',
      'kubelet, n',
      '',
      '59s',
      4,
      'test',
    ])
  })
})

test('Events are selected by what they are about', () => {
  const { selectableFields } = builtin('Event')
  const event = object('Event', {
    involvedObject: { kind: 'Pod', name: 'p', uid: 'u' },
    reason: 'Started',
    type: 'Normal',
  })
  const read = (field: string) => selectableFields[field]?.(event)
  assert.deepEqual(
    [
      'involvedObject.kind',
      'involvedObject.name',
      'involvedObject.uid',
      'involvedObject.fieldPath',
      'reason',
      'type',
    ].map(read),
    ['Pod', 'p', 'u', '', 'Started', 'Normal'],
  )
})
