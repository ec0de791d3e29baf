import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { examine, object, row, stored } from './kind.test.fixture.ts'

type Fields = Readonly<Record<string, unknown>>

const now = new Date('2026-11-22T16:00:00Z')
const http = { port: 80 }
const spec = (fields: Fields = {}): Fields => ({ spec: { ports: [http], ...fields } })
const specOf = (fields: Fields, before?: Fields): Fields =>
  stored(object('Service', spec(fields)), before && stored(object('Service', spec(before)))).spec as Fields // as was given

describe('defaults', () => {
  const cluster = {
    internalTrafficPolicy: 'Cluster',
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    sessionAffinity: 'None',
  }
  const port = { port: 80, protocol: 'TCP', targetPort: 80 }
  const cases: readonly (readonly [given: Fields, expected: Fields])[] = [
    [{}, { ...cluster, type: 'ClusterIP', ports: [port] }],
    [
      { ports: [{ port: 80, targetPort: 'web' }] },
      { ...cluster, type: 'ClusterIP', ports: [{ ...port, targetPort: 'web' }] },
    ],
    [{ type: 'NodePort' }, { ...cluster, type: 'NodePort', externalTrafficPolicy: 'Cluster', ports: [port] }],
    [
      { type: 'LoadBalancer' },
      {
        ...cluster,
        type: 'LoadBalancer',
        externalTrafficPolicy: 'Cluster',
        allocateLoadBalancerNodePorts: true,
        ports: [port],
      },
    ],
    [
      { type: 'ExternalName', externalName: 'a.b' },
      { type: 'ExternalName', externalName: 'a.b', sessionAffinity: 'None', ports: [port] },
    ],
    [
      { clusterIP: 'None' },
      {
        ...cluster,
        type: 'ClusterIP',
        clusterIP: 'None',
        clusterIPs: ['None'],
        ports: [port],
        ipFamilies: ['IPv4', 'IPv6'],
        ipFamilyPolicy: 'RequireDualStack',
      },
    ],
    [
      { sessionAffinity: 'ClientIP' },
      {
        ...cluster,
        sessionAffinity: 'ClientIP',
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } },
        type: 'ClusterIP',
        ports: [port],
      },
    ],
  ]
  for (const [given, expected] of cases) test(JSON.stringify(given), () => assert.deepEqual(specOf(given), expected))

  test('an address stays when a writer leaves it out', () =>
    assert.equal(specOf({}, { clusterIP: '10.0.0.1' }).clusterIP, '10.0.0.1'))

  test('what only made sense for the type it had goes with it', () => {
    const nodePort = { ports: [{ port: 80, nodePort: 30080 }] }
    const changed = specOf({ ...nodePort, externalTrafficPolicy: 'Cluster' }, { ...nodePort, type: 'NodePort' })
    assert.deepEqual([changed.ports, changed.externalTrafficPolicy], [[port], undefined])
  })

  test('a Service that has them stays the same object', () => {
    const created = stored(object('Service', spec()))
    assert.equal(stored(created, created), created)
  })
})

examine('Service', [
  ['is fine with a port', spec(), []],
  ['needs ports', spec({ ports: [] }), ['spec.ports: Required value']],
  ['needs none when it is headless', spec({ ports: [], clusterIP: 'None' }), []],
  ['needs none when it is only a name', spec({ ports: [], type: 'ExternalName', externalName: 'a.example.com' }), []],
  ['has a name when it is one', spec({ ports: [], type: 'ExternalName' }), ['spec.externalName: Required value']],
  [
    'ports are ports',
    spec({ ports: [{ port: 70000 }] }),
    [
      'spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive',
      'spec.ports[0].targetPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
    ],
  ],
  [
    'several ports have names',
    spec({ ports: [{ port: 1, name: 'a' }, { port: 2 }] }),
    ['spec.ports[1].name: Required value'],
  ],
  [
    'names are unique',
    spec({
      ports: [
        { port: 1, name: 'a' },
        { port: 2, name: 'a' },
      ],
    }),
    ['spec.ports[1].name: Duplicate value: "a"'],
  ],
  [
    'numbers are unique',
    spec({
      ports: [
        { port: 1, name: 'a' },
        { port: 1, name: 'b' },
      ],
    }),
    [
      'spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":1,"TargetPort":0,"NodePort":0}',
    ],
  ],
  [
    'one number may be two protocols',
    spec({
      ports: [
        { port: 1, name: 'a' },
        { port: 1, name: 'b', protocol: 'UDP' },
      ],
    }),
    [],
  ],
  [
    'is not at nodes without saying so',
    spec({ ports: [{ port: 1, nodePort: 30000 }] }),
    ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
  ],
  [
    'types are known',
    spec({ type: 'Magic' }),
    [
      'spec.type: Unsupported value: "Magic": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
    ],
  ],
  [
    'addresses are addresses',
    spec({ clusterIP: 'here' }),
    ['spec.clusterIPs[0]: Invalid value: "here": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
  ],
  [
    'an address may not change',
    spec({ clusterIP: '10.0.0.2' }),
    ['spec.clusterIPs[0]: Invalid value: ["10.0.0.2"]: may not change once set'],
    spec({ clusterIP: '10.0.0.1' }),
  ],
])

examine('Endpoints', [
  ['is fine', { subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 80 }] }] }, []],
  [
    'sets have addresses',
    { subsets: [{ ports: [{ port: 80 }] }] },
    ['subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`'],
  ],
])

examine('EndpointSlice', [
  ['is fine', { addressType: 'IPv4', endpoints: [{ addresses: ['10.0.0.1'] }], ports: [{ port: 80 }] }, []],
  ['has a type', { endpoints: [] }, ['addressType: Required value']],
  [
    'keeps it',
    { addressType: 'IPv6', endpoints: [] },
    ['addressType: Invalid value: "IPv6": field is immutable'],
    { addressType: 'IPv4', endpoints: [] },
  ],
])

describe('kubectl get', () => {
  const ingress = (...found: Fields[]): Fields => ({ status: { loadBalancer: { ingress: found } } })
  const services: readonly (readonly [fields: Fields, cells: readonly string[]])[] = [
    [spec({ type: 'ClusterIP', clusterIP: '10.0.0.1' }), ['ClusterIP', '10.0.0.1', '<none>', '80/TCP']],
    [spec({ type: 'ClusterIP', clusterIP: 'None' }), ['ClusterIP', 'None', '<none>', '80/TCP']],
    [
      spec({
        type: 'NodePort',
        ports: [
          { port: 80, nodePort: 30080 },
          { port: 53, protocol: 'UDP' },
        ],
        externalIPs: ['1.2.3.4'],
      }),
      ['NodePort', '<none>', '1.2.3.4', '80:30080/TCP,53/UDP'],
    ],
    [spec({ type: 'LoadBalancer' }), ['LoadBalancer', '<none>', '<pending>', '80/TCP']],
    [
      { ...spec({ type: 'LoadBalancer' }), ...ingress({ ip: '1.1.1.1' }, { hostname: 'lb.example.com' }) },
      ['LoadBalancer', '<none>', '1.1.1.1,lb.example.com', '80/TCP'],
    ],
    [
      { spec: { type: 'ExternalName', externalName: 'db.example.com' } },
      ['ExternalName', '<none>', 'db.example.com', '<none>'],
    ],
  ]
  for (const [fields, cells] of services) {
    test(cells.join(' '), () => assert.deepEqual(row(object('Service', fields), now).slice(1, 5), cells))
  }
  test('Endpoints', () => {
    const addresses = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'].map((ip) => ({ ip }))
    const [, cell] = row(object('Endpoints', { subsets: [{ addresses, ports: [{ port: 80 }] }] }), now)
    assert.equal(cell, '10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 1 more...')
    assert.equal(row(object('Endpoints', {}), now)[1], '<none>')
  })
  test('EndpointSlice', () => {
    const slice = {
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.0.0.1'] }],
      ports: [{ port: 80 }, { port: 443 }],
    }
    assert.deepEqual(row(object('EndpointSlice', slice), now).slice(1, 4), ['IPv4', '80,443', '10.0.0.1'])
    assert.deepEqual(row(object('EndpointSlice', { addressType: 'IPv4' }), now).slice(1, 4), [
      'IPv4',
      '<unset>',
      '<unset>',
    ])
  })
})
