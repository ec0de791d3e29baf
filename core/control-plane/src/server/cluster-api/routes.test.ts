import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type RequestOptions, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { ApiRequest, ApiResponse, Transport, WireEvent } from '@flotilla/kube'
import { ApiError, type Client, type Status } from '@flotilla/sdk'
import { fakeHost } from '@flotilla/sdk/testing'
import { type FastifyInstance, fastify } from 'fastify'
import { cert, key } from '../../webhook/certificate.test-support.ts'
import { failure } from '../failure.ts'
import type { ClusterProxy, Lead } from '../proxy/proxy.ts'
import { leadOf } from '../proxy/routes.ts'
import type { Front } from './front.ts'
import { clusterApi } from './routes.ts'

const root = '/apis/cluster.karmada.io/v1alpha1/clusters'

let app: FastifyInstance
let port: number
let front: Front | undefined
let sent: ApiRequest[] = []
let led: Lead[] = []
let answer: () => Promise<ApiResponse>
let events: () => Promise<AsyncIterable<WireEvent>>

const transport: Transport = {
  address: 'host',
  send: (request) => {
    sent.push(request)
    return answer()
  },
  stream: (request) => {
    sent.push(request)
    return events()
  },
  close: async () => {},
}

const proxy: ClusterProxy = {
  async handle(request, response, lead) {
    led.push(lead)
    response.end(await text(request))
  },
  async upgrade(_request, { socket }, lead) {
    led.push(lead)
    socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n')
  },
  close: async () => {},
}

/** An API server where everybody but Mallory may do everything. */
const client: Client = {
  ...fakeHost().client,
  create: async (_kind, review) => {
    const { spec } = review as { spec: { user: string } }
    return { ...review, status: { allowed: spec.user !== 'mallory' } }
  },
}

before(async () => {
  app = fastify({ https: { cert, key, ca: cert, requestCert: true, rejectUnauthorized: false } })
  const documents = (path: string) => (path === '/apis' ? { body: { a: 1 }, etag: '"1"' } : undefined)
  await app.register(clusterApi({ transport, client, front: () => front, documents, proxy }))
  await app.listen({ host: '127.0.0.1', port: 0 })
  port = (app.server.address() as AddressInfo).port // it listens on a port
})
after(() => app.close())

beforeEach(() => {
  front = { ca: cert, names: ['localhost'], userHeaders: ['X-Remote-User'], groupHeaders: ['X-Remote-Group'] }
  sent = []
  led = []
  answer = async () => ({ status: 200, body: { kind: 'Cluster' } })
  events = async () => (async function* () {})()
})

interface Asked extends RequestOptions {
  readonly user?: string
  readonly body?: string
}

const asking = ({ user = 'alice', body, headers, ...options }: Asked) =>
  request({
    ...{ host: '127.0.0.1', port, path: root, ca: cert, servername: 'localhost', cert, key, agent: false },
    headers: { 'x-remote-user': user, 'x-remote-group': ['devs', 'a,b'], ...(headers as object) },
    ...options,
  }).end(body)

async function ask(options: Asked = {}) {
  const [response] = await once(asking(options), 'response')
  const body = await text(response)
  return {
    code: response.statusCode as number,
    headers: response.headers,
    body,
    status: () => JSON.parse(body) as Status,
  }
}

describe('who asks', () => {
  const strangers: Readonly<Record<string, Asked>> = {
    'without a certificate': { cert: undefined as never, key: undefined as never },
    'without saying for whom': { user: '' },
  }
  for (const [name, options] of Object.entries(strangers))
    test(`${name} is nobody, whatever is asked`, async () => {
      for (const path of [root, `${root}/paris/proxy/api`, '/apis']) {
        const { code, status } = await ask({ ...options, path })
        assert.deepEqual([code, status().reason], [401, 'Unauthorized'], path)
      }
      const headers = { connection: 'upgrade', upgrade: 'x' }
      const [response] = await once(asking({ ...options, path: `${root}/paris/proxy/exec`, headers }), 'response')
      assert.equal(response.statusCode, 401)
      assert.deepEqual([sent, led], [[], []])
    })

  test('with the certificate of somebody else of that authority is nobody', async () => {
    front = front && { ...front, names: ['front-proxy'] }
    assert.equal((await ask()).code, 401)
    front = front && { ...front, names: [] }
    assert.equal((await ask()).code, 200)
  })

  test('is not known before the API server has said whom it vouches for', async () => {
    front = undefined
    assert.equal((await ask()).code, 503)
  })

  test('and may not is told so', async () => {
    const { code, status } = await ask({ user: 'mallory', path: `${root}/paris/proxy/api` })
    assert.equal(code, 403)
    assert.match(status().message ?? '', /User "mallory" cannot get resource "clusters\/proxy" in API group/)
    assert.deepEqual(led, [])
  })
})

describe('a request for clusters', () => {
  test('goes on as JSON, with what matters of it, and its answer comes back', async () => {
    answer = async () => ({ status: 201, headers: { warning: '299 - "mind"' }, body: { kind: 'Cluster', a: 1 } })
    const { code, headers, body } = await ask({
      method: 'PATCH',
      path: `${root}/paris?fieldManager=me&force=true`,
      headers: { 'content-type': 'application/apply-patch+yaml', 'user-agent': 'kubectl', accept: 'application/vnd.kubernetes.protobuf;q=1, application/json;as=Table;v=v1;g=meta.k8s.io,application/json' }, // biome-ignore format: three headers
      body: 'kind: Cluster\nspec: {syncMode: Push}\n',
    })
    assert.deepEqual([code, headers.warning, body], [201, '299 - "mind"', '{"kind":"Cluster","a":1}'])
    const [{ signal, ...request } = {} as ApiRequest] = sent
    assert.ok(signal)
    assert.deepEqual(request, {
      method: 'PATCH',
      path: `${root}/paris`,
      query: { fieldManager: 'me', force: 'true' },
      headers: {
        accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
        'content-type': 'application/apply-patch+yaml',
        'user-agent': 'kubectl',
      },
      body: { kind: 'Cluster', spec: { syncMode: 'Push' } },
    })
  })

  const refused: Readonly<Record<string, readonly [Asked, number]>> = {
    'in a language nobody knows': [
      { headers: { 'content-type': 'application/vnd.kubernetes.protobuf' }, body: 'k8s' },
      415,
    ],
    'that is broken': [{ headers: { 'content-type': 'application/json' }, body: '{' }, 400],
    'in broken YAML': [{ headers: { 'content-type': 'application/yaml' }, body: 'a: [' }, 400],
    'that is too large': [{ headers: { 'content-type': 'application/json' }, body: 'x'.repeat(3_200_000) }, 413],
  }
  for (const [name, [options, code]] of Object.entries(refused))
    test(`${name} is refused`, async () => {
      const { code: answered, status } = await ask({ method: 'POST', ...options })
      assert.deepEqual([answered, status().kind], [code, 'Status'])
      assert.deepEqual(sent, [])
    })

  test('whose answer nobody could read is refused', async () => {
    assert.equal((await ask({ headers: { accept: 'application/yaml' } })).code, 406)
  })

  test('that is not answered is told of', async () => {
    answer = () => Promise.reject(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))
    const { code, status } = await ask()
    assert.equal(code, 503)
    assert.match(status().message ?? '', /the API server that keeps the clusters did not answer: nothing listens there/)
  })
})

describe('a watch', () => {
  const said: readonly WireEvent[] = [
    { type: 'ADDED', object: { a: 1 } },
    { type: 'BOOKMARK', object: { b: 1 } },
  ]
  const lines = (body: string) => body.trim().split('\n')

  test('is sent on, with bookmarks when they are wanted', async () => {
    events = async () =>
      (async function* () {
        yield* said
      })()
    assert.deepEqual(lines((await ask({ path: `${root}?watch=true` })).body), [JSON.stringify(said[0])])
    assert.equal(sent[0]?.query?.allowWatchBookmarks, 'true')
    const { body } = await ask({ path: `${root}?watch=1&allowWatchBookmarks=true` })
    assert.deepEqual(
      lines(body),
      said.map((each) => JSON.stringify(each)),
    )
  })

  test('that is refused is an answer', async () => {
    events = () => Promise.reject(failure(410, 'Expired', 'too old'))
    const { code, status } = await ask({ path: `${root}?watch=true` })
    assert.deepEqual([code, status().reason], [410, 'Expired'])
  })

  test('ends at its source when nobody hears it', async () => {
    const ended = Promise.withResolvers<void>()
    events = async () =>
      (async function* () {
        yield { type: 'ADDED', object: {} } as WireEvent
        const { signal } = sent[0] ?? {}
        if (signal) await once(signal, 'abort')
        ended.resolve()
      })()
    const watching = asking({ path: `${root}?watch=true` })
    watching.on('error', () => {})
    const [response] = await once(watching, 'response')
    await once(response, 'data')
    watching.destroy()
    await ended.promise
  })
})

test('documents are given while they are not known already', async () => {
  assert.equal((await ask({ path: '/apis' })).body, '{"a":1}')
  assert.equal((await ask({ path: '/apis', headers: { 'if-none-match': '"1"' } })).code, 304)
  assert.equal((await ask({ path: '/apis/other' })).code, 404)
})

describe('what is for a member', () => {
  const caller = { name: 'alice', groups: ['devs', 'a,b'] }

  test('is led there unread', async () => {
    const options = { method: 'POST', headers: { 'content-type': 'application/x' }, body: 'as it is' }
    const { body } = await ask({ ...options, path: `${root}/paris/proxy/api/v1?a=b%20c` })
    assert.equal(body, 'as it is')
    assert.deepEqual(led, [{ cluster: 'paris', target: '/api/v1?a=b%20c', caller }])
  })

  test('may become another protocol', async () => {
    const headers = { connection: 'upgrade', upgrade: 'x' }
    const [response] = await once(asking({ path: `${root}/paris/proxy/exec`, headers }), 'upgrade')
    assert.equal(response.statusCode, 101)
    assert.deepEqual(led, [{ cluster: 'paris', target: '/exec', caller }])
  })

  test('and nothing else does: it is answered as if it had not asked', async () => {
    const headers = { connection: 'upgrade', upgrade: 'x' }
    const [response] = await once(asking({ path: `${root}/paris`, headers }), 'response')
    assert.deepEqual([response.statusCode, await text(response)], [200, '{"kind":"Cluster"}'])
  })

  test('is found by its path', () => {
    const leads: Readonly<Record<string, object | undefined>> = {
      [`${root}/paris/proxy`]: { cluster: 'paris', target: '/' },
      [`${root}/paris/proxy/`]: { cluster: 'paris', target: '/' },
      [`${root}/paris/proxy?x=1`]: { cluster: 'paris', target: '/?x=1' },
      [`${root}/paris/proxy/a%2Fb/proxy/c?d`]: { cluster: 'paris', target: '/a%2Fb/proxy/c?d' },
      [`${root}/paris/proxyless`]: undefined,
      [`${root}/paris`]: undefined,
      '/api/v1/paris/proxy/x': undefined,
    }
    for (const [url, lead] of Object.entries(leads)) assert.deepEqual(leadOf(url), lead, url)
    assert.throws(() => leadOf(`${root}/%zz/proxy/a`), ApiError)
  })
})
