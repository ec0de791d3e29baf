import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { stringify } from 'yaml'
import { type Extension, type Heard, startExtension } from '../extension.ts'
import { asking, type Question } from '../https.ts'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { assets } from './assets.ts'
import { startCluster } from './cluster.ts'
import { embedded } from './embedded.ts'
import { startEtcd } from './etcd.ts'

const without = assets ? false : 'KUBEBUILDER_ASSETS is not set: test/assets/build prints what it should be'

const root = '/apis/ext.example.com/v1'
const services = '/apis/apiregistration.k8s.io/v1/apiservices'

/** A server with the extension behind it. */
interface Side {
  readonly k: Kubectl
  readonly kubeconfig: string
  readonly ask: ReturnType<typeof asking>
}

describe('an API server behind a real kube-apiserver and behind an embedded one', { skip: without }, () => {
  const open = new AsyncDisposableStack()
  const dir = mkdtempSync(join(tmpdir(), 'flotilla-aggregation-'))
  let ext: Extension
  let sides: readonly [real: Side, own: Side]

  const sideOf = (kubeconfig: string): Side => ({ kubeconfig, k: kubectl(kubeconfig), ask: asking(kubeconfig) })

  const both = async <T>(look: (side: Side) => Promise<T>): Promise<T> => {
    const [real, own] = [await look(sides[0]), await look(sides[1])]
    assert.deepEqual(own, real)
    return real
  }

  const apply = async ({ k }: Side, manifest: object): Promise<void> => {
    const { code, err } = await k.run(['apply', '-f', '-'], stringify(manifest))
    assert.equal(code, 0, err)
  }

  const service = () => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'ext', namespace: 'default' },
    spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ name: 'https', port: ext.port }] },
  })

  const apiService = (spec: object = {}) => ({
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1.ext.example.com' },
    spec: {
      group: 'ext.example.com',
      version: 'v1',
      groupPriorityMinimum: 2000,
      versionPriority: 15,
      caBundle: ext.caBundle,
      service: { namespace: 'default', name: 'ext', port: ext.port },
      ...spec,
    },
  })

  const conditionOf = async ({ k }: Side): Promise<Json> => {
    const { status } = await k.json('apiservice', 'v1.ext.example.com')
    const { lastTransitionTime: _, ...condition } = status?.conditions?.[0] ?? {}
    return condition
  }

  const settled = (side: Side, reason: string) =>
    eventually(async () => {
      const found = await conditionOf(side)
      assert.equal(found.reason, reason)
      return found
    })

  const said = async ({ ask }: Side, path: string, question: Question = {}) => {
    const { status, type, text } = await ask(path, question)
    return { status, type, text }
  }

  const answered = async ({ ask }: Side, path: string, question: Question = {}) => {
    const { status, body } = await ask(path, question)
    return { status, body }
  }

  before(async () => {
    const etcd = open.use(await startEtcd(dir))
    const own = open.use(await embedded(dir))
    const host = open.use(await startCluster({ name: 'host', etcd, dir, host: true }))
    const realCa = readFileSync(join(dir, 'host', 'ca.crt'), 'utf8')
    ext = open.use(await startExtension(dir, 'ext.default.svc', [realCa, own.frontProxyCa]))
    sides = [sideOf(host.kubeconfig), sideOf(own.kubeconfig)]
  })
  after(() => open.disposeAsync())

  test('what is no APIService is refused', async () => {
    const spec = { group: 'x.com', version: 'v1', groupPriorityMinimum: 1, versionPriority: 1 }
    const reference = { name: 'ext', namespace: 'default' }
    const wrong: readonly [name: string, spec: object][] = [
      ['v1.x.com', {}],
      ['v1.y.com', spec],
      ['A%', { ...spec, group: 'X', version: '1' }],
      ['v2.', { ...spec, group: '', version: 'v2' }],
      ['v1.x.com', { ...spec, groupPriorityMinimum: 30000, versionPriority: 3000, caBundle: 'YWI=' }],
      ['v1.x.com', { ...spec, insecureSkipTLSVerify: true }],
      ['v1.x.com', { ...spec, service: {} }],
      ['v1.x.com', { ...spec, service: { ...reference, port: 0 } }],
      ['v1.x.com', { ...spec, service: reference, caBundle: 'YWI=', insecureSkipTLSVerify: true }],
    ]
    for (const [name, spec] of wrong) {
      const body = JSON.stringify({ metadata: { name }, spec })
      await both(async ({ ask }) => {
        const { status, body: refused } = await ask(services, { method: 'POST', type: 'application/json', body })
        return { status, message: refused.message, details: refused.details }
      })
    }
  })

  test('those that need nobody are the same for what both serve', async () => {
    const specs = async ({ k }: Side): Promise<ReadonlyMap<string, Json>> => {
      const { items } = await k.json('apiservices')
      return new Map(items.map(({ metadata, spec }: Json) => [metadata.name, { spec, labels: metadata.labels }]))
    }
    const [real, own] = await Promise.all(sides.map(specs))
    assert.ok(real && own && own.size > 15)
    const known = [...own].filter(([name]) => real.has(name))
    assert.ok(known.length > 15)
    assert.deepEqual(Object.fromEntries(known), Object.fromEntries(known.map(([name]) => [name, real.get(name)])))
    const row = /^v1.apps +Local +True +\d+s$/m
    for (const { k } of sides) assert.match(await k('get', 'apiservices'), row)
  })

  test('what keeps it from being there is said in the same words', async () => {
    await Promise.all(sides.map((side) => apply(side, apiService())))
    await both((side) => settled(side, 'ServiceNotFound'))
    await both((side) => said(side, `${root}/things`))
    await both((side) => answered(side, '/apis/ext.example.com'))
    await Promise.all(sides.map((side) => apply(side, { ...service(), spec: { ports: [{ port: 1 }] } })))
    await both((side) => settled(side, 'ServicePortError'))
    await Promise.all(sides.map(({ k }) => k('delete', 'service', 'ext')))
    await Promise.all(
      sides.map((side) => apply(side, { ...service(), spec: { ports: [{ name: 'x', port: ext.port }] } })),
    )
    await both((side) => settled(side, 'EndpointsNotFound'))
    const slice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'ext', namespace: 'default', labels: { 'kubernetes.io/service-name': 'ext' } },
      addressType: 'IPv4',
      ports: [{ name: 'other', port: 1 }],
      endpoints: [{ addresses: ['192.0.2.1'] }],
    }
    await Promise.all(sides.map((side) => apply(side, slice)))
    await both((side) => settled(side, 'MissingEndpoints'))
    await Promise.all(sides.map(({ k }) => k('delete', 'service/ext', 'endpointslice/ext')))
    await Promise.all(sides.map((side) => apply(side, service())))
    await both((side) => settled(side, 'Passed'))
    for (const { k } of sides) assert.match(await k('get', 'apiservice', 'v1.ext.example.com'), / default\/ext +True /)
  })

  test('what it has is discovered in the same documents', async () => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
    const aggregated = async ({ ask }: Side): Promise<Json> => {
      const { body } = await ask('/apis', { headers: { accept } })
      const found = body.items.find(({ metadata }: Json) => metadata.name === 'ext.example.com')
      return { name: found.metadata.name, versions: found.versions }
    }
    for (const side of sides)
      await eventually(async () => assert.equal((await aggregated(side)).versions[0].freshness, 'Current'))
    await both(aggregated)
    await both(async ({ ask }) => (await ask(root)).body)
    await both(async ({ ask }) => (await ask('/apis')).body.groups.at(-1))
    for (const side of sides) {
      await eventually(async () => assert.ok((await side.ask('/openapi/v3')).body.paths[root.slice(1)]))
    }
    await both(async ({ ask }) => (await ask(`/openapi/v3${root}`)).body)
    const older = async ({ ask }: Side): Promise<Json> => {
      const { paths, definitions } = (await ask('/openapi/v2')).body
      const name = 'com.example.ext.v1.Thing'
      assert.ok(definitions[name] && definitions['io.k8s.api.core.v1.ConfigMap'])
      return { path: paths[`${root}/things`], definition: definitions[name] }
    }
    for (const side of sides) await eventually(() => older(side))
    await both(older)
  })

  test('it hears the same of who asks', async () => {
    const heard = async (side: Side, path: string, question: Question): Promise<Heard> => {
      ext.heard.length = 0
      const answer = await side.ask(path, question)
      assert.equal(answer.status, 200, answer.text)
      const found = ext.heard.find(({ headers }) => headers['x-test'])
      assert.ok(found)
      return found
    }
    const told = ({ method, url, body, headers }: Heard): Json => {
      const { 'audit-id': _, connection: __, 'user-agent': agent = [], ...rest } = headers
      const { 'accept-encoding': ___, ...own } = rest // Go asks for what it unpacks itself
      return { method, url, body, agent, own }
    }
    await Promise.all(
      sides.map(({ k }) => k('create', 'clusterrolebinding', 'jane', '--clusterrole=cluster-admin', '--user=jane')),
    )
    const headers = {
      'x-test': '1',
      'x-remote-user': 'evil',
      'x-remote-group': 'evil',
      'x-remote-extra-evil': 'evil',
      'x-forwarded-for': '192.0.2.1',
      'user-agent': 'tester',
      'impersonate-user': 'jane',
      'impersonate-group': 'team',
      'impersonate-uid': 'u1',
      'impersonate-extra-Foo%2Fbar': 'x',
    }
    const path = `${root}/namespaces/default/things?labelSelector=a%3Db`
    for (const side of sides) await eventually(async () => heard(side, path, { headers }))
    await both(async (side) => told(await heard(side, path, { headers })))
    const { by } = await heard(sides[1], path, { headers })
    assert.equal(by, 'front-proxy-client')
  })

  test('who may not ask is refused before it hears of it', async () => {
    ext.heard.length = 0
    const headers = { 'impersonate-user': 'nobody', 'x-test': '2' }
    for (const path of ['things', 'namespaces/default/things', 'namespaces/default/things/a/b/c/d']) {
      await both((side) => answered(side, `${root}/${path}`, { headers }))
    }
    assert.deepEqual(ext.heard.filter(({ headers }) => headers['x-test']), []) // biome-ignore format: one step
  })

  test('its answers come through alike, good and bad', async () => {
    for (const path of ['away', 'broken', 'nothing', 'text', 'things/none', 'namespaces/default/things/none']) {
      await both((side) => said(side, `${root}/${path}`))
    }
    await both((side) => said(side, '/apis/ext.example.com/v2').then(({ status }) => status))
  })

  test('kubectl works with what it has', async () => {
    const thing = {
      apiVersion: 'ext.example.com/v1',
      kind: 'Thing',
      metadata: { name: 'one', namespace: 'default' },
      size: 1,
    }
    for (const { k, kubeconfig } of sides) {
      const listed = await k('api-resources', '--api-group=ext.example.com', '--no-headers')
      assert.match(listed, /^things +th +ext.example.com\/v1 +true +Thing$/m)
      assert.match(await k('explain', 'thing.size'), /FIELD: size <integer>[\s\S]*How large it is./)
      const env = { ...process.env, KUBECONFIG: kubeconfig }
      const watching = spawn('kubectl', ['get', 'things', '-w', '-o', 'name'], {
        env,
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const lines: string[] = []
      createInterface({ input: watching.stdout }).on('line', (line) => lines.push(line))
      try {
        await eventually(async () => assert.ok(ext.heard.some(({ url }) => url.includes('watch=true'))))
        assert.match(await k('get', 'things'), /^$/)
        const { code, out, err } = await k.run(['create', '-f', '-'], stringify(thing))
        assert.equal(code, 0, err)
        assert.equal(out, 'thing.ext.example.com/one created\n')
        assert.match(await k('get', 'th', 'one', '-o', 'jsonpath={.size}'), /^1$/)
        await eventually(async () => assert.deepEqual(lines, ['thing.ext.example.com/one']))
      } finally {
        watching.kill()
      }
      await k('delete', 'thing', 'one')
      ext.heard.length = 0
      const { err: gone } = await k.run(['get', 'thing', 'one'])
      assert.match(gone, /things.ext.example.com "one" not found/)
    }
  })

  test('a namespace takes along what is in it there', async () => {
    for (const { k } of sides) {
      await k('create', 'namespace', 'team')
      const thing = { apiVersion: 'ext.example.com/v1', kind: 'Thing', metadata: { name: 'two', namespace: 'team' } }
      await k.run(['create', '-f', '-'], stringify(thing))
      const { code, err } = await k.run(['delete', 'namespace', 'team', '--timeout=40s'])
      assert.equal(code, 0, `${err}${code ? await k('get', 'namespace', 'team', '-o', 'yaml') : ''}`)
      assert.equal(await k('get', 'things', '-n', 'team', '-o', 'name'), '')
    }
  })

  test('what is gone is missed in the same words', async () => {
    await ext.stop()
    await Promise.all(sides.map((side) => apply(side, apiService({ versionPriority: 16 }))))
    const [real, own] = await Promise.all(sides.map((side) => settled(side, 'FailedDiscoveryCheck')))
    const begin = `failing or missing response from https://localhost:${ext.port}${root}: Get "https://localhost:${ext.port}${root}": `
    for (const { message } of [real, own]) assert.ok(message.startsWith(begin), message)
    await both((side) => said(side, `${root}/things`))
    const waits = async ({ k }: Side): Promise<Json> => {
      const { status } = await k.json('namespace', 'late')
      return status.conditions.map(({ type, status, reason, message }: Json) => ({ type, status, reason, message }))
    }
    for (const { k } of sides) {
      await k('create', 'namespace', 'late')
      await k('delete', 'namespace', 'late', '--wait=false')
    }
    for (const side of sides)
      await eventually(async () => assert.equal((await waits(side))[0].reason, 'DiscoveryFailed'))
    await both(waits)
    await Promise.all(sides.map(({ k }) => k('delete', 'apiservice', 'v1.ext.example.com')))
    await both(async ({ ask }) => (await ask('/apis/ext.example.com')).status)
    await Promise.all(sides.map(({ k }) => k('wait', 'namespace/late', '--for=delete', '--timeout=60s')))
  })
})
