import assert from 'node:assert/strict'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { crds } from '@flotilla/sdk'
import { stringify } from 'yaml'
import type { Daemon } from '../daemon.ts'
import { dig, dns } from '../dns.ts'
import { flotilla } from '../flotilla.ts'
import { eventually, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'

const definition = (kind: string) => crds.find(({ spec }) => spec.names.kind === kind)

/** The same kind as a member has it whose MCS controller speaks v1beta1. */
function inBeta() {
  const crd = definition('ServiceImport')
  if (!crd) throw new Error('there is no ServiceImport')
  const version = { ...crd.spec.versions[0], name: 'v1beta1', storage: true }
  return { ...crd, spec: { ...crd.spec, versions: [version] } }
}

const serviceImport = (version: string, name: string, spec: object) => ({
  apiVersion: `multicluster.x-k8s.io/${version}`,
  kind: 'ServiceImport',
  metadata: { name, namespace: 'default' },
  spec,
})

const slice = (service: string, cluster: string, addresses: readonly string[], isReady = true) => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {
    name: `${service}-${cluster}`,
    namespace: 'default',
    labels: {
      'multicluster.kubernetes.io/service-name': service,
      'multicluster.kubernetes.io/source-cluster': cluster,
    },
  },
  addressType: 'IPv4',
  ports: [{ name: 'sql', protocol: 'TCP', port: 5432 }],
  endpoints: addresses.map((address, i) => ({
    addresses: [address],
    hostname: `db-${i}`,
    conditions: { ready: isReady },
  })),
})

const web = { type: 'ClusterSetIP', ips: ['10.1.0.1'], ports: [{ name: 'http', protocol: 'TCP', port: 80 }] }
const headless = { type: 'Headless', ports: [{ name: 'sql', protocol: 'TCP', port: 5432 }] }
const domain = 'default.svc.clusterset.local'

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on a port
  server.close()
  await once(server, 'close')
  return port
}

describe('names of imported services', () => {
  let fleet: Up
  let server: Daemon | undefined

  const on = (context: string) => {
    const k = kubectl(fleet.kubeconfig)
    const run = async (args: readonly string[], input?: string) => {
      const { code, err } = await k.run(['--context', context, ...args], input)
      assert.equal(code, 0, err)
    }
    return {
      apply: async (...objects: readonly (object | undefined)[]) =>
        run(['apply', '-f', '-'], objects.map((object) => stringify(object)).join('---\n')),
      delete: async (...args: readonly string[]) => run(['delete', ...args]),
    }
  }
  const ask = (...args: readonly string[]) => dig(server?.port ?? 0, ...args)
  const short = async (...args: readonly string[]) => (await ask('+short', ...args)).split('\n').sort()

  before(async () => {
    fleet = await up({ members: 2 })
    await on('member1').apply(definition('ServiceImport'))
    await eventually(async () =>
      on('member1').apply(
        serviceImport('v1alpha1', 'web', web),
        serviceImport('v1alpha1', 'db', headless),
        slice('db', 'paris', ['10.2.0.1', '10.2.0.2']),
        slice('db', 'oslo', ['10.3.0.1']),
      ),
    )
    server = await dns(fleet.kubeconfig, ['--context', 'member1', '--ttl', '9'])
  })
  after(async () => {
    await Promise.all([server?.stop(), fleet?.stop()])
  })

  test('are answered to dig, by UDP and TCP, with and without EDNS', async () => {
    for (const way of [[], ['+tcp'], ['+noedns'], ['+bufsize=512'], ['+nocookie', '+dnssec']]) {
      assert.deepEqual(await short(...way, `web.${domain}`), ['10.1.0.1'])
      assert.deepEqual(await short(...way, `db.${domain}`), ['10.2.0.1', '10.2.0.2', '10.3.0.1'])
    }
    assert.deepEqual(await short(`db-1.paris.db.${domain}`), ['10.2.0.2'])
    assert.deepEqual(await short(`_http._tcp.web.${domain}`, 'SRV'), [`0 100 80 web.${domain}.`])
    assert.deepEqual(await short(`_sql._tcp.db.${domain}`, 'SRV'), [
      `0 33 5432 db-0.oslo.db.${domain}.`,
      `0 33 5432 db-0.paris.db.${domain}.`,
      `0 33 5432 db-1.paris.db.${domain}.`,
    ])
    assert.deepEqual(await short('-x', '10.1.0.1'), [`web.${domain}.`])
    assert.match(await ask(`web.${domain}`), /status: NOERROR(?:.|\n)*flags: qr aa rd;(?:.|\n)*\s9\sIN\sA\s10\.1\.0\.1/)
  })

  test('that are not there, or not of that type, are told apart', async () => {
    const soa = /AUTHORITY: 1(?:.|\n)*clusterset\.local\.\s+5\s+IN\s+SOA\s/
    const [unknown, empty, foreign] = [
      await ask(`none.${domain}`),
      await ask(`web.${domain}`, 'AAAA'),
      await ask('example.com'),
    ]
    assert.match(unknown, /status: NXDOMAIN/)
    assert.match(unknown, soa)
    assert.match(empty, /status: NOERROR(?:.|\n)*ANSWER: 0/)
    assert.match(empty, soa)
    assert.match(foreign, /status: REFUSED/)
    assert.match(await ask(`web.${domain}`, 'ANY', '+notcp'), /HINFO\s+"RFC8482"/)
    assert.match(await ask(`web.${domain}`, '+edns=1', '+noednsnegotiation'), /status: BADVERS/)
    assert.match(await ask(`web.${domain}`, '+opcode=notify'), /status: NOTIMP/)
    assert.match(await ask('clusterset.local', 'AXFR'), /Transfer failed/)
  })

  test('keep their letters', async () => {
    assert.match(await ask(`wEb.${domain.toUpperCase()}`), /^wEb\.DEFAULT\.SVC\.CLUSTERSET\.LOCAL\.\s.*10\.1\.0\.1$/m)
  })

  test('follow the cluster, and never name nobody while somebody is there', async () => {
    await on('member1').apply(slice('db', 'paris', ['10.2.0.1', '10.2.0.2'], false))
    await eventually(async () => assert.deepEqual(await short(`db.${domain}`), ['10.3.0.1']))
    await on('member1').apply(slice('db', 'paris', ['10.2.0.9']))
    await on('member1').delete('endpointslice', 'db-oslo')
    await eventually(async () => assert.deepEqual(await short(`db.${domain}`), ['10.2.0.9']))
    await on('member1').delete('serviceimport', 'web')
    await eventually(async () => assert.match(await ask(`web.${domain}`), /NXDOMAIN/))
  })

  test('of many endpoints are asked for again by TCP', async () => {
    const many = Array.from({ length: 150 }, (_, i) => `10.9.0.${i + 1}`)
    await on('member1').apply(serviceImport('v1alpha1', 'many', headless), slice('many', 'paris', many))
    await eventually(async () => assert.equal((await short(`many.${domain}`)).length, 150))
    assert.match(await ask(`many.${domain}`, '+ignore'), /flags: qr aa tc rd;(?:.|\n)*ANSWER: 73/)
    const resolver = new Resolver()
    resolver.setServers([`127.0.0.1:${server?.port}`])
    assert.equal((await resolver.resolve4(`many.${domain}`)).length, 150)
  })

  test('come as soon as the kind does, in v1beta1, too, and from Services that stand for imported ones', async () => {
    const place = `127.0.0.1:${await freePort()}`
    const health = ['--health-probe-bind-address', place, '--metrics-bind-address', place]
    const waiting = dns(fleet.kubeconfig, ['--context', 'member2', '--domain', 'Fleet.Example.', ...health])
    const look = async (path: string) => (await fetch(`http://${place}${path}`)).text()
    await eventually(async () => assert.match(await look('/readyz'), /the cluster does not know ServiceImports/))
    await on('member2').apply(inBeta(), {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'derived-web', namespace: 'default' },
      spec: { ports: [{ name: 'http', port: 80 }], clusterIP: '10.96.7.7' },
    })
    const late = await waiting
    assert.equal(await look('/readyz'), 'ok')
    await eventually(async () => on('member2').apply(serviceImport('v1beta1', 'web', { ...web, ips: [] })))
    const derived = (await kubectl(fleet.kubeconfig).json('--context', 'member2', 'service', 'derived-web')).spec
      .clusterIP
    await eventually(async () => assert.equal(await dig(late.port, '+short', 'web.default.svc.fleet.example'), derived))
    assert.match(await look('/metrics'), /flotilla_dns_answers_total\{.*rcode="NOERROR".*\} \d/)
    assert.equal(await late.stop(), 0)
  })

  test('end at Ctrl-C', async () => {
    const ending = server
    server = undefined
    assert.equal(await ending?.stop(), 0)
  })
})

test('a place that is none is refused', async () => {
  const { code, err } = await flotilla('dns', '--listen', 'here')
  assert.equal(code, 2)
  assert.match(err, /It is an address such as/)
})
