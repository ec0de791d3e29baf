import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ApiError, deepFreeze } from '@flotilla/sdk'
import { definition } from '../builtin/definitions.ts'
import { strategicPatch } from './strategic.ts'

const schema = definition('io.k8s.api.apps.v1.Deployment')

interface PodSpec {
  readonly [field: string]: unknown
}

const deployment = (pod: PodSpec, spec: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { ...spec, template: { spec: pod } },
})

const ofPod = (patch: object) => ({ spec: { template: { spec: patch } } })

describe('in a Pod', () => {
  const a = { name: 'a', image: 'a:1' }
  const b = { name: 'b', image: 'b:1' }
  const c = { name: 'c', image: 'c:1' }
  const x = { name: 'X', value: '1' }
  const y = { name: 'Y', value: '2' }
  const cases: readonly (readonly [what: string, given: PodSpec, patch: PodSpec, expected: PodSpec])[] = [
    ['scalars are replaced', { hostname: 'a' }, { hostname: 'b' }, { hostname: 'b' }],
    ['null removes', { hostname: 'a', subdomain: 's' }, { hostname: null }, { subdomain: 's' }],
    ['maps merge', { nodeSelector: { a: '1' } }, { nodeSelector: { b: '2' } }, { nodeSelector: { a: '1', b: '2' } }],
    [
      'items with the same key merge',
      { containers: [a, b] },
      { containers: [{ name: 'b', image: 'b:2' }] },
      { containers: [a, { name: 'b', image: 'b:2' }] },
    ],
    ['other items are added at the end', { containers: [a] }, { containers: [b] }, { containers: [a, b] }],
    [
      'lists in items merge by their own key',
      { containers: [{ ...a, env: [x] }] },
      { containers: [{ name: 'a', env: [y] }] },
      { containers: [{ ...a, env: [x, y] }] },
    ],
    [
      'ports are told apart by their number',
      { containers: [{ ...a, ports: [{ containerPort: 80, name: 'http' }] }] },
      { containers: [{ name: 'a', ports: [{ containerPort: 80, name: 'web' }] }] },
      { containers: [{ ...a, ports: [{ containerPort: 80, name: 'web' }] }] },
    ],
    [
      'lists without a key are replaced',
      { tolerations: [{ key: 'a' }] },
      { tolerations: [{ key: 'b' }] },
      { tolerations: [{ key: 'b' }] },
    ],
    [
      'lists of scalars without a strategy are replaced',
      { containers: [{ ...a, args: ['1'] }] },
      { containers: [{ name: 'a', args: ['2'] }] },
      { containers: [{ ...a, args: ['2'] }] },
    ],
    [
      '$patch: delete removes an item',
      { containers: [a, b] },
      { containers: [{ name: 'a', $patch: 'delete' }] },
      { containers: [b] },
    ],
    [
      '$patch: delete of an item that is not there does nothing',
      { containers: [a] },
      { containers: [{ name: 'z', $patch: 'delete' }] },
      { containers: [a] },
    ],
    [
      '$patch: replace in a list replaces all items',
      { containers: [a, b] },
      { containers: [{ $patch: 'replace' }, c] },
      { containers: [c] },
    ],
    [
      '$patch: replace alone empties a list',
      { containers: [a] },
      { containers: [{ $patch: 'replace' }] },
      { containers: [] },
    ],
    [
      '$patch: replace in a map replaces it',
      { nodeSelector: { a: '1' } },
      { nodeSelector: { $patch: 'replace', b: '2' } },
      { nodeSelector: { b: '2' } },
    ],
    [
      '$patch: delete empties a map',
      { nodeSelector: { a: '1' } },
      { nodeSelector: { $patch: 'delete' } },
      { nodeSelector: {} },
    ],
    [
      '$patch: merge says nothing',
      { nodeSelector: { a: '1' } },
      { nodeSelector: { $patch: 'merge', b: '2' } },
      { nodeSelector: { a: '1', b: '2' } },
    ],
    [
      'directives about what is not there are dropped',
      {},
      {
        containers: [
          { ...a, $patch: 'merge' },
          { name: 'b', $patch: 'delete' },
        ],
        '$setElementOrder/containers': [{ name: 'a' }],
      },
      { containers: [a] },
    ],
    [
      '$setElementOrder orders',
      { containers: [a, b, c] },
      { '$setElementOrder/containers': [{ name: 'c' }, { name: 'a' }, { name: 'b' }] },
      { containers: [c, a, b] },
    ],
    [
      '$setElementOrder puts a new item where it belongs',
      { containers: [a, c] },
      { containers: [b], '$setElementOrder/containers': [{ name: 'a' }, { name: 'b' }, { name: 'c' }] },
      { containers: [a, b, c] },
    ],
    [
      '$setElementOrder keeps items it does not know near where they were',
      { containers: [a, b, c] },
      { '$setElementOrder/containers': [{ name: 'c' }, { name: 'b' }] },
      { containers: [a, c, b] },
    ],
    [
      '$setElementOrder with a deletion',
      { containers: [a, b, c] },
      {
        containers: [{ name: 'b', $patch: 'delete' }],
        '$setElementOrder/containers': [{ name: 'c' }, { name: 'a' }],
      },
      { containers: [c, a] },
    ],
    [
      '$retainKeys drops the other fields',
      { volumes: [{ name: 'v', emptyDir: {} }] },
      { volumes: [{ name: 'v', configMap: { name: 'm' }, $retainKeys: ['name', 'configMap'] }] },
      { volumes: [{ name: 'v', configMap: { name: 'm' } }] },
    ],
    [
      'the key of spread constraints is the topology',
      { topologySpreadConstraints: [{ topologyKey: 'zone', maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway' }] },
      { topologySpreadConstraints: [{ topologyKey: 'zone', maxSkew: 2 }] },
      { topologySpreadConstraints: [{ topologyKey: 'zone', maxSkew: 2, whenUnsatisfiable: 'ScheduleAnyway' }] },
    ],
    [
      'a value of another type replaces',
      { nodeSelector: 'odd' },
      { nodeSelector: { a: '1' } },
      { nodeSelector: { a: '1' } },
    ],
  ]
  for (const [what, given, patch, expected] of cases) {
    test(what, () => {
      const result = strategicPatch(deepFreeze(deployment(given)), deepFreeze(ofPod(patch)), schema)
      assert.deepEqual(result, deployment(expected))
    })
  }
})

describe('elsewhere', () => {
  const metadata = (more: object) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', ...more } })
  const cases: readonly (readonly [what: string, given: object, patch: object, expected: object])[] = [
    [
      'finalizers are a set',
      metadata({ finalizers: ['a'] }),
      { metadata: { finalizers: ['a', 'b'] } },
      metadata({ finalizers: ['a', 'b'] }),
    ],
    [
      '$deleteFromPrimitiveList removes from a set',
      metadata({ finalizers: ['a', 'b'] }),
      { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } },
      metadata({ finalizers: ['b'] }),
    ],
    [
      '$deleteFromPrimitiveList and what is added',
      metadata({ finalizers: ['a', 'b'] }),
      {
        metadata: {
          '$deleteFromPrimitiveList/finalizers': ['a'],
          finalizers: ['c'],
          '$setElementOrder/finalizers': ['c', 'b'],
        },
      },
      metadata({ finalizers: ['c', 'b'] }),
    ],
    [
      'owners are told apart by their uid',
      metadata({ ownerReferences: [{ uid: '1', name: 'a' }] }),
      {
        metadata: {
          ownerReferences: [
            { uid: '1', $patch: 'delete' },
            { uid: '2', name: 'b' },
          ],
        },
      },
      metadata({ ownerReferences: [{ uid: '2', name: 'b' }] }),
    ],
    [
      'conditions are told apart by their type',
      { ...metadata({}), status: { conditions: [{ type: 'Ready', status: 'False' }] } },
      { status: { conditions: [{ type: 'Ready', status: 'True' }] } },
      { ...metadata({}), status: { conditions: [{ type: 'Ready', status: 'True' }] } },
    ],
  ]
  for (const [what, given, patch, expected] of cases) {
    test(what, () => {
      const result = strategicPatch(deepFreeze(given), deepFreeze(patch), definition('io.k8s.api.core.v1.Pod'))
      assert.deepEqual(result, expected)
    })
  }

  test('without a schema lists are replaced', () => {
    assert.deepEqual(strategicPatch({ a: [{ name: 'x' }] }, { a: [{ name: 'y' }] }, undefined), { a: [{ name: 'y' }] })
  })
})

describe('refuses', () => {
  const cases: readonly (readonly [what: string, patch: unknown])[] = [
    ['what is no object', []],
    ['an unknown directive', ofPod({ nodeSelector: { $patch: 'explode' } })],
    ['an item without its key', ofPod({ containers: [{ image: 'a:2' }] })],
    ['an order that is no list', ofPod({ '$setElementOrder/containers': 'a' })],
    ['a deletion that is no list', { metadata: { '$deleteFromPrimitiveList/finalizers': 'a' } }],
    ['fields that are not to be retained', ofPod({ volumes: [{ name: 'v', hostPath: {}, $retainKeys: ['name'] }] })],
  ]
  for (const [what, patch] of cases) {
    test(what, () => {
      const given = deployment({ containers: [{ name: 'a' }], nodeSelector: {}, volumes: [{ name: 'v' }] })
      assert.throws(
        () => strategicPatch(given, patch, schema),
        (error) => error instanceof ApiError && error.code === 400,
      )
    })
  }
})
