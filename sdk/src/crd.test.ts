import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crds } from './api/index.ts'
import { ageColumn, crd } from './crd.ts'
import { int32, list, object, quantity, required, type Schema, text } from './schema.ts'

interface Spec {
  readonly size: number
  readonly tags?: readonly string[]
}

const spec = object<Spec>('What to make.', {
  size: required(int32('How big.')),
  tags: list('Words.', { type: 'string' }),
})

test('a definition becomes a manifest', () => {
  const kind = { apiVersion: 'toys.example.com/v2', kind: 'Toy', plural: 'toys', scope: 'Namespaced' } as const
  const definition = {
    kind,
    description: 'A toy.',
    shortNames: ['ty'],
    categories: ['all'],
    fields: { spec: required(spec) },
    status: true,
    columns: [ageColumn],
    older: { v1: { description: 'An old toy.', fields: { name: text('Its name.') } } },
  }
  const envelope = {
    apiVersion: { description: 'Version of the schema this object is written in.', type: 'string' },
    kind: { description: 'Type of this object, in CamelCase.', type: 'string' },
    metadata: { type: 'object' },
  }
  assert.deepEqual(crd(definition), {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'toys.toys.example.com' },
    spec: {
      group: 'toys.example.com',
      scope: 'Namespaced',
      names: {
        kind: 'Toy',
        listKind: 'ToyList',
        plural: 'toys',
        singular: 'toy',
        shortNames: ['ty'],
        categories: ['all'],
      },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: false,
          schema: {
            openAPIV3Schema: {
              description: 'An old toy.',
              type: 'object',
              properties: { ...envelope, name: { description: 'Its name.', type: 'string' } },
            },
          },
        },
        {
          name: 'v2',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              description: 'A toy.',
              type: 'object',
              required: ['spec'],
              properties: {
                ...envelope,
                spec: {
                  description: 'What to make.',
                  type: 'object',
                  required: ['size'],
                  properties: {
                    size: { description: 'How big.', type: 'integer', format: 'int32' },
                    tags: { description: 'Words.', type: 'array', items: { type: 'string' } },
                  },
                },
              },
            },
          },
          subresources: { status: {} },
          additionalPrinterColumns: [{ name: 'AGE', type: 'date', jsonPath: '.metadata.creationTimestamp' }],
        },
      ],
      conversion: { strategy: 'None' },
    },
  })
})

test('bindings are stored as v1alpha2 and served as v1alpha1 too', () => {
  const bindings = crds.filter(({ spec }) => spec.names.kind.endsWith('ResourceBinding'))
  assert.deepEqual(
    bindings.map(({ spec }) => spec.versions.map(({ name, served, storage }) => ({ name, served, storage }))),
    Array(2).fill([
      { name: 'v1alpha1', served: true, storage: false },
      { name: 'v1alpha2', served: true, storage: true },
    ]),
  )
})

const defaults: readonly (readonly [kind: string, path: string, value: string | number | boolean])[] = [
  ['PropagationPolicy', 'spec.conflictResolution', 'Abort'],
  ['PropagationPolicy', 'spec.preemption', 'Never'],
  ['PropagationPolicy', 'spec.priority', 0],
  ['PropagationPolicy', 'spec.schedulerName', 'default-scheduler'],
  ['PropagationPolicy', 'spec.placement.replicaScheduling.replicaSchedulingType', 'Divided'],
  ['PropagationPolicy', 'spec.failover.application.decisionConditions.tolerationSeconds', 300],
  ['PropagationPolicy', 'spec.failover.application.purgeMode', 'Gracefully'],
  ['PropagationPolicy', 'spec.failover.cluster.purgeMode', 'Gracefully'],
  ['ResourceBinding', 'spec.conflictResolution', 'Abort'],
  ['ResourceBinding', 'spec.schedulePriority.priority', 0],
  ['ResourceBinding', 'spec.failover.application.decisionConditions.tolerationSeconds', 300],
  ['ResourceBinding', 'spec.failover.application.purgeMode', 'Gracefully'],
  ['ResourceBinding', 'spec.failover.cluster.purgeMode', 'Gracefully'],
  ['ResourceBinding', 'spec.placement.replicaScheduling.replicaSchedulingType', 'Divided'],
  ['CronFederatedHPA', 'spec.rules.suspend', false],
  ['CronFederatedHPA', 'spec.rules.successfulHistoryLimit', 3],
  ['CronFederatedHPA', 'spec.rules.failedHistoryLimit', 3],
]

function* defaultsOf(
  { properties = {}, items }: Schema,
  path: readonly string[] = [],
): Generator<readonly [string, unknown]> {
  if (items) yield* defaultsOf(items, path)
  for (const [name, each] of Object.entries(properties)) {
    if (each.default !== undefined) yield [[...path, name].join('.'), each.default]
    yield* defaultsOf(each, [...path, name])
  }
}

test('these are the defaults, and there are no others', () => {
  const found = crds
    .filter(({ spec }) => spec.scope === 'Namespaced')
    .flatMap(({ spec }) =>
      spec.versions.flatMap(({ schema }) =>
        [...defaultsOf(schema.openAPIV3Schema)].map(([path, value]) => [spec.names.kind, path, value]),
      ),
    )
  assert.deepEqual(found.sort(), defaults.toSorted())
})

/** What a Kubernetes API server demands of a structural schema, and `kubectl explain` of its fields. */
function* faults(schema: Schema, path: string): Generator<string> {
  const anything = schema['x-kubernetes-preserve-unknown-fields'] || schema['x-kubernetes-int-or-string']
  if (!schema.type && !anything) yield `${path} has no type`
  for (const name of schema.required ?? []) if (!schema.properties?.[name]) yield `${path} requires ${name}`
  if (schema['x-kubernetes-list-type'] && schema.type !== 'array') yield `${path} is no list`
  for (const key of schema['x-kubernetes-list-map-keys'] ?? [])
    if (!schema.items?.required?.includes(key)) yield `${path} has a key that is not required`
  if (schema.items) yield* faults(schema.items, `${path}[]`)
  if (schema.additionalProperties) yield* faults(schema.additionalProperties, `${path}{}`)
  for (const [name, each] of Object.entries(schema.properties ?? {})) {
    if (!each.description && name !== 'metadata') yield `${path}.${name} says nothing of itself`
    yield* faults(each, `${path}.${name}`)
  }
}

for (const { metadata, spec } of crds) {
  test(`${metadata.name} is a manifest a server takes`, () => {
    assert.deepEqual(
      spec.versions.flatMap(({ schema, name }) => [...faults(schema.openAPIV3Schema, name)]),
      [],
    )
    assert.equal(metadata.name, `${spec.names.plural}.${spec.group}`)
    assert.equal(spec.versions.filter(({ storage }) => storage).length, 1)
    assert.ok(Object.isFrozen(spec.versions))
  })
}

test('no two kinds have the same name in a URL', () =>
  assert.equal(new Set(crds.map(({ metadata }) => metadata.name)).size, crds.length))

const pattern = new RegExp(quantity('').pattern ?? '')
for (const good of ['0', '500m', '-1', '+1.5', '.5', '5.', '1Ki', '1E', '1e3', '1E-3', '1n'])
  test(`a quantity may be ${good}`, () => assert.match(good, pattern))
for (const bad of ['', '.', 'm', '1K', '1GiB', '1 Gi', 'e3', '1e'])
  test(`a quantity may not be "${bad}"`, () => assert.doesNotMatch(bad, pattern))
