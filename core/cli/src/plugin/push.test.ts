import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { after, before, beforeEach, describe, test } from 'node:test'
import { moduleDigest } from '@flotilla/sdk'
import { readProgram } from './program.ts'
import { push } from './push.ts'
import { dockerLogin, type Login } from './registry/login.ts'
import { originOf, placeOf } from './registry/place.ts'
import { digestOf } from './registry/registry.ts'

const folder = mkdtempSync(join(tmpdir(), 'flotilla-push-'))
after(() => rmSync(folder, { recursive: true }))

const script = join(folder, 'boats.js')
const text = 'export const interpretHealth = () => "Healthy"\n'
writeFileSync(script, text)

/** A registry as the distribution protocol describes one, with what it was given. */
interface Shelf {
  readonly blobs: Map<string, Buffer>
  readonly manifests: Map<string, { readonly type: string; readonly body: Buffer }>
  readonly asked: string[]
}

type Door = 'open' | 'basic' | 'bearer'

const me: Login = { username: 'me', password: 'a:b' }
const basic = `Basic ${Buffer.from('me:a:b').toString('base64')}`

describe('a registry', () => {
  const shelf: Shelf = { blobs: new Map(), manifests: new Map(), asked: [] }
  let door: Door = 'open'
  let host = ''

  const challenge = (): string =>
    door === 'basic' ? 'Basic realm="shelf"' : `Bearer realm="http://${host}/token",service="shelf",scope="x"`

  const isLetIn = ({ headers }: IncomingMessage): boolean =>
    door === 'open' || headers.authorization === (door === 'basic' ? basic : 'Bearer ticket')

  const answer = (response: ServerResponse, status: number, headers: Record<string, string> = {}, body: unknown = '') =>
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const { method = '', headers } = request
    const url = new URL(request.url ?? '', `http://${host}`)
    const body = await buffer(request)
    shelf.asked.push(`${method} ${url.pathname}`)
    if (url.pathname === '/token')
      return headers.authorization === basic && url.searchParams.get('scope') === 'repository:team/boats:pull,push'
        ? answer(response, 200, {}, { token: 'ticket' })
        : answer(response, 401)
    if (!isLetIn(request)) return answer(response, 401, { 'www-authenticate': challenge() })
    const [, , , , kind, name = ''] = url.pathname.split('/')
    if (method === 'HEAD') return answer(response, shelf.blobs.has(name) ? 200 : 404)
    if (method === 'POST') return answer(response, 202, { location: '/v2/team/boats/blobs/uploads/1?state=x' })
    if (kind === 'manifests') {
      if (name === 'forbidden') return answer(response, 403, {}, { errors: [{ code: 'DENIED', message: 'not here' }] })
      shelf.manifests.set(name, { type: headers['content-type'] ?? '', body })
      return answer(response, 201)
    }
    const digest = url.searchParams.get('digest') ?? ''
    assert.equal(url.searchParams.get('state'), 'x')
    assert.equal(digestOf(body), digest)
    shelf.blobs.set(digest, body)
    return answer(response, 201)
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error) => response.destroy(error))
  })
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  after(() => server.close())
  beforeEach(() => {
    shelf.blobs.clear()
    shelf.manifests.clear()
    shelf.asked.length = 0
    door = 'open'
  })

  const at = (tag: string) => ({ host, repository: 'team/boats', tag })

  test('keeps a program as an artifact of one layer', async () => {
    const digest = await push(readProgram(script), at('v1'), undefined)
    const { type, body } = shelf.manifests.get('v1') ?? { type: '', body: Buffer.alloc(0) }
    assert.equal(type, 'application/vnd.oci.image.manifest.v1+json')
    assert.equal(digest, digestOf(body))
    const layer = `sha256:${moduleDigest(Buffer.from(text))}`
    assert.deepEqual(JSON.parse(body.toString()), {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      artifactType: 'application/vnd.flotilla.module.v1+javascript',
      config: {
        mediaType: 'application/vnd.oci.empty.v1+json',
        digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
        size: 2,
      },
      layers: [
        {
          mediaType: 'application/vnd.flotilla.module.v1+javascript',
          digest: layer,
          size: text.length,
          annotations: { 'org.opencontainers.image.title': 'boats.js' },
        },
      ],
    })
    assert.equal(shelf.blobs.get(layer)?.toString(), text)
  })

  test('is not given again what it has', async () => {
    await push(readProgram(script), at('v1'), undefined)
    shelf.asked.length = 0
    await push(readProgram(script), at('v2'), undefined)
    assert.deepEqual(
      shelf.asked.map((line) => line.split(' ', 1)[0]),
      ['HEAD', 'HEAD', 'PUT'],
    )
  })

  test('is given the signature beside the program', async () => {
    writeFileSync(`${script}.sig`, 'c2lnbmVk\n')
    try {
      await push(readProgram(script), at('v1'), undefined)
    } finally {
      rmSync(`${script}.sig`)
    }
    const { annotations } = JSON.parse(String(shelf.manifests.get('v1')?.body))
    assert.deepEqual(annotations, { 'dev.flotilla.module.signature': 'c2lnbmVk' })
  })

  for (const way of ['basic', 'bearer'] as const)
    test(`lets in who shows a login: ${way}`, async () => {
      door = way
      await push(readProgram(script), at('v1'), me)
      assert.ok(shelf.manifests.has('v1'))
    })

  const lockedOut: Readonly<Record<string, readonly [door: Door, login: Login | undefined, says: RegExp]>> = {
    'without a login': ['basic', undefined, /wants a login: log in with docker login, or give --username/],
    'without a login that a token wants': ['bearer', undefined, /gives no access \(401\): log in with docker login/],
    'with a login that is wrong': ['basic', { ...me, password: 'x' }, /it takes no uploads \(401/],
  }
  for (const [name, [way, login, message]] of Object.entries(lockedOut))
    test(`lets nobody in ${name}`, async () => {
      door = way
      await assert.rejects(push(readProgram(script), at('v1'), login), { message })
    })

  test('says why it refuses', async () => {
    await assert.rejects(push(readProgram(script), at('forbidden'), undefined), {
      message: /team\/boats: it did not keep the manifest \(403 DENIED not here\); log in/,
    })
  })
})

test('a registry that is not there is told by name', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  const place = { host: `127.0.0.1:${port}`, repository: 'a', tag: 'b' }
  await assert.rejects(
    push(readProgram(script), place, undefined),
    /^Error: 127\.0\.0\.1:\d+ did not answer: connect ECONNREFUSED/,
  )
})

test('a place is a registry, a repository and a tag', () => {
  assert.deepEqual(placeOf('oci://registry.example:5000/team/boats:v1'), {
    host: 'registry.example:5000',
    repository: 'team/boats',
    tag: 'v1',
  })
  assert.equal(placeOf('oci://registry.example/boats')?.tag, 'latest')
  for (const wrong of ['registry.example/boats', 'oci://registry.example', 'oci://r/Boats:v1', 'https://r/b:v'])
    assert.equal(placeOf(wrong), undefined, wrong)
})

test('only on this machine a registry is reached without TLS', () => {
  assert.equal(originOf('127.0.0.1:5000'), 'http://127.0.0.1:5000')
  assert.equal(originOf('localhost'), 'http://localhost')
  assert.equal(originOf('127.0.0.1.example.com'), 'https://127.0.0.1.example.com')
  assert.equal(originOf('docker.io'), 'https://registry-1.docker.io')
})

test('a login is the one that docker login left', () => {
  const file = join(folder, 'config.json')
  const auth = Buffer.from('me:a:b').toString('base64')
  writeFileSync(
    file,
    JSON.stringify({ auths: { 'r.example': { auth }, 'https://index.docker.io/v1/': { auth }, 'k.example': {} } }),
  )
  assert.deepEqual(dockerLogin('r.example', file), me)
  assert.deepEqual(dockerLogin('docker.io', file), me)
  assert.equal(dockerLogin('k.example', file), undefined)
  assert.equal(dockerLogin('other.example', file), undefined)
  assert.equal(dockerLogin('r.example', join(folder, 'none.json')), undefined)
  writeFileSync(file, '{')
  assert.throws(
    () => dockerLogin('r.example', file),
    /config\.json cannot be read: .*; give --username and --password-stdin/,
  )
})
