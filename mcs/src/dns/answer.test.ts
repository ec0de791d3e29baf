import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { answer, type Reply } from './answer.ts'
import { cluster, serviceImport, shop, slice } from './cluster.test-support.ts'
import { code, type RecordSet, type Zone } from './record.ts'

const types = { A: 1, NS: 2, SOA: 6, PTR: 12, HINFO: 13, TXT: 16, AAAA: 28, SRV: 33, AXFR: 252, ANY: 255 } as const

const textOf = (set: RecordSet): readonly string[] =>
  set.data.map((data) => {
    if (typeof data === 'string') return data
    return 'target' in data ? `${data.priority} ${data.weight} ${data.port} ${data.target}` : set.type
  })

/** How a reply reads: its code, its answers, `soa` when it says for how long there is nothing. */
function told({ code: given, answers, authority }: Reply): string {
  const word = Object.entries(code).find(([, number]) => number === given)?.[0] ?? '?'
  const all = answers.flatMap(textOf)
  return [word, ...(all.length > 0 ? all : []), ...(authority.length > 0 ? ['soa'] : [])].join(' | ')
}

const ask = (zone: Zone, name: string, type: keyof typeof types, of = 1): string =>
  told(answer(zone, { name, type: types[type], class: of }))

describe('questions and their answers', async () => {
  const { zone, settled } = shop()
  await settled()
  const d = 'svc.clusterset.local'
  const table: readonly (readonly [string, keyof typeof types, string])[] = [
    // a Service with an address
    [`web.shop.${d}`, 'A', 'good | 10.1.0.1'],
    [`web.shop.${d}`, 'AAAA', 'good | fd00::1'],
    [`web.shop.${d}`, 'SRV', 'good | soa'],
    [`web.shop.${d}`, 'TXT', 'good | soa'],
    [`web.shop.${d}`, 'ANY', 'good | HINFO'],
    [`_http._tcp.web.shop.${d}`, 'SRV', `good | 0 100 80 web.shop.${d}`],
    [`_http._udp.web.shop.${d}`, 'SRV', 'unknownName | soa'],
    [`_._tcp.web.shop.${d}`, 'SRV', 'unknownName | soa'],
    [`_tcp.web.shop.${d}`, 'A', 'good | soa'],
    [`any.web.shop.${d}`, 'A', 'unknownName | soa'],
    // a headless one: all that are ready, together, by cluster, and one by one
    [`db.shop.${d}`, 'A', 'good | 10.2.0.1 | 10.3.0.1'],
    [`db.shop.${d}`, 'AAAA', 'good | soa'],
    [`paris.db.shop.${d}`, 'A', 'good | 10.2.0.1'],
    [`db-0.paris.db.shop.${d}`, 'A', 'good | 10.2.0.1'],
    [`db-1.paris.db.shop.${d}`, 'A', 'unknownName | soa'],
    [`db-0.oslo.db.shop.${d}`, 'A', 'unknownName | soa'],
    [`10-3-0-1.oslo.db.shop.${d}`, 'A', 'good | 10.3.0.1'],
    [
      `_sql._tcp.db.shop.${d}`,
      'SRV',
      `good | 0 50 5432 10-3-0-1.oslo.db.shop.${d} | 0 50 5432 db-0.paris.db.shop.${d}`,
    ],
    // addresses backwards
    ['1.0.1.10.in-addr.arpa', 'PTR', `good | web.shop.${d}`],
    [`1.${'0.'.repeat(28)}0.d.f.ip6.arpa`, 'PTR', `good | web.shop.${d}`],
    ['1.0.2.10.in-addr.arpa', 'PTR', `good | db-0.paris.db.shop.${d}`],
    ['1.0.1.10.in-addr.arpa', 'A', 'good'],
    ['9.0.1.10.in-addr.arpa', 'PTR', 'refused'],
    // what lies between, and what is not there
    [`shop.${d}`, 'A', 'good | soa'],
    [d, 'A', 'good | soa'],
    ['clusterset.local', 'SOA', 'good | SOA'],
    ['clusterset.local', 'NS', 'good | ns.dns.clusterset.local'],
    [`web.other.${d}`, 'A', 'unknownName | soa'],
    [`other.${d}`, 'ANY', 'unknownName | soa'],
    ['web.shop.clusterset.local', 'A', 'unknownName | soa'],
    // nothing to do with us
    ['example.com', 'A', 'refused'],
    ['notclusterset.local', 'A', 'refused'],
    ['', 'NS', 'refused'],
    ['clusterset.local', 'AXFR', 'refused'],
  ]
  for (const [name, type, expected] of table) {
    test(`${type} ${name}`, () => {
      const parts = ask(zone, name, type).split(' | ')
      assert.deepEqual([parts[0], ...parts.slice(1).sort()].join(' | '), expected)
    })
  }

  test('other classes are refused', () => assert.equal(ask(zone, `web.shop.${d}`, 'A', 3), 'refused'))

  test('who asks for ports is told the addresses, too', () => {
    const { additional } = answer(zone, { name: `_sql._tcp.db.shop.${d}`, type: types.SRV, class: 1 })
    assert.deepEqual(additional.flatMap(textOf).sort(), ['10.2.0.1', '10.3.0.1'])
  })

  test('that there is nothing holds as long as it is said to', () => {
    const { authority } = answer(zone, { name: `none.shop.${d}`, type: types.A, class: 1 })
    assert.deepEqual(authority, [
      {
        name: 'clusterset.local',
        type: 'SOA',
        ttl: 7,
        data: [
          {
            mname: 'ns.dns.clusterset.local',
            rname: 'hostmaster.clusterset.local',
            serial: 1_800_000_000,
            refresh: 7200,
            retry: 1800,
            expire: 86_400,
            minimum: 7,
          },
        ],
      },
    ])
  })
})

describe('a zone follows its cluster', () => {
  const name = 'web.shop.svc.clusterset.local'
  type Health = readonly [address: string, ready?: boolean, serving?: boolean]
  const endpoints = (all: readonly Health[]) =>
    all.map(([address, ready, serving]) => ({ addresses: [address], conditions: { ready, serving } }))

  test('a Service without an address is known by that of the Service that stands for it, then by its endpoints', async () => {
    const { zone, settled, ...c } = cluster()
    c.import(serviceImport('web', { type: 'ClusterSetIP', ports: [{ name: 'http', port: 80 }] }))
    await settled()
    assert.equal(ask(zone, name, 'A'), 'good | soa')
    // as Karmada's flow brings them
    c.slice({
      metadata: {
        name: 'imported-paris-web-x',
        namespace: 'shop',
        labels: { 'kubernetes.io/service-name': 'derived-web' },
        annotations: { 'endpointslice.karmada.io/provision-cluster': 'paris' },
      },
      endpoints: endpoints([['10.2.0.1']]),
      ports: [{ name: 'http', port: 8080 }],
    })
    await settled()
    assert.equal(ask(zone, name, 'A'), 'good | 10.2.0.1')
    assert.equal(ask(zone, `_http._tcp.${name}`, 'SRV'), `good | 0 100 8080 10-2-0-1.paris.${name}`)
    c.service({ metadata: { name: 'derived-web', namespace: 'shop' }, spec: { clusterIP: '10.96.0.9' } })
    await settled()
    assert.equal(ask(zone, name, 'A'), 'good | 10.96.0.9')
    assert.equal(ask(zone, `_http._tcp.${name}`, 'SRV'), `good | 0 100 80 ${name}`)
    c.service({ metadata: { name: 'derived-web', namespace: 'shop' }, spec: { clusterIP: 'None' } })
    await settled()
    assert.equal(ask(zone, name, 'A'), 'good | 10.2.0.1')
  })

  test('who is ready is named; when nobody is, who still answers; nobody else', async () => {
    const { zone, settled, ...c } = cluster()
    c.import(serviceImport('web', { type: 'Headless', ports: [] }))
    const turn = async (...all: readonly Health[]) => {
      c.slice(slice('web', 'one', { cluster: 'paris', endpoints: endpoints(all) }))
      await settled()
      return ask(zone, name, 'A')
    }
    assert.equal(await turn(['10.0.0.1', true], ['10.0.0.2', false, true]), 'good | 10.0.0.1')
    assert.equal(await turn(['10.0.0.1', false, false], ['10.0.0.2', false, true]), 'good | 10.0.0.2')
    assert.equal(await turn(['10.0.0.1', false, false], ['10.0.0.2', false]), 'good | soa')
    assert.equal(await turn(['10.0.0.1', undefined]), 'good | 10.0.0.1')
  })

  test('names go with what they come from', async () => {
    const { zone, settled, ...c } = shop()
    await settled()
    c.removeSlice('db-oslo')
    await settled()
    assert.equal(ask(zone, 'db.shop.svc.clusterset.local', 'A'), 'good | 10.2.0.1')
    assert.equal(ask(zone, '1.0.3.10.in-addr.arpa', 'PTR'), 'refused')
    c.removeImport('db')
    c.removeImport('web')
    await settled()
    assert.equal(ask(zone, 'db.shop.svc.clusterset.local', 'A'), 'unknownName | soa')
    assert.equal(ask(zone, 'shop.svc.clusterset.local', 'A'), 'unknownName | soa')
    assert.equal(zone.size, 0)
  })

  test('an address that two Services have leads to both', async () => {
    const { zone, settled, ...c } = cluster()
    for (const name of ['a', 'b']) c.import(serviceImport(name, { type: 'ClusterSetIP', ips: ['10.0.0.1'], ports: [] }))
    await settled()
    const [a, b] = ['a.shop.svc.clusterset.local', 'b.shop.svc.clusterset.local']
    assert.equal(ask(zone, '1.0.0.10.in-addr.arpa', 'PTR'), `good | ${a} | ${b}`)
    c.removeImport('a')
    await settled()
    assert.equal(ask(zone, '1.0.0.10.in-addr.arpa', 'PTR'), `good | ${b}`)
  })

  test('what cannot be a name or an address is left out', async () => {
    const { zone, settled, ...c } = cluster()
    c.import(serviceImport('web.other', { type: 'ClusterSetIP', ips: ['10.0.0.1'], ports: [] }))
    c.import(serviceImport('web', { type: 'Headless', ports: [] }))
    c.slice(
      slice('web', 'odd', {
        cluster: 'a cluster',
        endpoints: [
          { addresses: ['example.com', 'fe80::1%eth0', '10.0.0.2'], hostname: 'a'.repeat(64) },
          { addresses: ['10.0.0.3'], hostname: 'a.b' },
        ],
        ports: [{ name: 'sql', port: 1 }],
      }),
    )
    await settled()
    assert.equal(ask(zone, 'web.other.shop.svc.clusterset.local', 'A'), 'unknownName | soa')
    assert.equal(ask(zone, name, 'A'), 'good | 10.0.0.2 | 10.0.0.3')
    assert.equal(ask(zone, `_sql._tcp.${name}`, 'SRV'), 'unknownName | soa')
  })

  test('what does not change about a name leaves its node as it is', async () => {
    const { zone, settled, ...c } = shop()
    await settled()
    const before = zone.find(name)
    c.removeSlice('db-oslo')
    await settled()
    assert.equal(zone.find(name), before)
  })
})

describe('who asks from a zone', () => {
  const hinted = (address: string, ...zones: readonly string[]) => ({
    addresses: [address],
    hints: { forZones: zones.map((name) => ({ name })) },
  })
  const [near, far] = [hinted('10.2.0.1', 'eu-1', 'eu-2'), hinted('10.3.0.1', 'us-1')]
  const both = [near, far]
  const cases: Readonly<Record<string, readonly [type: string, endpoints: readonly object[], answer: string]>> = {
    'hears of what is meant for it': ['ClusterSetIP', both, 'good | 10.2.0.1'],
    'hears of all when nothing is': ['ClusterSetIP', [far], 'good | 10.3.0.1'],
    'hears of all when one says nothing': ['ClusterSetIP', [...both, { addresses: ['10.4.0.1'] }], 'good | 10.2.0.1 | 10.3.0.1 | 10.4.0.1'], // biome-ignore format: one row
    'hears of who is ready, were it far': ['ClusterSetIP', [{ ...near, conditions: { ready: false } }, far], 'good | 10.3.0.1'], // biome-ignore format: one row
    'hears of all that is headless': ['Headless', both, 'good | 10.2.0.1 | 10.3.0.1'],
  }
  for (const [name, [type, endpoints, wanted]] of Object.entries(cases))
    test(name, async () => {
      const { zone, settled, ...made } = cluster('eu-1')
      made.import(serviceImport('api', { type, ports: [] }))
      made.slice(slice('api', 'api-x', { cluster: 'x', endpoints }))
      await settled()
      assert.equal(ask(zone, 'api.shop.svc.clusterset.local', 'A'), wanted)
    })
})
