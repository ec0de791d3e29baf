import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import {
  createSigningKeys,
  type HttpAnswer,
  interpret,
  type Manifest,
  type ModuleSource,
  moduleDigest,
  moduleMediaTypes,
  signatureAnnotation,
  signModule,
} from '@flotilla/sdk'
import { deployment } from '@flotilla/sdk/testing'
import { type FakeSandboxes, fakeHttp, module, scene, settled } from '../modules.test-support.ts'
import { imageOf } from './registry.ts'

const programs = { v1: { interpretHealth: () => 'Healthy' }, v2: { interpretHealth: () => 'Unhealthy' } }
const [v1, v2] = [Buffer.from('v1'), Buffer.from('v2')]
const digest = moduleDigest(v1)
const web = deployment({ name: 'web' })

const configMap = (content: object): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'programs', namespace: 'ops' },
  ...content,
})

describe('a module in a ConfigMap', () => {
  const source: ModuleSource = { configMapRef: { namespace: 'ops', name: 'programs', key: 'health' } }
  const base64 = v1.toString('base64')
  const where: Readonly<Record<string, readonly [runtime: 'wasm' | 'javascript', content: object]>> = {
    'as text': ['javascript', { data: { health: 'v1' } }],
    'as bytes': ['wasm', { binaryData: { health: base64 } }],
    'as bytes in text': ['wasm', { data: { health: base64 } }],
  }
  for (const [name, [runtime, content]] of Object.entries(where)) {
    test(`is loaded ${name}`, async () => {
      const { ask } = scene({ objects: [module('a', { source, runtime }), configMap(content)], programs })
      assert.equal(await ask(interpret.health, { manifest: web }), 'Healthy')
    })
  }
  test('is loaded anew when that changes', async () => {
    const { ask, put, status, host } = scene({ objects: [module('a', { source })], programs })
    assert.match((await status('a'))[0] ?? '', /FetchFailed: .*there is no ConfigMap ops\/programs/)
    put(configMap({ data: { other: 'v1' } }))
    assert.match((await status('a'))[0] ?? '', /FetchFailed: .*ConfigMap ops\/programs has no key health/)
    put(configMap({ data: { health: 'v1' } }))
    await settled()
    assert.equal(await ask(interpret.health, { manifest: web }), 'Healthy')
    put(configMap({ data: { health: 'v1', other: 'v2' } }))
    await settled()
    assert.equal((host.sandboxes as FakeSandboxes).opened.length, 1)
    put(configMap({ data: { health: 'v2' } }))
    await settled()
    assert.equal(await ask(interpret.health, { manifest: web }), 'Unhealthy')
  })
})

describe('a module in a file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'modules-'))
  mkdirSync(join(directory, 'in'))
  writeFileSync(join(directory, 'secret.js'), 'v1')
  writeFileSync(join(directory, 'in/health.js'), 'v1')
  symlinkSync('../secret.js', join(directory, 'in/link.js'))
  symlinkSync('health.js', join(directory, 'in/alias.js'))
  const options = { directory: join(directory, 'in') }
  const loaded = async (file: string) => {
    const { status } = scene({ objects: [module('a', { source: { file } })], programs, options })
    for (let round = 0; round < 100; round++) {
      const [ready] = await status('a')
      if (ready) return ready
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    return undefined
  }
  test('is loaded', async () => assert.match((await loaded('health.js')) ?? '', /^Ready True/))
  test('is loaded by another name', async () => assert.match((await loaded('alias.js')) ?? '', /^Ready True/))
  test('is not found where it is not', async () =>
    assert.match((await loaded('none.js')) ?? '', /FetchFailed: .*ENOENT/))
  for (const file of ['link.js', '../secret.js', '/etc/hostname', '.'])
    test(`is not read outside of the directory: ${file}`, async () =>
      assert.match((await loaded(file)) ?? '', /FetchFailed: .*(is not in the moduleDirectory|ENOENT)/))
  test('is loaded anew when that changes', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    const file = join(directory, 'in/changing.js')
    writeFileSync(file, 'v1')
    const { ask } = scene({ objects: [module('a', { source: { file: 'changing.js' } })], programs, options })
    assert.equal(await ask(interpret.health, { manifest: web }), 'Healthy')
    for (let round = 0; round < 500; round++) {
      t.mock.timers.tick(5000)
      await new Promise((resolve) => setTimeout(resolve, 5))
      writeFileSync(file, 'v2')
      if ((await ask(interpret.health, { manifest: web })) === 'Unhealthy') return
    }
    assert.fail('it is still the old one')
  })
})

/** Answers by URL, and what was shown there. */
function serving(answers: Readonly<Record<string, Partial<HttpAnswer> | ((shown: string) => Partial<HttpAnswer>)>>) {
  const asked: string[] = []
  const http = fakeHttp((url, { authorization = '-' }) => {
    asked.push(`${url} ${authorization}`)
    const answer = answers[url]
    return typeof answer === 'function' ? answer(authorization) : answer
  })
  return { http, asked }
}

const ok = (body: Uint8Array | string): Partial<HttpAnswer> => ({ status: 200, body: Buffer.from(body) })
const sentOn = (location: string): Partial<HttpAnswer> => ({ status: 302, headers: { location } })

describe('a module at a URL', () => {
  const url = 'https://example.com/health.js'
  const loaded = async (answers: Parameters<typeof serving>[0], spec = {}) => {
    const { http, asked } = serving(answers)
    const { status } = scene({ objects: [module('a', { source: { url }, sha256: digest, ...spec })], programs, http })
    return { ready: (await status('a'))[0] ?? '', asked }
  }
  test('is loaded', async () => assert.match((await loaded({ [url]: ok(v1) })).ready, /^Ready True/))
  test('is loaded from where it is sent on to', async () => {
    const there = 'https://files.example.net/1'
    assert.match((await loaded({ [url]: sentOn(there), [there]: ok(v1) })).ready, /^Ready True/)
  })
  const failing: Readonly<Record<string, readonly [Parameters<typeof serving>[0], RegExp]>> = {
    'that is another program': [{ [url]: ok(v2) }, /DigestMismatch/],
    'that is not there': [{}, /FetchFailed: .*https:\/\/example\.com answered with 404/],
    'that sends on to nowhere safe': [{ [url]: sentOn('http://example.net/') }, /FetchFailed: .*http:\/\/example\.net must be a URL whose scheme is https/], // biome-ignore format: one case
    'that sends on for ever': [{ [url]: sentOn(url) }, /FetchFailed: .*it sends on more than 5 times/],
  }
  for (const [name, [answers, reason]] of Object.entries(failing))
    test(`${name} is refused`, async () => assert.match((await loaded(answers)).ready, reason))
})

test('an image is written as registries are', () => {
  const hex = 'a'.repeat(64)
  const at = (text: string) => imageOf(text)
  const image = { registry: 'ghcr.io', repository: 'us/health', digest: hex }
  assert.deepEqual(at(`ghcr.io/us/health@sha256:${hex}`), image)
  assert.deepEqual(at(`oci://ghcr.io/us/health:v1@sha256:${hex}`), image)
  assert.deepEqual(at(`localhost:5000/health@sha256:${hex}`), { ...image, registry: 'localhost:5000', repository: 'health' }) // biome-ignore format: one step
  for (const text of ['ghcr.io/us/health', `health@sha256:${hex}`, `ghcr.io/us/health@sha256:${hex}0`, `ghcr.io/../x@sha256:${hex}`, `https://ghcr.io/x@sha256:${hex}`]) // biome-ignore format: one list
    assert.equal(at(text), undefined, text)
})

describe('a module in a registry', () => {
  const base = 'https://ghcr.io/v2/us/health'
  const keys = createSigningKeys()
  const manifestOf = (layers: readonly object[], annotations: object = {}) =>
    Buffer.from(JSON.stringify({ schemaVersion: 2, layers, annotations }))
  const layer = { mediaType: moduleMediaTypes.javascript, digest: `sha256:${digest}`, size: 2 }
  const manifest = manifestOf([{ mediaType: 'text/plain', digest: `sha256:${moduleDigest(v2)}` }, layer])
  const manifestUrl = (bytes: Uint8Array) => `${base}/manifests/sha256:${moduleDigest(bytes)}`
  const blob = `${base}/blobs/sha256:${digest}`
  const sourceOf = (bytes: Uint8Array, more: object = {}): ModuleSource => ({
    oci: { image: `ghcr.io/us/health@sha256:${moduleDigest(bytes)}`, ...more },
  })
  const loaded = async (
    answers: Parameters<typeof serving>[0],
    source = sourceOf(manifest),
    options: object = {},
    objects: readonly Manifest[] = [],
  ) => {
    const { http, asked } = serving(answers)
    const { status } = scene({ objects: [module('a', { source }), ...objects], programs, http, options })
    return { ready: (await status('a'))[0] ?? '', asked }
  }
  const all = { [manifestUrl(manifest)]: ok(manifest), [blob]: ok(v1) }

  test('is loaded: the layer of its type', async () => assert.match((await loaded(all)).ready, /^Ready True/))
  test('is loaded: the one layer there is', async () => {
    const other = manifestOf([{ ...layer, mediaType: 'application/octet-stream' }])
    assert.match((await loaded({ [manifestUrl(other)]: ok(other), [blob]: ok(v1) }, sourceOf(other))).ready, /^Ready True/) // biome-ignore format: one step
  })
  test('is loaded from where its layer is, which is not shown what the registry is', async () => {
    const there = 'https://cdn.example.net/1'
    const challenge = 'Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:us/health:pull"'
    const closed =
      (answer: Partial<HttpAnswer>) =>
      (shown: string): Partial<HttpAnswer> =>
        shown === 'Bearer t' ? answer : { status: 401, headers: { 'www-authenticate': challenge } }
    const token = 'https://ghcr.io/token?service=ghcr.io&scope=repository%3Aus%2Fhealth%3Apull'
    const { ready, asked } = await loaded({
      [manifestUrl(manifest)]: closed(ok(manifest)),
      [blob]: closed(sentOn(there)),
      [there]: ok(v1),
      [token]: ok('{"token":"t"}'),
    })
    assert.match(ready, /^Ready True/)
    assert.deepEqual(asked, [
      `${manifestUrl(manifest)} -`,
      `${token} -`,
      `${manifestUrl(manifest)} Bearer t`,
      `${blob} Bearer t`,
      `${there} -`,
    ])
  })
  describe('that wants a login', () => {
    const login = `Basic ${Buffer.from('me:pa:ss').toString('base64')}`
    const closed = Object.fromEntries(
      Object.entries(all).map(([url, answer]) => [
        url,
        (shown: string) =>
          shown === login ? answer : { status: 401, headers: { 'www-authenticate': 'Basic realm="r"' } },
      ]),
    )
    const source = sourceOf(manifest, { secretRef: { namespace: 'ops', name: 'login' } })
    const secret = (data: Readonly<Record<string, string>>): Manifest => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'login', namespace: 'ops' },
      data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')])),
    })
    const auths = (registry: string) => JSON.stringify({ auths: { [registry]: { auth: Buffer.from('me:pa:ss').toString('base64') } } }) // biome-ignore format: one step
    const secrets: Readonly<
      Record<string, readonly [data: Readonly<Record<string, string>> | undefined, ready: RegExp]>
    > = {
      'finds it in a config of Docker': [{ '.dockerconfigjson': auths('ghcr.io') }, /^Ready True/],
      'finds it in plain words': [{ username: 'me', password: 'pa:ss' }, /^Ready True/],
      'finds none for another registry': [
        { '.dockerconfigjson': auths('quay.io') },
        /Secret ops\/login has no login for ghcr\.io/,
      ],
      'finds none in an empty Secret': [{}, /Secret ops\/login has no login for ghcr\.io/],
      'finds no Secret': [undefined, /there is no Secret ops\/login/],
      'is not let in by a wrong one': [{ username: 'me', password: 'wrong' }, /ghcr\.io answered with 401/],
    }
    for (const [name, [data, expected]] of Object.entries(secrets)) {
      test(name, async () => {
        const { ready } = await loaded(closed, source, {}, data ? [secret(data)] : [])
        assert.match(ready, expected)
        assert.doesNotMatch(ready, /pa:ss|wrong/)
      })
    }
    test('says so when there is none', async () =>
      assert.match(
        (await loaded(closed)).ready,
        /FetchFailed: .*the registry wants a login: name a Secret in secretRef/,
      ))
  })
  test('may be signed there', async () => {
    const by = (signature: string) => manifestOf([layer], { [signatureAnnotation]: signature })
    const options = { keys: [keys.publicKey], requireSigned: true }
    const signed = by(signModule(v1, keys.privateKey))
    const answers = (bytes: Uint8Array) => ({ [manifestUrl(bytes)]: ok(bytes), [blob]: ok(v1) })
    assert.match((await loaded(answers(signed), sourceOf(signed), options)).ready, /^Ready True/)
    const forged = by(signModule(v1, createSigningKeys().privateKey))
    assert.match((await loaded(answers(forged), sourceOf(forged), options)).ready, /SignatureInvalid: .*by none of the keys/) // biome-ignore format: one step
    assert.match((await loaded(all, sourceOf(manifest), options)).ready, /SignatureInvalid: .*it has no signature/)
  })
  const empty = manifestOf([])
  const failing: Readonly<Record<string, readonly [Parameters<typeof serving>[0], RegExp, ModuleSource?]>> = {
    'with another manifest than it is named by': [{ [manifestUrl(manifest)]: ok(empty) }, /FetchFailed: .*ghcr\.io gave something else than sha256:/], // biome-ignore format: one case
    'with another layer than it names': [{ ...all, [blob]: ok(v2) }, /FetchFailed: .*gave something else than sha256:/],
    'with no layer': [{ [manifestUrl(empty)]: ok(empty) }, /no layer of type application\/vnd\.flotilla\.module/, sourceOf(empty)], // biome-ignore format: one case
    'that is not there': [{}, /FetchFailed: .*ghcr\.io answered with 404 for \/v2\/us\/health\/manifests\//],
    'that lets nobody in': [{ [manifestUrl(manifest)]: { status: 401, headers: { 'www-authenticate': 'Bearer realm="https://ghcr.io/token"' } } }, /the registry lets nobody in: https:\/\/ghcr\.io answered with 404/], // biome-ignore format: one case
    'that speaks in riddles': [{ [manifestUrl(manifest)]: { status: 401, headers: { 'www-authenticate': 'Negotiate' } } }, /shown something nobody knows/], // biome-ignore format: one case
  }
  for (const [name, [answers, reason, source]] of Object.entries(failing))
    test(`${name} is refused`, async () => assert.match((await loaded(answers, source)).ready, reason))
})
