import assert from 'node:assert/strict'
import { test } from 'node:test'
import { definePlugin } from '../../src/plugin.ts'
import { on } from '../../src/point.ts'
import * as interpret from '../../src/points/interpret.ts'
import { fakeHost } from '../host.ts'
import { caseOf } from './case.ts'
import { differ, differAsSets } from './compare.ts'
import { operationNamed, operationNames } from './operation.ts'
import { runCase } from './run.ts'

const fleet = { apiVersion: 'boats.example.com/v1', kind: 'Fleet', metadata: { name: 'blue' }, spec: { boats: 3 } }

/** Knows everything about fleets. */
const fleets = definePlugin({
  name: 'fleets',
  extensions: () => [
    on(interpret.replicas, ({ manifest: { kind } }) =>
      kind === 'Fleet'
        ? { replicas: 3, requirements: { resourceRequest: { cpu: '1500m', memory: '1Gi' } } }
        : undefined,
    ),
    on(interpret.components, ({ manifest: { kind } }) => {
      if (kind !== 'Fleet') return undefined
      return [
        { name: 'flagship', replicas: 1, replicaRequirements: { resourceRequest: { cpu: '2' } } },
        { name: 'boats', replicas: 2 },
      ]
    }),
    on(interpret.reviseReplicas, ({ manifest, replicas }) => ({ ...manifest, spec: { boats: replicas } })),
    on(interpret.retain, ({ desired, observed }) => ({ ...desired, berth: observed.metadata.name })),
    on(interpret.status, ({ manifest }) => (manifest.status ? { status: { afloat: 3, log: 'a\nb' } } : {})),
    on(interpret.health, ({ manifest }) => (manifest.status ? 'Healthy' : 'Unhealthy')),
    on(interpret.aggregate, ({ template, items }) => ({ ...template, status: { fleets: items.length } })),
    on(interpret.dependencies, () => [
      { apiVersion: 'v1', kind: 'Secret', namespace: 'sea', name: 'a' },
      { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'sea', name: 'b' },
    ]),
  ],
})

const { ask } = fakeHost({ plugins: [fleets] })

const run = (words: object) => runCase(ask, caseOf({ name: 'x', desiredObj: fleet, ...words }))

const passing: Readonly<Record<string, object>> = {
  'replicas and what one of them needs': {
    operation: 'InterpretReplica',
    output: { replica: 3, requires: { resourceRequest: { cpu: 1.5, memory: '1024Mi' } } },
  },
  'only what is written is compared': { operation: 'InterpretReplica', output: { replica: 3 } },
  'without an output an answer is enough': { operation: 'InterpretReplica' },
  'capitals of an operation do not matter': { operation: 'interpretreplica', output: { replica: 3 } },
  'components in any order': {
    operation: 'InterpretComponent',
    output: {
      components: [
        { name: 'boats', replicas: 2 },
        { name: 'flagship', replicas: 1, replicaRequirements: { resourceRequest: { cpu: '2000m' } } },
      ],
    },
  },
  'dependencies in any order': {
    operation: 'InterpretDependency',
    output: {
      dependencies: [
        { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'sea', name: 'b' },
        { apiVersion: 'v1', kind: 'Secret', namespace: 'sea', name: '{{EXCLUDE}}' },
      ],
    },
  },
  'a revision is the whole object': {
    operation: 'ReviseReplica',
    inputReplicas: 7,
    output: { revised: { ...fleet, spec: { boats: 7 } } },
  },
  'a path that is left out': {
    operation: 'ReviseReplica',
    inputReplicas: 7,
    output: { revised: { ...fleet, spec: { boats: '{{EXCLUDE}}', crew: '{{EXCLUDE}}' } } },
  },
  'what is retained': {
    operation: 'Retain',
    observedObj: { ...fleet, metadata: { name: 'red' } },
    output: { retained: { ...fleet, berth: 'red' } },
  },
  'a status that is collected': {
    operation: 'InterpretStatus',
    observedObj: { ...fleet, status: {} },
    output: { status: { afloat: 3, log: '{{EXCLUDE}}' } },
  },
  'a status that is not collected': { operation: 'InterpretStatus', output: { status: null } },
  'one status from all': {
    operation: 'AggregateStatus',
    statusItems: [{ clusterName: 'a' }, { clusterName: 'b' }],
    output: { aggregatedStatus: { ...fleet, status: { fleets: 2 } } },
  },
  'a template with a new status, of which nothing else is told': {
    operation: 'AggregateStatus',
    statusItems: [{ clusterName: 'a' }],
    output: { aggregatedStatus: { apiVersion: fleet.apiVersion, kind: 'Fleet', status: { fleets: 1 } } },
  },
  'a template that went through Go, which writes what is empty': {
    operation: 'AggregateStatus',
    output: {
      aggregatedStatus: {
        ...fleet,
        metadata: { name: 'blue', creationTimestamp: null },
        spec: { boats: 3, strategy: {}, crews: [{ resources: {} }] },
        status: { fleets: 0 },
      },
    },
    desiredObj: { ...fleet, spec: { boats: 3, crews: [{}] } },
  },
  'requirements that went through Go': {
    operation: 'InterpretReplica',
    output: { requires: { nodeClaim: {}, resourceRequest: { cpu: '1.5', memory: '1Gi' } } },
  },
  health: { operation: 'InterpretHealth', output: { healthy: false } },
  'health of what the member holds': {
    operation: 'InterpretHealth',
    observedObj: { ...fleet, status: {} },
    output: { healthy: true },
  },
}
for (const [name, words] of Object.entries(passing)) {
  test(`a case passes: ${name}`, async () => {
    const { passed, differences, error } = await run(words)
    assert.deepEqual({ passed, differences, error }, { passed: true, differences: [], error: undefined })
  })
}

const failing: Readonly<Record<string, readonly [words: object, where: readonly string[]]>> = {
  'another number': [{ operation: 'InterpretReplica', output: { replica: 4 } }, ['replica']],
  'a number as a text': [{ operation: 'InterpretReplica', output: { replica: '3' } }, ['replica']],
  'another amount': [
    { operation: 'InterpretReplica', output: { requires: { resourceRequest: { cpu: '1', memory: '1Gi' } } } },
    ['requires.resourceRequest.cpu'],
  ],
  'an amount too many': [
    { operation: 'InterpretReplica', output: { requires: { resourceRequest: { cpu: '1500m' } } } },
    ['requires.resourceRequest.memory'],
  ],
  'what the operation does not give': [{ operation: 'InterpretReplica', output: { healthy: true } }, ['healthy']],
  'a component too many and one that is another': [
    { operation: 'InterpretComponent', output: { components: [{ name: 'boats', replicas: 1 }] } },
    ['components[boats].replicas', 'components[flagship]'],
  ],
  'a dependency that is missing': [
    { operation: 'InterpretDependency', output: { dependencies: [] } },
    ['dependencies[v1 Secret sea a]', 'dependencies[v1 ConfigMap sea b]'],
  ],
  'a field that should not be there': [
    { operation: 'ReviseReplica', inputReplicas: 7, output: { revised: { ...fleet, spec: {} } } },
    ['revised.spec.boats'],
  ],
  'an empty object where there was none, in a revision': [
    { operation: 'ReviseReplica', inputReplicas: 3, output: { revised: { ...fleet, extra: {} } } },
    ['revised.extra'],
  ],
  'an empty object in a new status': [
    { operation: 'AggregateStatus', output: { aggregatedStatus: { ...fleet, status: { fleets: 0, extra: {} } } } },
    ['aggregatedStatus.status.extra'],
  ],
  'the wrong health': [{ operation: 'InterpretHealth', output: { healthy: true } }, ['healthy']],
  'a status where there is none': [{ operation: 'InterpretStatus', output: { status: { afloat: 3 } } }, ['status']],
}
for (const [name, [words, where]] of Object.entries(failing)) {
  test(`a case fails: ${name}`, async () => {
    const { passed, differences } = await run(words)
    assert.equal(passed, false)
    assert.deepEqual(
      differences.map(({ path }) => path),
      where,
    )
  })
}

test('a case that nobody answers has failed, and says so', async () => {
  const { passed, error } = await run({ desiredObj: { ...fleet, kind: 'Raft' }, operation: 'InterpretReplica' })
  assert.equal(passed, false)
  assert.match(String(error), /nobody answers InterpretReplica for boats\.example\.com\/v1 Raft/)
})

test('a case that does not give what its operation needs has failed, and says so', async () => {
  const { passed, error } = await run({ operation: 'Retain', output: { retained: fleet } })
  assert.equal(passed, false)
  assert.match(String(error), /it needs observedObj/)
})

test('an interpreter that writes to what it is given has failed', async () => {
  const writes = definePlugin({
    name: 'writes',
    extensions: () => [
      on(interpret.health, ({ manifest }) => {
        Object.assign(manifest, { kind: 'x' })
        return 'Healthy'
      }),
    ],
  })
  const { passed, error } = await runCase(
    fakeHost({ plugins: [writes] }).ask,
    caseOf({ name: 'x', desiredObj: fleet, operation: 'InterpretHealth' }),
  )
  assert.equal(passed, false)
  assert.match(String(error), /read only/)
})

const invalid: Readonly<Record<string, readonly [value: unknown, says: RegExp]>> = {
  'something else': [['x'], /a case: it is not an object/],
  'no name': [{ desiredObj: fleet, operation: 'Retain' }, /a case: it has no name/],
  'a key that is none': [
    { name: 'x', desiredobj: fleet, operation: 'Retain' },
    /x: there is no key desiredobj; did you mean desiredObj\?; it has neither/,
  ],
  'a key far from any': [
    { name: 'x', colour: 1, desiredObj: fleet, operation: 'Retain' },
    /there are name, description/,
  ],
  'no operation': [{ name: 'x', desiredObj: fleet }, /x: it has no operation: Retain, InterpretReplica/],
  'an operation that is none': [
    { name: 'x', desiredObj: fleet, operation: 'Prune' },
    /there is no operation Prune; there are Retain/,
  ],
  'no object': [{ name: 'x', operation: 'Retain' }, /neither desiredObj nor observedObj/],
  'an object that is none': [{ name: 'x', operation: 'Retain', desiredObj: 'y' }, /desiredObj is not an object/],
  'an object without a kind': [
    { name: 'x', operation: 'Retain', desiredObj: { apiVersion: 'v1' } },
    /desiredObj has no kind/,
  ],
  'items that are none': [{ name: 'x', operation: 'Retain', desiredObj: fleet, statusItems: {} }, /not a list/],
  'replicas in halves': [{ name: 'x', operation: 'Retain', desiredObj: fleet, inputReplicas: 1.5 }, /whole number/],
  'an output that is none': [{ name: 'x', operation: 'Retain', desiredObj: fleet, output: [] }, /output is not/],
}
for (const [name, [value, message]] of Object.entries(invalid)) {
  test(`a case cannot be read: ${name}`, () => assert.throws(() => caseOf(value), { code: 'CASE_INVALID', message }))
}

test('a key without a value is not there', () => {
  assert.equal('statusItems' in caseOf({ name: 'x', operation: 'Retain', desiredObj: fleet, statusItems: null }), false)
  assert.deepEqual(differ({ a: null }, {}), [])
  assert.deepEqual(differ({}, { a: null }), [])
  assert.equal(differ({ a: {} }, {}).length, 1)
})

test('texts that only look alike are not the same', () => {
  assert.equal(differ({ version: '1.0' }, { version: '1' }).length, 1)
  assert.equal(differ({ labels: { track: '1' } }, { labels: { track: 1 } }).length, 1)
  assert.deepEqual(differ({ status: { desiredMemory: '1Gi' } }, { status: { desiredMemory: '1024Mi' } }), [])
})

test('a path reads as one writes it', () => {
  const paths = differ({ a: { 'b/c': [1, { d: 1 }] } }, { a: { 'b/c': [1, { d: 2 }] } }).map(({ path }) => path)
  assert.deepEqual(paths, ['a["b/c"][1].d'])
})

test('a set has a thing once', () => {
  const identity = String
  assert.deepEqual(differAsSets(['a', 'a'], ['a'], 'x', identity), [])
  assert.deepEqual(
    differAsSets(['a'], ['b'], 'x', identity).map(({ path }) => path),
    ['x[a]', 'x[b]'],
  )
})

test('every operation has a name, whatever its capitals', () => {
  for (const name of operationNames) assert.equal(operationNamed(name.toUpperCase()), name)
  assert.equal(operationNamed('Prune'), undefined)
})
