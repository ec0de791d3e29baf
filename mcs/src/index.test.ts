import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Manifest } from '@flotilla/sdk'
import { examineAnyShape, examineList } from '@flotilla/sdk/testing'
import { mcsPlugins } from './index.ts'

examineList(mcsPlugins, import.meta.dirname)

test('whoever answers service.* by means of his own leaves the built-in answers out: nothing needs them', () => {
  const answers = ['exportable-services', 'gateway-networks', 'flat-network', 'service-load-balancers']
  assert.deepEqual(
    answers.filter((name) => !mcsPlugins.some((plugin) => plugin.name === name)),
    [],
  )
  for (const { name, needs = [] } of mcsPlugins)
    assert.deepEqual(
      needs.filter((need) => answers.includes(need)),
      [],
      name,
    )
})

const loadBalancer = { ingress: [{ ip: '10.0.0.1', hostname: 'a.b' }] }
const service = { name: 'web', port: { name: 'http', number: 80 } }
const resource = { apiGroup: 'a.b', kind: 'C', name: 'd' }

const of = (kind: string, spec: object, status: object): Manifest => ({
  apiVersion: 'networking.karmada.io/v1alpha1',
  kind,
  metadata: { name: 'web', namespace: 'shop' },
  spec,
  status,
})

examineAnyShape(mcsPlugins, [
  of(
    'MultiClusterService',
    {
      types: ['CrossCluster'],
      ports: [{ name: 'http', port: 80 }],
      providerClusters: [{ name: 'member1' }],
      consumerClusters: [{ name: 'member2' }],
    },
    { loadBalancer },
  ),
  of(
    'MultiClusterIngress',
    {
      ingressClassName: 'a',
      defaultBackend: { service, resource },
      tls: [{ hosts: ['a.b'], secretName: 'c' }],
      rules: [{ host: 'a.b', http: { paths: [{ path: '/', pathType: 'Exact', backend: { service, resource } }] } }],
    },
    { loadBalancer },
  ),
])
