import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { mock, type TestContext, test } from 'node:test'
import type { Credentials } from './http/credentials.ts'
import type { HttpOptions } from './http/transport.ts'
import { kubeconfigOnward, loadContext, loadKubeconfig } from './kubeconfig.ts'
import { cert, key } from './testing/certificate.ts'

const folder = (test: TestContext): string => {
  const path = mkdtempSync(join(tmpdir(), 'kubeconfig-'))
  test.after(() => rmSync(path, { recursive: true }))
  return path
}

interface Entries {
  readonly cluster?: object
  readonly user?: object
  readonly name?: string
}

/** A kubeconfig of one cluster, user and context, all of one name. */
function write(file: string, { cluster = {}, user = {}, name = 'one' }: Entries): string {
  const config = {
    clusters: [{ name, cluster: { server: `https://${name}.test`, ...cluster } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  }
  writeFileSync(file, JSON.stringify(config)) // JSON is YAML
  return file
}

const shown = async ({ credentials }: HttpOptions, rejected = false): Promise<Credentials> =>
  (await credentials?.(rejected)) ?? {}

const base64 = (text: string): string => Buffer.from(text).toString('base64')

const users: readonly [string, object, Credentials][] = [
  ['a token', { token: 't' }, { authorization: 'Bearer t' }],
  ['a password', { username: 'u', password: 'p' }, { authorization: `Basic ${base64('u:p')}` }],
  ['a certificate', { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) }, { cert, key }],
  ['somebody to ask as', { token: 't', as: 'other' }, { authorization: 'Bearer t', impersonate: 'other' }],
  ['nothing', {}, {}],
]
for (const [what, user, credentials] of users) {
  test(`a user may have ${what}`, async (context) => {
    assert.deepEqual(await shown(await loadKubeconfig(write(join(folder(context), 'config'), { user }))), credentials)
  })
}

test('says which namespace is meant where none is named', async (context) => {
  const file = join(folder(context), 'config')
  const contexts = [
    { name: 'shop', context: { cluster: 'one', user: 'one', namespace: 'shop' } },
    { name: 'bare', context: { cluster: 'one', user: 'one' } },
  ]
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(write(file, {}), 'utf8')), contexts }))
  assert.equal((await loadContext(file, 'shop')).namespace, 'shop')
  assert.equal((await loadContext(file, 'bare')).namespace, 'default')
  assert.equal((await loadContext(file, 'bare')).identity.server, 'https://one.test')
})

test('says how to reach the server, with files beside the kubeconfig', async (context) => {
  const path = folder(context)
  writeFileSync(join(path, 'ca.pem'), cert)
  const cluster = {
    server: 'http://127.0.0.1:1/prefix',
    'certificate-authority': 'ca.pem',
    'tls-server-name': 'other',
    'proxy-url': 'http://proxy.test',
    'insecure-skip-tls-verify': true,
  }
  const { credentials: _, ...options } = await loadKubeconfig(write(join(path, 'config'), { cluster }))
  assert.deepEqual(options, {
    server: 'http://127.0.0.1:1/prefix',
    ca: cert,
    serverName: 'other',
    proxyUrl: 'http://proxy.test',
    insecure: true,
  })
})

test('takes the files of KUBECONFIG that exist, the first before the others', async (context) => {
  const path = folder(context)
  const first = write(join(path, 'first'), { name: 'one', user: { token: 'first' } })
  const second = write(join(path, 'second'), { name: 'two', user: { token: 'second' } })
  const third = write(join(path, 'third'), { name: 'one', user: { token: 'third' } })
  const before = process.env.KUBECONFIG
  context.after(() => {
    if (before === undefined) delete process.env.KUBECONFIG
    else process.env.KUBECONFIG = before
  })
  process.env.KUBECONFIG = [join(path, 'missing'), first, second, third].join(delimiter)
  assert.deepEqual(await shown(await loadKubeconfig()), { authorization: 'Bearer first' })
  assert.deepEqual(await shown(await loadKubeconfig(undefined, 'two')), { authorization: 'Bearer second' })
})

for (const [what, file, context, message] of [
  ['a file that is not there', 'missing', undefined, /ENOENT/],
  ['a context that is not there', 'config', 'three', /there is no three; there are: one/],
  ['a file that is no kubeconfig', 'broken', undefined, /kubeconfig .*broken: /],
] as const) {
  test(`refuses ${what}, saying which`, async (test) => {
    const path = folder(test)
    write(join(path, 'config'), {})
    writeFileSync(join(path, 'broken'), 'clusters: [{name: 1}]')
    await assert.rejects(loadKubeconfig(join(path, file), context), (error: Error) => {
      assert.match(error.message, message)
      assert.equal('code' in error && error.code, 'CONFIG_INVALID')
      return true
    })
  })
}

/** An exec plugin that counts its runs, and gives them as a token that ends when it says so. */
function plugin(path: string, expirationTimestamp?: string): { readonly user: object; readonly runs: () => number } {
  const script = join(path, 'plugin.sh')
  const status = expirationTimestamp ? `,"expirationTimestamp":"${expirationTimestamp}"` : ''
  writeFileSync(
    script,
    `#!/bin/sh\necho x >> ${path}/runs\nn=$(wc -l < ${path}/runs | tr -d ' ')\necho '{"status":{"token":"t'$n'"${status}}}'\n`,
  )
  chmodSync(script, 0o755)
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: script }
  return { user: { exec }, runs: () => readFileSync(join(path, 'runs'), 'utf8').trim().split('\n').length }
}

/** Lets the time of `performance.now` be set. */
function clock(test: TestContext): { now: number } {
  const time = { now: 0 }
  const mocked = mock.method(performance, 'now', () => time.now)
  test.after(() => mocked.mock.restore())
  return time
}

test('runs an exec plugin once, and again when the server rejects its token', async (context) => {
  const time = clock(context)
  const path = folder(context)
  const { user, runs } = plugin(path)
  const options = await loadKubeconfig(write(join(path, 'config'), { user }))
  assert.deepEqual(await Promise.all([shown(options), shown(options)]), Array(2).fill({ authorization: 'Bearer t1' }))
  time.now += 20_000
  assert.deepEqual(await shown(options), { authorization: 'Bearer t1' })
  assert.deepEqual(
    await Promise.all([shown(options, true), shown(options, true), shown(options)]),
    Array(3).fill({ authorization: 'Bearer t2' }),
  )
  assert.equal(runs(), 2)
})

test('runs an exec plugin again when its token has ended', async (context) => {
  const time = clock(context)
  const path = folder(context)
  const { user, runs } = plugin(path, new Date(Date.now() - 1000).toISOString())
  const options = await loadKubeconfig(write(join(path, 'config'), { user }))
  assert.deepEqual(await shown(options), { authorization: 'Bearer t1' })
  time.now += 20_000
  assert.deepEqual(await shown(options), { authorization: 'Bearer t2' })
  assert.equal(runs(), 2)
})

test('a kubeconfig that was written anew is read when the server rejects what the old one said', async (context) => {
  const file = join(folder(context), 'config')
  const options = await loadKubeconfig(write(file, { user: { token: 'old' } }))
  assert.deepEqual(await shown(options), { authorization: 'Bearer old' })
  write(file, { user: { token: 'new' } })
  assert.deepEqual(await shown(options, true), { authorization: 'Bearer new' })
})

test('tells what an exec plugin that fails says', async (context) => {
  const exec = { command: '/bin/sh', args: ['-c', 'echo log in first >&2; exit 1'] }
  const options = await loadKubeconfig(write(join(folder(context), 'config'), { user: { exec } }))
  await assert.rejects(shown(options), /log in first/)
})

test('ways on from a server keep who asks, and how the server is known', async (context) => {
  const cluster = { server: 'https://one.test/base/', 'certificate-authority-data': base64(cert) }
  const file = write(join(folder(context), 'config'), { cluster, user: { token: 't' } })
  const ways = ['a', 'b'].map((name) => ({ name, path: `/to/${name}` }))
  const onward = JSON.parse(await kubeconfigOnward(ways, file))
  assert.equal(onward['current-context'], 'a')
  assert.deepEqual(
    onward.contexts.map((each: { name: string; context: object }) => [each.name, each.context]),
    [
      ['a', { cluster: 'a', user: 'one' }],
      ['b', { cluster: 'b', user: 'one' }],
    ],
  )
  const other = join(folder(context), 'onward')
  writeFileSync(other, JSON.stringify(onward))
  const { server, ca, ...options } = await loadKubeconfig(other, 'b')
  assert.deepEqual([server, ca], ['https://one.test/base/to/b', cert])
  assert.deepEqual(await shown({ server, ...options }), { authorization: 'Bearer t' })
})
