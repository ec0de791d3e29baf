import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import { request as requestTls } from 'node:https'
import { type AddressInfo, createServer as createPort } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { cert, key } from '../certificate.ts'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { root } from '../root.ts'
import { newDataDir, type Up, up } from '../up.ts'

const guide = join(root, 'docs/guides/multi-cluster-ingress')

/** An address of this machine that others may have, too: what is reached by itself alone is no endpoint. */
const machine = Object.values(networkInterfaces())
  .flatMap((each) => each ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)
assert.ok(machine, 'this machine has an address')
const { address } = machine

async function freePort(): Promise<number> {
  const server = createPort().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on a port
  server.close()
  await once(server, 'close')
  return port
}

/** The guide's config file, with a port and a directory of this test, beside the plugin it names. */
function config(port: number, tlsPort: number): string {
  const file = join(newDataDir(), 'flotilla.yaml')
  const text = readFileSync(join(guide, 'flotilla.yaml'), 'utf8')
  writeFileSync(
    file,
    text
      .replace('./ingress.ts', join(guide, 'ingress.ts'))
      .replace('8080', String(port))
      .replace('8443', String(tlsPort))
      .replace('/tmp/flotilla-haproxy', newDataDir()),
  )
  return file
}

/** Stands for a pod: says who it is, and counts how often it was asked. */
class Pod {
  readonly name: string
  readonly port: number
  asked = 0
  #server: Server | undefined

  constructor(name: string, port: number) {
    this.name = name
    this.port = port
  }

  async start(): Promise<this> {
    this.#server = createServer((_, response) => {
      this.asked += 1
      response.end(this.name)
    }).listen(this.port, address)
    await once(this.#server, 'listening')
    return this
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections()
    this.#server?.close()
    if (this.#server?.listening) await once(this.#server, 'close')
  }
}

const meta = (name: string, more: object = {}) => ({ name, namespace: 'default', ...more })

const service = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: meta(name),
  spec: { ports: [{ name: 'http', port: 80 }] },
})

const policy = (clusters: readonly string[], ...names: readonly string[]) => ({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: meta('services'),
  spec: {
    resourceSelectors: names.map((name) => ({ apiVersion: 'v1', kind: 'Service', name })),
    placement: { clusterAffinity: { clusterNames: clusters } },
  },
})

/** A slice of a Service, which has one endpoint. */
const slice = (of: string, port: number, { ready = true, name = of } = {}) => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: meta(name, { labels: { 'kubernetes.io/service-name': of } }),
  addressType: 'IPv4',
  ports: [{ name: 'http', protocol: 'TCP', port }],
  endpoints: [{ addresses: [address], conditions: { ready } }],
})

const to = (name: string) => ({ service: { name, port: { number: 80 } } })

const ingress = (name: string, spec: object) => ({
  apiVersion: 'networking.karmada.io/v1alpha1',
  kind: 'MultiClusterIngress',
  metadata: meta(name),
  spec,
})

const shop = {
  rules: [
    {
      host: 'shop.example',
      http: {
        paths: [
          { path: '/cart', pathType: 'Prefix', backend: to('cart') },
          { path: '/about', pathType: 'Exact', backend: to('cart') },
          { path: '/', pathType: 'Prefix', backend: to('web') },
        ],
      },
    },
    { host: '*.blog.example', http: { paths: [{ path: '/', pathType: 'Prefix', backend: to('cart') }] } },
  ],
}

/** Real requests, through a real proxy, to servers that stand for the pods of two clusters. */
describe('the ingress of the guide', () => {
  let fleet: Up
  let k: Kubectl
  let port: number
  let tlsPort: number
  let pods: Readonly<Record<'web1' | 'web2' | 'cart', Pod>>

  const apply = async (context: string, ...items: readonly object[]) => {
    const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
    const { code, err } = await k.run(['--context', context, 'apply', '-f', '-'], text)
    assert.equal(code, 0, err)
  }

  const get = (host: string, path: string): Promise<{ readonly status: number; readonly body: string }> =>
    new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, path, headers: { host }, agent: false, timeout: 10_000 }
      const asking = request(options, async (response) => {
        response.setEncoding('utf8')
        let body = ''
        for await (const part of response) body += part
        resolve({ status: response.statusCode ?? 0, body })
      })
      asking.on('error', reject).end()
    })

  /** Who answers, of so many requests. */
  const answering = async (host: string, path: string, count = 8): Promise<readonly string[]> => {
    const answers = await Promise.all(Array.from({ length: count }, () => get(host, path)))
    return [...new Set(answers.map(({ status, body }) => (status === 200 ? body : String(status))))].sort()
  }

  const statusOf = async (name: string): Promise<Json> => (await k.json('multiclusteringress', name)).status ?? {}
  const said = async (name: string, type: string) =>
    (await statusOf(name)).conditions?.find((each: Json) => each.type === type)

  before(async () => {
    const pod = async (name: string) => new Pod(name, await freePort()).start()
    pods = { web1: await pod('web1'), web2: await pod('web2'), cart: await pod('cart') }
    port = await freePort()
    tlsPort = await freePort()
    fleet = await up({ members: 2, args: ['--config', config(port, tlsPort)] })
    k = kubectl(fleet.kubeconfig)
    await apply('flotilla', policy(['member1', 'member2'], 'web', 'cart'), service('web'), service('cart'), ingress('shop', shop)) // biome-ignore format: one call
    await apply('member1', slice('web', pods.web1.port), slice('cart', pods.cart.port))
    await apply('member2', slice('web', pods.web2.port))
  })
  after(async () => {
    assert.equal(await fleet?.stop(), 0)
    await assert.rejects(get('shop.example', '/')) // the proxy goes with the control plane
    for (const pod of Object.values(pods)) await pod.stop()
  })

  test('leads by host and path to the endpoints of all clusters', async () => {
    await eventually(async () => assert.deepEqual(await answering('shop.example', '/'), ['web1', 'web2']))
    const ways: readonly (readonly [host: string, path: string, answer: readonly string[]])[] = [
      ['shop.example', '/cart', ['cart']],
      ['shop.example', '/cart/1?a=b', ['cart']],
      ['shop.example', '/cartoon', ['web1', 'web2']],
      ['shop.example', '/about', ['cart']],
      ['shop.example', '/about/us', ['web1', 'web2']],
      ['SHOP.example:8080', '/cart', ['cart']],
      ['my.blog.example', '/', ['cart']],
      ['blog.example', '/', ['404']],
      ['a.my.blog.example', '/', ['404']],
      ['other.example', '/', ['404']],
    ]
    for (const [host, path, answer] of ways) assert.deepEqual(await answering(host, path), answer, `${host}${path}`)
  })

  test('says where it is reached, and where the Services behind it are', async () => {
    await eventually(async () => {
      const status = await statusOf('shop')
      assert.deepEqual(status.loadBalancer, { ingress: [{ ip: '127.0.0.1' }] })
      const clusters = ['member1', 'member2']
      assert.deepEqual(status.serviceLocations, ['cart', 'web'].map((name) => ({ name, clusters }))) // biome-ignore format: one call
      for (const type of ['Accepted', 'ResolvedRefs']) assert.equal((await said('shop', type))?.status, 'True', type)
    })
  })

  test('does not ask an endpoint that is withdrawn, and asks it again when it is back', async () => {
    await apply('member2', slice('web', pods.web2.port, { ready: false }))
    await eventually(async () => assert.deepEqual(await answering('shop.example', '/'), ['web1']))
    const before = pods.web2.asked
    assert.deepEqual(await answering('shop.example', '/', 20), ['web1'])
    assert.equal(pods.web2.asked, before)
    await apply('member2', slice('web', pods.web2.port))
    await eventually(async () => assert.deepEqual(await answering('shop.example', '/'), ['web1', 'web2']))
  })

  test('does not ask a server that does not take connections, whatever its cluster says of it', async () => {
    await pods.web1.stop()
    await eventually(async () => assert.deepEqual(await answering('shop.example', '/', 20), ['web2']))
    await pods.web1.start()
    await eventually(async () => assert.deepEqual(await answering('shop.example', '/'), ['web1', 'web2']))
  })

  test('reloads while requests are under way: none of them fails', async () => {
    let isGoing = true
    const outcomes = new Set<string>()
    const asking = (async () => {
      while (isGoing) for (const answer of await answering('shop.example', '/cart')) outcomes.add(answer)
    })()
    for (const name of ['more', 'and-more']) await apply('member1', slice('web', await freePort(), { name })) // nobody is there
    await apply('flotilla', ingress('late', { rules: [{ host: 'late.example', http: { paths: [{ path: '/', pathType: 'Prefix', backend: to('cart') }] } }] })) // biome-ignore format: one call
    await eventually(async () => assert.deepEqual(await answering('late.example', '/'), ['cart']))
    isGoing = false
    await asking
    assert.deepEqual([...outcomes], ['cart'])
    await k('--context', 'member1', 'delete', 'endpointslice', 'more', 'and-more')
  })

  test('shows the certificate of a host, once it is there', async () => {
    const secret = (data: object) => ({ apiVersion: 'v1', kind: 'Secret', metadata: meta('localhost'), type: 'kubernetes.io/tls', data }) // biome-ignore format: one object
    const rules = [{ host: 'localhost', http: { paths: [{ path: '/', pathType: 'Prefix', backend: to('cart') }] } }]
    await apply('flotilla', ingress('secure', { rules, tls: [{ hosts: ['localhost'], secretName: 'localhost' }] }))
    await eventually(async () => assert.equal((await said('secure', 'ResolvedRefs'))?.reason, 'InvalidCertificateRef'))
    await eventually(async () => assert.deepEqual(await answering('localhost', '/'), ['cart']))
    const base64 = (text: string) => Buffer.from(text).toString('base64')
    await apply('flotilla', secret({ 'tls.crt': base64(cert), 'tls.key': base64(key) }))
    const secure = () =>
      new Promise<string>((resolve, reject) => {
        const options = { host: '127.0.0.1', port: tlsPort, servername: 'localhost', headers: { host: 'localhost' }, ca: cert, agent: false } // biome-ignore format: one value
        const asking = requestTls(options, async (response) => {
          for await (const part of response) resolve(String(part))
        })
        asking.on('error', reject).end()
      })
    await eventually(async () => assert.equal(await secure(), 'cart'))
    await eventually(async () => assert.equal((await said('secure', 'ResolvedRefs'))?.status, 'True'))
  })

  test('refuses what cannot be served, with a condition, and serves the rest', async () => {
    const paths = [{ path: "/a' }", pathType: 'ImplementationSpecific', backend: to('web') }]
    const taken = { rules: [{ host: 'shop.example', http: { paths: [{ path: '/cart', pathType: 'Prefix', backend: to('web') }] } }] } // biome-ignore format: one value
    await apply('flotilla', ingress('quoted', { rules: [{ http: { paths } }] }), ingress('taken', taken), ingress('lost', { defaultBackend: to('nowhere') })) // biome-ignore format: one call
    await eventually(async () => {
      const refused = await said('quoted', 'Accepted')
      assert.deepEqual([refused?.status, refused?.reason], ['False', 'Invalid'])
      assert.match(refused?.message, /path "\/a' }" has letters that a path of a URL has not/)
      assert.equal((await said('taken', 'Accepted'))?.reason, 'Conflict')
      assert.deepEqual((await statusOf('quoted')).loadBalancer?.ingress ?? [], [])
      const unresolved = await said('lost', 'ResolvedRefs')
      assert.deepEqual([unresolved?.status, unresolved?.message], ['False', 'there is no Service nowhere'])
    })
    await eventually(async () => assert.deepEqual(await answering('other.example', '/'), ['503']))
    assert.deepEqual(await answering('shop.example', '/cart'), ['cart'])
  })
})
