import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { examine, object, row, stored } from './kind.test.fixture.ts'

type Fields = Readonly<Record<string, unknown>>

const now = new Date('2026-11-22T16:00:00Z')
const service = { service: { name: 'web', port: { number: 80 } } }
const path = (fields: Fields = {}): Fields => ({ path: '/', pathType: 'Prefix', backend: service, ...fields })
const ingress = (...paths: Fields[]): Fields => ({ spec: { rules: [{ host: 'a.example.com', http: { paths } }] } })
const at = 'spec.rules[0].http.paths[0]'

examine('Ingress', [
  ['is fine with a rule', ingress(path()), []],
  ['is fine with a default', { spec: { defaultBackend: service } }, []],
  ['says something', { spec: {} }, ['spec: Invalid value: null: either `defaultBackend` or `rules` must be specified']],
  [
    'paths have a type',
    ingress({ path: '/', backend: service }),
    [`${at}.pathType: Required value: pathType must be specified`],
  ],
  [
    'types are known',
    ingress(path({ pathType: 'Glob' })),
    [`${at}.pathType: Unsupported value: "Glob": supported values: "Exact", "ImplementationSpecific", "Prefix"`],
  ],
  ['paths are absolute', ingress(path({ path: 'a' })), [`${at}.path: Invalid value: "a": must be an absolute path`]],
  [
    'paths lead somewhere',
    ingress(path({ backend: {} })),
    [`${at}.backend: Invalid value: "": resource or service backend is required`],
  ],
  [
    'services have a port',
    ingress(path({ backend: { service: { name: 'web' } } })),
    [`${at}.backend: Required value: port name or number is required`],
  ],
  [
    'a port is a name or a number',
    ingress(path({ backend: { service: { name: 'web', port: { name: 'http', number: 80 } } } })),
    [`${at}.backend: Invalid value: "": cannot set both port name & port number`],
  ],
  ['hosts may begin with anything', { spec: { rules: [{ host: '*.example.com' }] } }, []],
])

examine('IngressClass', [
  ['has a controller', { spec: {} }, ['spec.controller: Required value']],
  [
    'keeps it',
    { spec: { controller: 'example.com/b' } },
    ['spec.controller: Invalid value: "example.com/b": field is immutable'],
    { spec: { controller: 'example.com/a' } },
  ],
])

examine('NetworkPolicy', [
  ['is fine empty', { spec: {} }, []],
  [
    'peers are said',
    { spec: { ingress: [{ from: [{}] }] } },
    ['spec.ingress[0].from[0]: Required value: must specify a peer'],
  ],
  [
    'peers are addresses or Pods',
    { spec: { egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' }, podSelector: {} }] }] } },
    ['spec.egress[0].to[0]: Forbidden: may not specify both ipBlock and another peer'],
  ],
  [
    'ports are ports',
    { spec: { ingress: [{ ports: [{ port: 0 }] }] } },
    ['spec.ingress[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive'],
  ],
])

describe('a NetworkPolicy is about', () => {
  const cases = [
    [{}, ['Ingress']],
    [{ egress: [] }, ['Ingress']],
    [{ egress: [{}] }, ['Ingress', 'Egress']],
    [{ policyTypes: ['Egress'] }, ['Egress']],
  ] as const
  for (const [spec, types] of cases) {
    test(`${types} when it says ${JSON.stringify(spec)}`, () =>
      assert.deepEqual((stored(object('NetworkPolicy', { spec })).spec as Fields).policyTypes, types))
  }
})

describe('kubectl get', () => {
  const cases: readonly (readonly [kind: string, fields: Fields, cells: readonly unknown[]])[] = [
    ['Ingress', ingress(path()), ['test', '<none>', 'a.example.com', '', '80', undefined]],
    [
      'Ingress',
      {
        spec: { ingressClassName: 'nginx', tls: [{}], rules: ['a', 'b', 'c', 'd'].map((host) => ({ host })) },
        status: { loadBalancer: { ingress: [{ ip: '1.1.1.1' }] } },
      },
      ['test', 'nginx', 'a,b,c + 1 more...', '1.1.1.1', '80, 443', undefined],
    ],
    ['Ingress', { spec: { defaultBackend: service } }, ['test', '<none>', '*', '', '80', undefined]],
    [
      'IngressClass',
      { spec: { controller: 'c', parameters: { apiGroup: 'g', kind: 'K', name: 'n' } } },
      ['test', 'c', 'K.g/n', undefined],
    ],
    ['NetworkPolicy', { spec: { podSelector: { matchLabels: { b: '2', a: '1' } } } }, ['test', 'a=1,b=2', undefined]],
    [
      'NetworkPolicy',
      {
        spec: {
          podSelector: {
            matchExpressions: [
              { key: 'k', operator: 'NotIn', values: ['b', 'a'] },
              { key: 'l', operator: 'Exists' },
            ],
          },
        },
      },
      ['test', 'k notin (a,b),l', undefined],
    ],
    ['NetworkPolicy', { spec: {} }, ['test', '<none>', undefined]],
  ]
  for (const [kind, fields, cells] of cases) {
    test(`${kind} ${cells.join(' ')}`, () => assert.deepEqual(row(object(kind, fields), now), cells))
  }
})
