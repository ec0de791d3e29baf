import { annotation } from '@flotilla/sdk'
import { cluster, examineEndpoints, examineExport, examineExpose, webService, webSlice } from '@flotilla/sdk/testing'
import { exportableServices } from './exportable.ts'
import { serviceLoadBalancers } from './load-balancers.ts'
import { flatNetwork, gatewayNetworks } from './networks.ts'

examineExport(exportableServices, {
  'a Service that is there': { given: { service: webService() }, reason: 'Valid' },
  'a Service without an address': { given: { service: webService({ clusterIP: 'None' }) }, reason: 'Valid' },
  'a Service that is not there': { reason: 'NoService' },
  'only another name': { given: { service: webService({ type: 'ExternalName' }) }, reason: 'InvalidServiceType' },
})

/** As programs in Go write that there are none. */
const empty = { ...webSlice([]), endpoints: null, ports: null }

const inNetwork = (name: string, network: string, gateways = '') =>
  cluster({
    name,
    annotations: { [annotation.network]: network, ...(gateways && { [annotation.gateways]: gateways }) },
  })

examineEndpoints(flatNetwork, {
  'endpoints are reached as they are': { reaches: { member2: ['10.0.0.1', '10.0.0.2'] } },
  'those of another network are for others to reach': {
    given: { provider: inNetwork('member1', 'east') },
    reaches: {},
  },
  'a slice without endpoints leads nowhere': { given: { slice: empty }, reaches: { member2: [] } },
  'nobody asks': { given: { clusters: [] }, reaches: {} },
})

examineEndpoints(gatewayNetworks, {
  'one network is no business of gateways': { reaches: {} },
  'another network gets the gateways of the provider': {
    given: { provider: inNetwork('member1', 'east', '192.0.2.1, 192.0.2.2') },
    reaches: { member2: ['192.0.2.1', '192.0.2.2'] },
  },
  'a gateway of the other family, or none at all, is left out': {
    given: { provider: inNetwork('member1', 'east', 'fd00::1, not-an-address') },
    reaches: { member2: [] },
  },
  'a slice without endpoints has gateways, which lead to nobody': {
    given: { slice: empty, provider: inNetwork('member1', 'east', '192.0.2.1') },
    reaches: { member2: ['192.0.2.1'] },
  },
  'without gateways it has no opinion: another plugin may know a way': {
    given: { provider: inNetwork('member1', 'east') },
    reaches: {},
  },
  'only clusters outside': {
    given: {
      provider: inNetwork('member1', 'east', '192.0.2.1'),
      clusters: [inNetwork('member2', 'east'), cluster({ name: 'member3' })],
    },
    reaches: { member3: ['192.0.2.1'] },
  },
})

const at = (...ingress: readonly object[]) => ({
  service: { ...webService(), status: { loadBalancer: { ingress } } },
  clusters: [],
})

examineExpose(serviceLoadBalancers, {
  'without load balancers it has no opinion': { given: { services: [at()] } },
  'all of them, once each': {
    given: { services: [at({ ip: '192.0.2.2' }, { ip: '192.0.2.1' }), at({ ip: '192.0.2.1' }, { hostname: 'a.b' })] },
    status: { ingress: [{ hostname: 'a.b' }, { ip: '192.0.2.1' }, { ip: '192.0.2.2' }] },
  },
})
