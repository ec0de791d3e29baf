import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type Manifest,
  type MultiClusterIngress,
  multiClusterIngressKind,
  multiClusterServiceKind,
} from '@flotilla/sdk'
import {
  binding,
  cluster,
  examinePlugin,
  fakeHost,
  manifest,
  webMultiClusterService,
  webService,
} from '@flotilla/sdk/testing'
import { backendsOf, exposure } from './exposure.ts'
import { serviceLoadBalancers } from './load-balancers.ts'

examinePlugin(exposure)

const key = { namespace: 'default', name: 'web' }
const ingress = { ingress: [{ ip: '192.0.2.1' }] }
const exposed: Manifest = { ...webService(), status: { loadBalancer: ingress } }
const bound = binding({
  name: 'web-service',
  resource: { apiVersion: 'v1', kind: 'Service', namespace: 'default', name: 'web' },
  clusters: { member2: 0, member1: 0 },
})
const path = (name: string) => ({ path: '/', pathType: 'Prefix', backend: { service: { name, port: { number: 80 } } } })
const spec = { rules: [{ http: { paths: [path('web'), path('api'), path('web')] } }] }
const ingressOf = (): MultiClusterIngress =>
  manifest(multiClusterIngressKind.apiVersion, 'MultiClusterIngress', { ...key, spec })

const begin = (...objects: readonly Manifest[]) => {
  const host = fakeHost({ objects, plugins: [serviceLoadBalancers] })
  exposure.controllers?.(host)
  const settle = (plural: string) => host.controllers.get(`expose:${plural}`)?.reconcile('default/web')
  return { host, settle }
}

test('the Services behind an ingress are those of all its rules, once each', () =>
  assert.deepEqual(backendsOf({ ...spec, defaultBackend: { service: { name: 'z' } } }), ['api', 'web', 'z']))

describe('what is exposed', () => {
  test('an ingress says where it is reached, where its Services run, and where no traffic goes', async () => {
    const blocked = cluster({ name: 'member2', status: { remedyActions: ['TrafficControl'] } })
    const { host, settle } = begin(ingressOf(), exposed, bound, cluster(), blocked)
    await settle('multiclusteringresses')
    assert.deepEqual(host.objects.get(multiClusterIngressKind, key)?.status, {
      loadBalancer: ingress,
      serviceLocations: [
        { name: 'api', clusters: [] },
        { name: 'web', clusters: ['member1', 'member2'] },
      ],
      trafficBlockClusters: ['member2'],
    })
    const before = host.objects.version
    await settle('multiclusteringresses')
    assert.equal(host.objects.version, before)
  })

  test('a MultiClusterService for the world says where it is reached; one for other clusters does not', async () => {
    for (const [types, status] of [
      [['LoadBalancer'], { loadBalancer: ingress }],
      [['CrossCluster'], undefined],
    ] as const) {
      const { host, settle } = begin(webMultiClusterService({ types }), exposed)
      await settle('multiclusterservices')
      assert.deepEqual(host.objects.get(multiClusterServiceKind, key)?.status, status)
    }
  })

  test('what a controller of somebody else said stays while nobody here knows better', async () => {
    const status = { loadBalancer: { ingress: [{ hostname: 'a.b' }] } }
    const { host, settle } = begin({ ...webMultiClusterService({ types: ['LoadBalancer'] }), status }, webService())
    await settle('multiclusterservices')
    assert.deepEqual(host.objects.get(multiClusterServiceKind, key)?.status, status)
  })
})
