import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, test } from 'node:test'
import { type MultiClusterIngress, multiClusterIngressKind } from '@flotilla/sdk'
import { examinePlugin, manifest, webService } from '@flotilla/sdk/testing'
import { configOf } from './haproxy.ts'
import { plugin } from './ingress.ts'
import { judge, siteOf, type World } from './site.ts'

examinePlugin(plugin)

const to = (name: string, number = 80) => ({ service: { name, port: { number } } })

const ingress = (name: string, year: number, spec: MultiClusterIngress['spec']): MultiClusterIngress =>
  manifest(multiClusterIngressKind.apiVersion, 'MultiClusterIngress', {
    name,
    namespace: 'default',
    creationTimestamp: `${year}-01-01T00:00:00Z`,
    spec,
  })

const rule = (path: string, pathType = 'Prefix', host?: string) => ({
  rules: [{ ...(host && { host }), http: { paths: [{ path, pathType, backend: to('web') }] } }],
})

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const key = String(privateKey.export({ type: 'pkcs8', format: 'pem' }))
const pairs: Readonly<Record<string, { cert: string; key: string }>> = {
  nonsense: { cert: 'no', key: 'none' },
  bare: { cert: 'no certificate', key },
}

const world: World = {
  hasTls: false,
  pair: ({ name }) => pairs[name],
  service: ({ name }) => (name === 'web' ? webService() : undefined),
  slices: () => [
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'web-1' },
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 8080 }],
      endpoints: [{ addresses: ['10.0.0.2'] }, { addresses: ['10.0.0.1'] }, { addresses: ['a.example'] }, { addresses: ['10.0.0.3'], conditions: { ready: false } }], // biome-ignore format: one list
    },
  ],
}

const config = (...ingresses: readonly MultiClusterIngress[]) =>
  configOf(siteOf(judge(ingresses, world), world), { bind: ':8080', tls: ':8443', directory: '/run' }).config

const linesWith = (text: string, word: string): readonly string[] =>
  text.split('\n').filter((line) => line.includes(word)).map((line) => line.trim()) // biome-ignore format: one chain

describe('what is refused', () => {
  const refusals: Readonly<Record<string, readonly [spec: MultiClusterIngress['spec'], says: RegExp]>> = {
    'a path that would end a line of the config': [rule('/a\n  bind :1'), /has letters that a path of a URL has not/],
    'a path with a quote': [rule("/a' }"), /has letters that a path of a URL has not/],
    'a host that is none': [rule('/', 'Prefix', "a'b"), /host "a'b" is not a lower case name/],
    'a certificate, where TLS is not served': [
      { ...rule('/'), tls: [{ secretName: 'a' }] },
      /tls is not served by this proxy/,
    ],
    'a host of a certificate that is none': [
      { ...rule('/'), tls: [{ hosts: ['a b'] }] },
      /host "a b" is not a lower case name/,
    ],
    'a Service that would end a line of the config': [
      { defaultBackend: to('a\n') },
      /"a\\n" is not the name of a Service or of a port/,
    ],
    'a backend that is no Service': [{ defaultBackend: { resource: { kind: 'Bucket', name: 'b' } } }, /backend Bucket b is no Service/], // biome-ignore format: a row
  }
  for (const [name, [spec, says]] of Object.entries(refusals))
    test(name, () => {
      const [judgement] = judge([ingress('a', 2020, spec)], world)
      assert.equal(judgement?.refused?.reason, 'Invalid')
      assert.match(judgement?.refused?.message ?? '', says)
      assert.equal(config(ingress('a', 2020, spec)), config())
    })

  test('what an older ingress has', () => {
    const [old, young] = judge([ingress('young', 2021, rule('/a')), ingress('old', 2020, rule('/a'))], world)
    assert.deepEqual([old?.ingress.metadata.name, old?.refused], ['old', undefined])
    assert.deepEqual(young?.refused, {
      reason: 'Conflict',
      message: 'Prefix */a is of MultiClusterIngress default/old, which is older',
    })
  })

  test('not what leads to a Service that is not there: those requests are answered 503', () => {
    const wanting = ingress('a', 2020, { defaultBackend: to('api'), ...rule('/') })
    const [judgement] = judge([wanting], world)
    assert.deepEqual(judgement?.unresolved, { reason: 'BackendNotFound', message: 'there is no Service api' })
    assert.match(config(wanting), /backend default:api:80\n {2}balance leastconn\n {2}option redispatch 1\n$/m)
  })
})

test('a certificate that cannot be shown is told of, and the rest is served', () => {
  const says = { missing: /no Secret missing with tls.crt and tls.key/, nonsense: /Secret nonsense has no certificate and key that can be read/, bare: /the key in Secret bare is not that of its certificate/ } // biome-ignore format: one map
  for (const [secretName, message] of Object.entries(says)) {
    const [judgement] = judge([ingress('a', 2020, { ...rule('/'), tls: [{ secretName }] })], { ...world, hasTls: true })
    assert.equal(judgement?.refused, undefined)
    assert.equal(judgement?.unresolved?.reason, 'InvalidCertificateRef')
    assert.match(judgement?.unresolved?.message ?? '', message)
  }
})

describe('a config', () => {
  test('asks the narrowest first, and keeps what a named host does not know from those with stars', () => {
    const text = config(
      ingress('any', 2020, rule('/')),
      ingress('star', 2021, rule('/', 'Prefix', '*.shop.example')),
      ingress('long', 2022, rule('/a/b/', 'Prefix', 'eu.shop.example')),
      ingress('exact', 2023, rule('/a/b', 'Exact', 'eu.shop.example')),
    )
    const eu = "{ var(txn.host) -m str 'eu.shop.example' }"
    const star = "{ var(txn.host) -m reg '^[^.]+\\.shop\\.example$' }"
    assert.deepEqual(linesWith(text, 'use_backend'), [
      `use_backend default:web:80 if ${eu} { path -m str '/a/b' }`,
      `use_backend default:web:80 if ${eu} { path -m str '/a/b' }`,
      `use_backend default:web:80 if ${eu} { path -m beg '/a/b/' }`,
      `use_backend nobody if ${eu}`,
      `use_backend default:web:80 if ${star}`,
      `use_backend nobody if ${star}`,
      'use_backend default:web:80 if TRUE',
    ])
  })

  test('has the ready endpoints of a Service once, in the order of their addresses', () =>
    assert.deepEqual(
      linesWith(config(ingress('a', 2020, rule('/')), ingress('b', 2021, rule('/b'))), 'server s').map((line) => line.split(' ')[2]), // biome-ignore format: one chain
      ['ipv4@10.0.0.1:8080', 'ipv4@10.0.0.2:8080'],
    ))
})
