import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Component, ReplicaRequirements, schedule } from '@flotilla/sdk'
import { messages } from './messages.ts'
import {
  readAssumed,
  readComponent,
  readRequirements,
  sentAssumed,
  sentComponent,
  sentRequirements,
} from './requirements.ts'

/** Bytes written out by hand, as they stand on the wire: hexadecimal, and texts in quotes. */
const bytes = (...lines: readonly string[]): Buffer =>
  Buffer.concat(
    [...lines.join(' ').matchAll(/"([^"]*)"|([0-9a-f]{2})/g)].map(([, quoted, hex = '']) =>
      quoted === undefined ? Buffer.from(hex, 'hex') : Buffer.from(quoted),
    ),
  )

const needs: ReplicaRequirements = {
  namespace: 'shop',
  priorityClassName: 'high',
  resourceRequest: { cpu: '500m' },
  nodeClaim: {
    nodeSelector: { disk: 'ssd' },
    hardNodeAffinity: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }], matchFields: [] }],
    },
    tolerations: [{ key: 'gpu', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 }],
  },
}

const affinityOnWire = '11 0a 0f 0a 0d 0a 04 "zone" 12 02 "In" 1a 01 "a"' // 1: a term, 1: a requirement: key, operator, values
const tolerationOnWire = '1c 0a 03 "gpu" 12 06 "Exists" 1a 00 22 09 "NoExecute" 28 3c' // value is empty, and written
const requestOnWire = '0d 0a 03 "cpu" 12 06 0a 04 "500m"' // an entry: name, a Quantity of Kubernetes

const needsOnWire = [
  '12 9b 01', // 2: ReplicaRequirements, 155 bytes
  `  0a 6f`, // 1: NodeClaim, 111 bytes
  `    0a ${affinityOnWire}`, // 1: before v1.18, a NodeSelector of Kubernetes
  '    12 0b 0a 04 "disk" 12 03 "ssd"', // 2: an entry of nodeSelector
  `    1a ${tolerationOnWire}`, // 3: before v1.18, a Toleration of Kubernetes
  `    22 ${affinityOnWire}`, // 4: the bytes of a NodeSelector
  `    2a ${tolerationOnWire}`, // 5: the bytes of a Toleration
  `  12 ${requestOnWire}`, // 2: before v1.18, resourceRequest
  '  1a 04 "shop"', // 3: namespace
  '  22 04 "high"', // 4: priorityClassName
  `  2a ${requestOnWire}`, // 5: resourceRequestBytes
]

const component: Component = {
  name: 'web',
  replicas: 2,
  replicaRequirements: { priorityClassName: 'high', resourceRequest: { cpu: '500m' } },
}

const componentOnWire = [
  '0a 03 "web"', // 1: name
  `12 24 12 ${requestOnWire} 1a 04 "high" 22 ${requestOnWire}`, // 2: requirements: 2 and 4: the request, 3: priorityClassName
  '18 02', // 3: replicas
]

const assumed: schedule.AssumedWorkload = { namespace: 'shop', components: [component] }

const assumedOnWire = ['0a 04 "shop"', '12 2d', ...componentOnWire] // 1: namespace, 2: a component, 45 bytes

describe('on the wire, byte for byte', () => {
  const replicasOnWire = bytes('0a 05 "paris"', ...needsOnWire, '1a 35', ...assumedOnWire)
  test('a request for replicas is written', () => {
    const request = {
      cluster: 'paris',
      replicaRequirements: sentRequirements(needs),
      assumedWorkloads: [sentAssumed(assumed)],
    }
    assert.equal(messages.replicasRequest.encode(request).toString('hex'), replicasOnWire.toString('hex'))
  })
  test('a request for replicas is read', () => {
    const { cluster, replicaRequirements = {}, assumedWorkloads } = messages.replicasRequest.decode(replicasOnWire)
    assert.equal(cluster, 'paris')
    assert.deepEqual(readRequirements(replicaRequirements), needs)
    assert.deepEqual(assumedWorkloads?.map(readAssumed), [assumed])
  })

  const setsOnWire = bytes('0a 05 "paris" 12 2d', ...componentOnWire, '1a 04 "shop" 22 35', ...assumedOnWire)
  test('a request for sets is written', () => {
    const request = {
      cluster: 'paris',
      components: [sentComponent(component)],
      namespace: 'shop',
      assumedWorkloads: [sentAssumed(assumed)],
    }
    assert.equal(messages.setsRequest.encode(request).toString('hex'), setsOnWire.toString('hex'))
  })
  test('a request for sets is read', () => {
    const { components, namespace, assumedWorkloads } = messages.setsRequest.decode(setsOnWire)
    assert.deepEqual(components?.map(readComponent), [component])
    assert.equal(namespace, 'shop')
    assert.deepEqual(assumedWorkloads?.map(readAssumed), [assumed])
  })

  const stuckOnWire = bytes(
    '0a 05 "paris" 12 20 0a 07 "apps/v1" 12 0a "Deployment" 1a 04 "shop" 22 03 "web"',
    '18 80 f0 92 cb dd 08', // 5 minutes in nanoseconds
  )
  const stuck = {
    cluster: 'paris',
    resource: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' },
    unschedulableThreshold: 300_000_000_000,
  }
  test('a request for pods without a node', () => {
    assert.equal(messages.unschedulableRequest.encode(stuck).toString('hex'), stuckOnWire.toString('hex'))
    assert.deepEqual({ ...messages.unschedulableRequest.decode(stuckOnWire) }, stuck)
  })

  for (const [number, hex] of [
    [42, '08 2a'],
    [-1, '08 ff ff ff ff ff ff ff ff ff 01'],
    [2 ** 31 - 1, '08 ff ff ff ff 07'],
  ] as const) {
    // biome-ignore format: a table
    test(`the answer ${number}`, () => {
      assert.deepEqual(messages.replicasResponse.encode({ maxReplicas: number }), bytes(hex))
      assert.equal(messages.replicasResponse.decode(bytes(hex)).maxReplicas, number)
      assert.equal(messages.setsResponse.decode(bytes(hex)).maxSets, number)
      assert.equal(messages.unschedulableResponse.decode(bytes(hex)).unschedulableReplicas, number)
    })
  }
  test('an answer of zero may be no byte at all', () =>
    assert.equal(messages.replicasResponse.decode(bytes()).maxReplicas ?? 0, 0))
  test('fields nobody knows yet are passed over', () =>
    assert.equal(messages.replicasResponse.decode(bytes('08 2a 7a 03 "new"')).maxReplicas, 42))
})

describe('a scheduler speaks', () => {
  const read = (...lines: readonly string[]) =>
    readRequirements(messages.replicasRequest.decode(bytes(...lines)).replicaRequirements ?? {})
  test('as before v1.18', () =>
    assert.deepEqual(
      read(
        '12 5b 0a 3e',
        `0a ${affinityOnWire} 12 0b 0a 04 "disk" 12 03 "ssd" 1a ${tolerationOnWire}`,
        `12 ${requestOnWire} 1a 04 "shop" 22 04 "high"`,
      ),
      needs,
    ))
  test('as since v1.19', () =>
    assert.deepEqual(
      read(
        '12 5b 0a 3e',
        `12 0b 0a 04 "disk" 12 03 "ssd" 22 ${affinityOnWire} 2a ${tolerationOnWire}`,
        `1a 04 "shop" 22 04 "high" 2a ${requestOnWire}`,
      ),
      needs,
    ))
})

describe('what is no message is refused', () => {
  test('bytes of something else', () => assert.throws(() => messages.replicasRequest.decode(bytes('0a ff'))))
  test('a quantity that is none', () =>
    assert.throws(() => readRequirements({ resourceRequestBytes: { cpu: bytes('0a ff') } })))
})

test('a request without requirements asks for nothing', () =>
  assert.deepEqual(
    readRequirements(messages.replicasRequest.decode(bytes('0a 05 "paris"')).replicaRequirements ?? {}),
    {
      resourceRequest: {},
    },
  ))
