import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deepFreeze } from '@flotilla/sdk'
import type { Pod, PodSpec } from '../api/pod.ts'
import type { Service, ServiceSpec } from '../api/service.ts'
import { ago, broken, node, pod, readySince } from '../testing/objects.ts'
import { missingAddresses } from './addresses.ts'
import { endpointSlices } from './endpoints.ts'

const service = (spec: ServiceSpec): Service =>
  deepFreeze({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'default', name: 'web', uid: 'u', labels: { team: 'a' } },
    spec,
  })
const web = service({ selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] })

const listening = (port: number): PodSpec => ({
  nodeName: 'a',
  containers: [{ name: 'main', ports: [{ name: 'http', containerPort: port }] }],
})
const at = (name: string, port: number): Pod => pod(name, listening(port), { status: readySince(ago(1)) })
const nodes = (name: string) =>
  name === 'a' ? node('a', { metadata: { name: 'a', labels: { 'topology.kubernetes.io/zone': 'z1' } } }) : undefined

test('an endpoint says where its pod is, and a slice whose it is', () => {
  const [slice, ...others] = endpointSlices(web, [at('p', 8080)], nodes)
  assert.deepEqual(others, [])
  assert.deepEqual(slice, {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: 'web-0',
      namespace: 'default',
      labels: {
        team: 'a',
        'kubernetes.io/service-name': 'web',
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Service', name: 'web', uid: 'u', controller: true, blockOwnerDeletion: true },
      ],
    },
    addressType: 'IPv4',
    endpoints: [
      {
        addresses: ['10.0.0.1'],
        conditions: { ready: true, serving: true, terminating: false },
        nodeName: 'a',
        targetRef: { kind: 'Pod', namespace: 'default', name: 'p', uid: 'uid-p' },
        zone: 'z1',
      },
    ],
    ports: [{ name: '', port: 8080, protocol: 'TCP' }],
  })
})

const cases: readonly [name: string, Service, readonly Pod[], expected: string][] = [
  ['a service without pods has an empty slice', web, [], '0'],
  ['a pod without an address is none', web, [pod('x')], '0'],
  ['a finished pod is none', web, [{ ...at('x', 1), status: { phase: 'Failed', podIP: '10.0.0.9' } }], '0'],
  ['pods that understand a port in different ways are apart', web, [at('x', 1), at('y', 2), at('z', 1)], '2 1'],
  ['a slice has room for a hundred', web, Array.from({ length: 101 }, (_, index) => at(`p${index}`, 1)), '100 1'],
  ['a service without a selector has none of its own', service({ ports: [{ port: 80 }] }), [], ''],
  ['a name elsewhere has none', service({ type: 'ExternalName', selector: { app: 'web' } }), [], ''],
]
for (const [name, from, pods, expected] of cases)
  test(name, () => {
    assert.equal(
      endpointSlices(from, pods, nodes)
        .map(({ endpoints }) => endpoints.length)
        .join(' '),
      expected,
    )
  })

test('a pod that is not ready is there, and not ready', () => {
  const unready = pod('x', listening(1), { status: { ...broken, podIP: '10.0.0.2' } })
  const conditions = (from: Service) => endpointSlices(from, [unready], nodes)[0]?.endpoints[0]?.conditions
  assert.deepEqual(conditions(web), { ready: false, serving: false, terminating: false })
  const published = service({ ...web.spec, publishNotReadyAddresses: true })
  assert.deepEqual(conditions(published), { ready: true, serving: false, terminating: false })
})

const supply = { address: () => '10.64.0.1', nodePort: () => 30_000 }
const given = { clusterIP: '10.64.0.1', clusterIPs: ['10.64.0.1'] }
const missing: readonly [name: string, ServiceSpec, expected: object | undefined][] = [
  ['an address', { ports: [{ port: 80 }] }, given],
  ['nothing when it has one', { clusterIP: '10.0.0.9' }, undefined],
  ['nothing when it wants none', { clusterIP: 'None' }, undefined],
  ['nothing for a name elsewhere', { type: 'ExternalName' }, undefined],
  [
    'a port on the nodes',
    { type: 'NodePort', ports: [{ port: 80 }] },
    { ...given, ports: [{ port: 80, nodePort: 30_000 }] },
  ],
  [
    'no port where it chose one',
    { type: 'LoadBalancer', clusterIP: 'x', ports: [{ port: 80, nodePort: 31_000 }] },
    undefined,
  ],
]
for (const [name, spec, expected] of missing)
  test(`a service is given ${name}`, () => assert.deepEqual(missingAddresses(service(spec), supply), expected))
