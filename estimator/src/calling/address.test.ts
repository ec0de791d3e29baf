import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Manifest } from '@flotilla/sdk'
import { fakeHost } from '@flotilla/sdk/testing'
import { addressesOf } from './address.ts'

const service = (spec: object): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'karmada-scheduler-estimator-paris', namespace: 'karmada-system' },
  spec,
})

const external = (ports?: readonly object[]) =>
  service({ type: 'ExternalName', externalName: 'paris.example.com', ports })

const found = (...objects: readonly Manifest[]) =>
  addressesOf(fakeHost({ objects }).client, 'paris', {
    namespace: 'karmada-system',
    prefix: 'karmada-scheduler-estimator',
    port: 10_352,
  })

describe('an estimator is found', () => {
  test('by the name of its Service where there is none', async () =>
    assert.deepEqual(await found(), [
      'karmada-scheduler-estimator-paris.karmada-system.svc.cluster.local:10352',
      'karmada-scheduler-estimator-paris.karmada-system.svc:10352',
    ]))
  const cases: Readonly<Record<string, readonly [ports: readonly object[], port: number]>> = {
    'where its Service says': [[{ port: 10_352, targetPort: 443 }], 443],
    'at the port itself, where it leads nowhere else': [[{ port: 10_352 }], 10_352],
    'at the port that is meant, of several': [
      [
        { port: 1, targetPort: 2 },
        { port: 10_352, targetPort: 443 },
      ],
      443,
    ],
    'at the only port there is': [[{ port: 8443, targetPort: 443 }], 443],
  }
  for (const [name, [ports, port]] of Object.entries(cases))
    test(name, async () => assert.deepEqual(await found(external(ports)), [`paris.example.com:${port}`]))
})

describe('a Service that leads nowhere says why', () => {
  const cases: Readonly<Record<string, readonly [object: Manifest, reason: RegExp]>> = {
    'of another type': [
      service({ type: 'NodePort' }),
      /karmada-system\/karmada-scheduler-estimator-paris is of type NodePort; make it an ExternalName/,
    ],
    'of no type': [service({}), /is of type ClusterIP/],
    'without a port': [external(), /has no port 10352/],
    'to a port by name': [
      external([{ port: 10_352, targetPort: 'grpc' }]),
      /has no port 10352 with a targetPort that is a number/,
    ],
  }
  for (const [name, [object, message]] of Object.entries(cases))
    test(name, () => assert.rejects(found(object), { code: 'ESTIMATOR_ADDRESS', message }))
})
