import type { Kind } from './kind.ts'

const ports = [{ port: 80 }]
const service: Kind = {
  path: '/api/v1/namespaces/default/services',
  object: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { ports, selector: { app: 'web' } } },
  made: [
    ['minimal', {}],
    ['headless', { 'spec.clusterIP': 'None' }],
    ['headless without a selector', { 'spec.clusterIP': 'None', 'spec.selector': undefined, 'spec.ports': undefined }],
    [
      'headless of both families',
      { 'spec.clusterIP': 'None', 'spec.selector': undefined, 'spec.ipFamilyPolicy': 'RequireDualStack' },
    ],
    ['of nodes', { 'spec.type': 'NodePort' }],
    [
      'of two ports of nodes',
      {
        'spec.type': 'NodePort',
        'spec.ports': [
          { port: 80, name: 'a' },
          { port: 81, name: 'b', targetPort: 'http', protocol: 'UDP', appProtocol: 'http' },
        ],
      },
    ],
    [
      'of one port of nodes in two protocols',
      {
        'spec.type': 'NodePort',
        'spec.ports': [
          { port: 80, name: 'a', protocol: 'TCP', nodePort: 31111 },
          { port: 80, name: 'b', protocol: 'UDP', nodePort: 31111 },
        ],
      },
    ],
    ['balanced', { 'spec.type': 'LoadBalancer' }],
    [
      'balanced here',
      {
        'spec.type': 'LoadBalancer',
        'spec.externalTrafficPolicy': 'Local',
        'spec.loadBalancerSourceRanges': ['10.0.0.0/8'],
        'spec.loadBalancerClass': 'example.com/a',
      },
    ],
    ['balanced without ports of nodes', { 'spec.type': 'LoadBalancer', 'spec.allocateLoadBalancerNodePorts': false }],
    ['a name', { spec: { type: 'ExternalName', externalName: 'example.com' } }],
    ['a name with ports', { spec: { type: 'ExternalName', externalName: 'example.com', ports } }],
    ['an affinity', { 'spec.sessionAffinity': 'ClientIP' }],
    ['prefers both families', { 'spec.ipFamilyPolicy': 'PreferDualStack' }],
    ['a policy inside', { 'spec.internalTrafficPolicy': 'Local', 'spec.trafficDistribution': 'PreferClose' }],
    ['an address outside', { 'spec.externalIPs': ['1.2.3.4'] }],
    ['its address', { 'spec.clusterIP': '10.96.200.7' }],
    ['not ready addresses', { 'spec.publishNotReadyAddresses': true }],
  ],
  tried: [
    ['no spec', { spec: undefined }],
    ['no ports', { 'spec.ports': [] }],
    ['a text for a port', { 'spec.ports': [{ port: 'x' }] }],
    ['a port that is none', { 'spec.ports': [{ port: 0 }] }],
    ['a port too high', { 'spec.ports': [{ port: 70000 }] }],
    ['two ports without names', { 'spec.ports': [{ port: 80 }, { port: 81 }] }],
    [
      'two ports of a name',
      {
        'spec.ports': [
          { port: 80, name: 'a' },
          { port: 81, name: 'a' },
        ],
      },
    ],
    [
      'one port twice',
      {
        'spec.ports': [
          { port: 80, name: 'a' },
          { port: 80, name: 'b' },
        ],
      },
    ],
    ['a port with a wrong name', { 'spec.ports': [{ port: 80, name: 'A_b' }] }],
    ['a target that is none', { 'spec.ports': [{ port: 80, targetPort: 'A_B' }] }],
    ['a target too high', { 'spec.ports': [{ port: 80, targetPort: 70000 }] }],
    ['a protocol that is none', { 'spec.ports': [{ port: 80, protocol: 'HTTP' }] }],
    ['another protocol that is none', { 'spec.ports': [{ port: 80, appProtocol: 'a b' }] }],
    ['a type that is none', { 'spec.type': 'Any' }],
    ['a port of nodes inside', { 'spec.ports': [{ port: 80, nodePort: 30080 }] }],
    ['a port of nodes out of range', { 'spec.type': 'NodePort', 'spec.ports': [{ port: 80, nodePort: 80 }] }],
    ['a selector that is none', { 'spec.selector': { 'a b': 'c' } }],
    ['an affinity that is none', { 'spec.sessionAffinity': 'Any' }],
    [
      'an affinity for no time',
      { 'spec.sessionAffinity': 'ClientIP', 'spec.sessionAffinityConfig': { clientIP: { timeoutSeconds: 0 } } },
    ],
    ['a configuration of no affinity', { 'spec.sessionAffinityConfig': { clientIP: { timeoutSeconds: 1 } } }],
    ['an address that is none', { 'spec.clusterIP': 'x' }],
    ['an address elsewhere', { 'spec.clusterIP': '10.1.1.1' }],
    ['an address that is taken', { 'spec.clusterIP': '10.96.0.1' }],
    ['two addresses', { 'spec.clusterIPs': ['10.96.0.7', '10.96.0.8'] }],
    ['different addresses', { 'spec.clusterIP': '10.96.0.7', 'spec.clusterIPs': ['10.96.0.8'] }],
    ['both families', { 'spec.ipFamilyPolicy': 'RequireDualStack' }],
    ['another family', { 'spec.ipFamilies': ['IPv6'] }],
    ['a family that is none', { 'spec.ipFamilies': ['IPv5'] }],
    ['a policy of families that is none', { 'spec.ipFamilyPolicy': 'Any' }],
    ['a name that is none', { spec: { type: 'ExternalName', externalName: 'A_b' } }],
    ['no name outside', { spec: { type: 'ExternalName' } }],
    ['a name and an address', { spec: { type: 'ExternalName', externalName: 'a.b', clusterIP: '10.96.0.9' } }],
    ['a name that is an address', { spec: { type: 'ExternalName', externalName: '1.2.3.4' } }],
    ['an address outside that is none', { 'spec.externalIPs': ['x'] }],
    ['an address outside that is here', { 'spec.externalIPs': ['127.0.0.1'] }],
    ['a policy outside of nothing', { 'spec.externalTrafficPolicy': 'Local' }],
    ['a policy outside that is none', { 'spec.type': 'NodePort', 'spec.externalTrafficPolicy': 'Any' }],
    ['a policy inside that is none', { 'spec.internalTrafficPolicy': 'Any' }],
    ['a distribution that is none', { 'spec.trafficDistribution': 'Any' }],
    ['a health port of nothing', { 'spec.healthCheckNodePort': 30000 }],
    ['ranges of nothing', { 'spec.loadBalancerSourceRanges': ['10.0.0.0/8'] }],
    ['ranges that are none', { 'spec.type': 'LoadBalancer', 'spec.loadBalancerSourceRanges': ['x'] }],
    ['a class of nothing', { 'spec.loadBalancerClass': 'a' }],
    ['a class that is none', { 'spec.type': 'LoadBalancer', 'spec.loadBalancerClass': 'A_b!' }],
    ['no ports of nodes of nothing', { 'spec.allocateLoadBalancerNodePorts': true }],
    ['headless and balanced', { 'spec.type': 'LoadBalancer', 'spec.clusterIP': 'None' }],
    ['a name that begins with a number', { 'metadata.name': '1st' }],
  ],
  updates: [
    ['a target', { 'spec.ports.0.targetPort': 8080 }],
    ['another address', { 'spec.clusterIP': '10.96.0.77' }],
    ['no address', { 'spec.clusterIP': undefined, 'spec.clusterIPs': undefined }],
    ['ports of nodes', { 'spec.type': 'NodePort' }],
    ['a balancer', { 'spec.type': 'LoadBalancer' }],
    ['a balancer of the nodes', { 'spec.externalTrafficPolicy': 'Local' }],
    ['a status', { status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } } }, 'status'],
    [
      'a status of no address',
      { status: { loadBalancer: { ingress: [{ ip: 'x' }, { hostname: '1.2.3.4' }] } } },
      'status',
    ],
    ['inside again', { 'spec.type': 'ClusterIP' }],
    ['another family', { 'spec.ipFamilies': ['IPv6'] }],
    ['headless', { 'spec.clusterIP': 'None', 'spec.clusterIPs': ['None'] }],
    ['a name', { spec: { type: 'ExternalName', externalName: 'example.com' } }],
    ['an address again', { spec: { type: 'ClusterIP', ports } }],
  ],
}

const subset = {
  addresses: [{ ip: '10.1.1.1', hostname: 'a', nodeName: 'n', targetRef: { kind: 'Pod', name: 'p' } }],
  ports: [{ port: 80 }],
}

const endpoints: Kind = {
  path: '/api/v1/namespaces/default/endpoints',
  object: { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'ends' }, subsets: [subset] },
  made: [
    ['minimal', {}],
    ['nothing', { subsets: undefined }],
    [
      'an order',
      {
        subsets: [
          {
            addresses: [{ ip: '10.1.1.2' }, { ip: '10.1.1.1' }],
            ports: [
              { port: 81, name: 'b' },
              { port: 80, name: 'a' },
            ],
          },
        ],
      },
    ],
  ],
  tried: [
    ['no address', { subsets: [{ ports }] }],
    ['an address that is none', { 'subsets.0.addresses': [{ ip: 'x' }] }],
    ['an address of this machine', { 'subsets.0.addresses': [{ ip: '127.0.0.1' }] }],
    ['an address of the link', { 'subsets.0.addresses': [{ ip: '169.254.1.1' }] }],
    ['a host that is none', { 'subsets.0.addresses': [{ ip: '10.1.1.1', hostname: 'A_b' }] }],
    ['a port that is none', { 'subsets.0.ports': [{ port: 0 }] }],
    ['ports without names', { 'subsets.0.ports': [{ port: 80 }, { port: 81 }] }],
    ['a name that is none', { 'subsets.0.ports': [{ port: 80, name: 'A_b' }] }],
    ['a protocol that is none', { 'subsets.0.ports': [{ port: 80, protocol: 'X' }] }],
  ],
  updates: [['other', { 'subsets.0.addresses.0.ip': '10.1.1.9' }]],
}

const slice: Kind = {
  path: '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices',
  object: {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'slice' },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.1.1.1'] }],
    ports: [{ port: 80 }],
  },
  made: [
    ['minimal', {}],
    ['no endpoints', { endpoints: [], ports: undefined }],
    ['no list of endpoints', { endpoints: undefined }],
    [
      'all there is',
      {
        endpoints: [
          {
            addresses: ['10.1.1.1'],
            conditions: { ready: true, serving: true, terminating: false },
            hostname: 'a',
            nodeName: 'n',
            zone: 'z',
            hints: { forZones: [{ name: 'z' }] },
            targetRef: { kind: 'Pod', name: 'p' },
          },
        ],
        ports: [{ name: 'a', port: 80, protocol: 'UDP', appProtocol: 'http' }],
      },
    ],
    ['names', { addressType: 'FQDN', endpoints: [{ addresses: ['example.com'] }] }],
    ['the other family', { addressType: 'IPv6', endpoints: [{ addresses: ['2001:db8::1'] }] }],
  ],
  tried: [
    ['no type', { addressType: undefined }],
    ['a type that is none', { addressType: 'Any' }],
    ['no address', { endpoints: [{ addresses: [] }] }],
    ['an address that is none', { endpoints: [{ addresses: ['x'] }] }],
    ['an address of the other family', { endpoints: [{ addresses: ['2001:db8::1'] }] }],
    ['an address of this machine', { endpoints: [{ addresses: ['127.0.0.1'] }] }],
    ['a name that is none', { addressType: 'FQDN', endpoints: [{ addresses: ['A_b'] }] }],
    ['a host that is none', { endpoints: [{ addresses: ['10.1.1.1'], hostname: 'A_b' }] }],
    ['a node that is none', { endpoints: [{ addresses: ['10.1.1.1'], nodeName: 'A_b' }] }],
    [
      'a hint that is none',
      { endpoints: [{ addresses: ['10.1.1.1'], hints: { forZones: [{ name: 'a' }, { name: 'a' }] } }] },
    ],
    ['a port that is none', { ports: [{ port: 0 }] }],
    ['two ports of a name', { ports: [{ port: 80 }, { port: 81 }] }],
    ['a port of a wrong name', { ports: [{ port: 80, name: 'A_b' }] }],
    ['a protocol that is none', { ports: [{ port: 80, protocol: 'X' }] }],
    ['another protocol that is none', { ports: [{ port: 80, appProtocol: 'a b' }] }],
    ['too many addresses', { endpoints: [{ addresses: Array.from({ length: 101 }, (_, i) => `10.1.1.${i}`) }] }],
  ],
  updates: [
    ['more', { endpoints: [{ addresses: ['10.1.1.2'] }] }],
    ['another type', { addressType: 'IPv6' }],
  ],
}

const backend = { service: { name: 'web', port: { number: 80 } } }
const path = { path: '/', pathType: 'Prefix', backend }
const rules = [{ host: 'example.com', http: { paths: [path] } }]

const ingress: Kind = {
  path: '/apis/networking.k8s.io/v1/namespaces/default/ingresses',
  object: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web' }, spec: { rules } },
  made: [
    ['minimal', {}],
    ['only a backend', { spec: { defaultBackend: backend } }],
    [
      'all there is',
      { 'spec.ingressClassName': 'a', 'spec.tls': [{ hosts: ['example.com', '*.example.com'], secretName: 'a' }] },
    ],
    ['a port with a name', { 'spec.rules.0.http.paths.0.backend.service.port': { name: 'http' } }],
    [
      'a resource',
      { 'spec.rules.0.http.paths.0.backend': { resource: { apiGroup: 'example.com', kind: 'A', name: 'a' } } },
    ],
    ['only a host', { 'spec.rules': [{ host: 'example.com' }] }],
  ],
  tried: [
    ['no spec', { spec: undefined }],
    ['no rules', { 'spec.rules': [] }],
    ['a host that is none', { 'spec.rules.0.host': 'A_b' }],
    ['a host that is an address', { 'spec.rules.0.host': '1.2.3.4' }],
    ['a host with a star', { 'spec.rules.0.host': 'a.*.b' }],
    ['no paths', { 'spec.rules.0.http.paths': [] }],
    ['no type', { 'spec.rules.0.http.paths.0.pathType': undefined }],
    ['a type that is none', { 'spec.rules.0.http.paths.0.pathType': 'Any' }],
    ['no path', { 'spec.rules.0.http.paths.0.path': undefined }],
    ['a path that goes nowhere', { 'spec.rules.0.http.paths.0.path': 'a' }],
    ['a path with dots', { 'spec.rules.0.http.paths.0.path': '/a/../b' }],
    ['a path with two slashes', { 'spec.rules.0.http.paths.0.path': '/a//b' }],
    ['no backend', { 'spec.rules.0.http.paths.0.backend': undefined }],
    ['an empty backend', { 'spec.rules.0.http.paths.0.backend': {} }],
    ['a service without a name', { 'spec.rules.0.http.paths.0.backend': { service: { port: { number: 80 } } } }],
    ['a service with a wrong name', { 'spec.rules.0.http.paths.0.backend.service.name': 'A_b' }],
    ['no port', { 'spec.rules.0.http.paths.0.backend.service.port': undefined }],
    ['two ports', { 'spec.rules.0.http.paths.0.backend.service.port': { number: 80, name: 'a' } }],
    ['a port too high', { 'spec.rules.0.http.paths.0.backend.service.port': { number: 70000 } }],
    ['a port with a wrong name', { 'spec.rules.0.http.paths.0.backend.service.port': { name: 'A_b' } }],
    ['a service and a resource', { 'spec.rules.0.http.paths.0.backend.resource': { kind: 'A', name: 'a' } }],
    ['a resource that is none', { 'spec.rules.0.http.paths.0.backend': { resource: { kind: '', name: '' } } }],
    ['a class that is none', { 'spec.ingressClassName': 'A_b' }],
    ['a class twice', { 'spec.ingressClassName': 'a', 'metadata.annotations': { 'kubernetes.io/ingress.class': 'b' } }],
    ['a host of TLS that is none', { 'spec.tls': [{ hosts: ['A_b'] }] }],
    ['a secret that is none', { 'spec.tls': [{ secretName: 'A_b' }] }],
  ],
  updates: [
    ['another host', { 'spec.rules.0.host': 'b.example.com' }],
    [
      'a status',
      { status: { loadBalancer: { ingress: [{ ip: '1.2.3.4', ports: [{ port: 80, protocol: 'TCP' }] }] } } },
      'status',
    ],
    ['a status that is none', { status: { loadBalancer: { ingress: [{ ip: 'x', hostname: 'A_b' }] } } }, 'status'],
  ],
}

const ingressClass: Kind = {
  path: '/apis/networking.k8s.io/v1/ingressclasses',
  object: {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'web' },
    spec: { controller: 'example.com/a' },
  },
  made: [
    ['minimal', {}],
    ['parameters', { 'spec.parameters': { apiGroup: 'example.com', kind: 'A', name: 'a' } }],
    ['parameters of a namespace', { 'spec.parameters': { kind: 'A', name: 'a', scope: 'Namespace', namespace: 'b' } }],
  ],
  tried: [
    ['no spec', { spec: undefined }],
    ['no domain', { 'spec.controller': 'a' }],
    ['a controller too long', { 'spec.controller': `example.com/${'a'.repeat(250)}` }],
    ['parameters that are none', { 'spec.parameters': { apiGroup: 'A_b', kind: '', name: '' } }],
    [
      'parameters of a namespace that is not there',
      { 'spec.parameters': { kind: 'A', name: 'a', scope: 'Namespace' } },
    ],
    [
      'parameters of a namespace too much',
      { 'spec.parameters': { kind: 'A', name: 'a', scope: 'Cluster', namespace: 'b' } },
    ],
    ['a scope that is none', { 'spec.parameters': { kind: 'A', name: 'a', scope: 'Any' } }],
  ],
  updates: [
    ['another controller', { 'spec.controller': 'example.com/b' }],
    ['a label', { 'metadata.labels': { a: 'b' } }],
  ],
}

const networkPolicy: Kind = {
  path: '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies',
  object: {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'web' },
    spec: { podSelector: {} },
  },
  made: [
    ['minimal', {}],
    ['nothing', { spec: undefined }],
    [
      'inside',
      { 'spec.ingress': [{ ports: [{ port: 80 }, { port: 'http', protocol: 'UDP' }], from: [{ podSelector: {} }] }] },
    ],
    ['outside', { 'spec.egress': [{ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }] }] }],
    ['everything', { 'spec.ingress': [{}], 'spec.egress': [{}] }],
    ['a range of ports', { 'spec.ingress': [{ ports: [{ port: 80, endPort: 90 }] }] }],
  ],
  tried: [
    ['a selector that is none', { 'spec.podSelector': { matchLabels: { 'a b': 'c' } } }],
    ['a port that is none', { 'spec.ingress': [{ ports: [{ port: 0 }] }] }],
    ['a port of a wrong name', { 'spec.ingress': [{ ports: [{ port: 'A_b' }] }] }],
    ['a protocol that is none', { 'spec.ingress': [{ ports: [{ protocol: 'X' }] }] }],
    ['a range that ends before', { 'spec.ingress': [{ ports: [{ port: 80, endPort: 70 }] }] }],
    ['a range from a name', { 'spec.ingress': [{ ports: [{ port: 'a', endPort: 70 }] }] }],
    ['a range from nowhere', { 'spec.ingress': [{ ports: [{ endPort: 70 }] }] }],
    ['a peer that is none', { 'spec.ingress': [{ from: [{}] }] }],
    ['a peer of two kinds', { 'spec.ingress': [{ from: [{ podSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } }] }] }],
    ['no block', { 'spec.egress': [{ to: [{ ipBlock: {} }] }] }],
    ['a block that is none', { 'spec.egress': [{ to: [{ ipBlock: { cidr: 'x' } }] }] }],
    [
      'an exception elsewhere',
      { 'spec.egress': [{ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16'] } }] }] },
    ],
    ['an exception that is none', { 'spec.egress': [{ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['x'] } }] }] }],
    ['a type that is none', { 'spec.policyTypes': ['Any'] }],
    ['three types', { 'spec.policyTypes': ['Ingress', 'Egress', 'Ingress'] }],
  ],
  updates: [['others', { 'spec.podSelector': { matchLabels: { a: 'b' } } }]],
}

const ipAddress: Kind = {
  path: '/apis/networking.k8s.io/v1/ipaddresses',
  object: {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: { name: '192.168.1.1' },
    spec: { parentRef: { resource: 'services', namespace: 'default', name: 'a' } },
  },
  made: [['minimal', { 'metadata.name': '192.168.1.2' }]],
  tried: [
    ['no spec', { spec: undefined }],
    ['a name that is none', { 'metadata.name': 'a' }],
    ['another way to write it', { 'metadata.name': '2001:DB8::1' }],
    ['nobody', { 'spec.parentRef': undefined }],
    ['nobody named', { 'spec.parentRef': {} }],
  ],
  updates: [
    ['somebody else', { 'spec.parentRef.name': 'b' }],
    ['a label', { 'metadata.labels': { a: 'b' } }],
  ],
}

const serviceCidr: Kind = {
  path: '/apis/networking.k8s.io/v1/servicecidrs',
  object: {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'ServiceCIDR',
    metadata: { name: 'more' },
    spec: { cidrs: ['192.168.7.0/24'] },
  },
  tried: [
    ['good', {}],
    ['no spec', { spec: undefined }],
    ['none', { 'spec.cidrs': [] }],
    ['three', { 'spec.cidrs': ['10.0.0.0/24', '10.0.1.0/24', '10.0.2.0/24'] }],
    ['one that is none', { 'spec.cidrs': ['x'] }],
    ['two of a family', { 'spec.cidrs': ['192.168.7.0/24', '192.168.8.0/24'] }],
  ],
}

export const services: readonly Kind[] = [
  service,
  endpoints,
  slice,
  ingress,
  ingressClass,
  networkPolicy,
  ipAddress,
  serviceCidr,
]
