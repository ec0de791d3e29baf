import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { TLSSocket } from 'node:tls'
import { openAuthority } from '@flotilla/apiserver'
import type { Json } from './kubectl.ts'

/** What an extension was asked, and by whom. */
export interface Heard {
  readonly method: string
  readonly url: string
  readonly headers: NodeJS.Dict<string[]>
  readonly body: string
  readonly by: string
}

/** An API server of one kind, `things.ext.example.com`, as somebody may write one: nothing of ours is in it but the certificate. */
export interface Extension extends AsyncDisposable {
  readonly port: number
  readonly caBundle: string
  readonly heard: Heard[]
  stop(): Promise<void>
}

const group = 'ext.example.com'
const apiVersion = `${group}/v1`
const root = `/apis/${apiVersion}`

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'watch']
const resources = [
  { name: 'things', singularName: 'thing', namespaced: true, kind: 'Thing', shortNames: ['th'], verbs },
  { name: 'things/status', singularName: '', namespaced: true, kind: 'Thing', verbs: ['get'] },
]
const resourceList = { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: apiVersion, resources }

const schema = {
  description: 'A thing.',
  type: 'object',
  properties: {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { type: 'object' },
    size: { description: 'How large it is.', type: 'integer', format: 'int32' },
  },
  'x-kubernetes-group-version-kind': [{ group, version: 'v1', kind: 'Thing' }],
}
const info = { title: 'things', version: 'v1' }
const gvk = { 'x-kubernetes-group-version-kind': { group, version: 'v1', kind: 'Thing' } }
const strictness = { name: 'fieldValidation', in: 'query', schema: { type: 'string' } }
const v3Paths = {
  [`${root}/namespaces/{namespace}/things`]: {
    get: { responses: { 200: { description: 'OK' } }, 'x-kubernetes-action': 'list', ...gvk },
    post: {
      parameters: [strictness],
      responses: { 201: { description: 'Created' } },
      'x-kubernetes-action': 'post',
      ...gvk,
    },
  },
  // kubectl looks here whether the server checks fields
  [`${root}/namespaces/{namespace}/things/{name}`]: {
    patch: {
      parameters: [strictness],
      responses: { 200: { description: 'OK' } },
      'x-kubernetes-action': 'patch',
      ...gvk,
    },
  },
}
const answer = { description: 'OK', schema: { $ref: '#/definitions/com.example.ext.v1.Thing' } }
const v2Paths = {
  [`${root}/things`]: { get: { operationId: 'listThing', responses: { 200: answer }, ...gvk } },
}
const v3 = { openapi: '3.0.0', info, paths: v3Paths, components: { schemas: { 'com.example.ext.v1.Thing': schema } } }
const v2 = {
  swagger: '2.0',
  info,
  paths: v2Paths,
  definitions: { 'com.example.ext.v1.Thing': schema },
}
const index = { paths: { [root.slice(1)]: { serverRelativeURL: `/openapi/v3${root}?hash=ABC` } } }

const documents: Readonly<Record<string, object>> = {
  [root]: resourceList,
  '/openapi/v2': v2,
  '/openapi/v3': index,
  [`/openapi/v3${root}`]: v3,
}

const json = (response: ServerResponse, code: number, body: object): unknown =>
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body))

const missing = (name: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  reason: 'NotFound',
  message: `things.${group} "${name}" not found`,
  details: { group, kind: 'things', name },
  code: 404,
})

/** Its things, and who watches them. */
class Things {
  readonly #things = new Map<string, Json>()
  readonly #watchers = new Set<ServerResponse>()
  #version = 1

  answer(response: ServerResponse, { method, url, body, headers }: Heard): unknown {
    const { pathname, searchParams } = new URL(url, 'http://x')
    const [namespace, name] = /(?:\/namespaces\/([^/]+))?\/things(?:\/([^/]+))?$/.exec(pathname)?.slice(1) ?? []
    if (method === 'POST') return json(response, 201, this.#create(namespace ?? '', JSON.parse(body)))
    if (name !== undefined) return this.#one(response, method, namespace ?? '', name)
    if (searchParams.get('watch')) return this.#watch(response)
    const isPartial = headers.accept?.some((each) => each.includes('PartialObjectMetadataList'))
    const head = isPartial
      ? { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' }
      : { kind: 'ThingList', apiVersion }
    const items = [...this.#things.values()].filter((each) => !namespace || each.metadata.namespace === namespace)
    if (method === 'DELETE') for (const thing of items) this.#delete(thing)
    return json(response, 200, {
      ...head,
      metadata: { resourceVersion: String(this.#version) },
      items,
    })
  }

  #one(response: ServerResponse, method: string, namespace: string, name: string): unknown {
    const thing = this.#things.get(`${namespace}/${name}`)
    if (!thing) return json(response, 404, missing(name))
    if (method === 'DELETE') this.#delete(thing)
    return json(response, 200, thing)
  }

  #delete(thing: Json): void {
    this.#things.delete(`${thing.metadata.namespace}/${thing.metadata.name}`)
    this.#tell('DELETED', thing)
  }

  #create(namespace: string, sent: Json): Json {
    const resourceVersion = String(++this.#version)
    const uid = crypto.randomUUID()
    const creationTimestamp = new Date().toISOString()
    const thing = { ...sent, metadata: { ...sent.metadata, namespace, uid, resourceVersion, creationTimestamp } }
    this.#things.set(`${namespace}/${thing.metadata.name}`, thing)
    this.#tell('ADDED', thing)
    return thing
  }

  #watch(response: ServerResponse): unknown {
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()
    this.#watchers.add(response)
    return response.once('close', () => this.#watchers.delete(response))
  }

  #tell(type: string, object: Json): void {
    for (const watcher of this.#watchers) watcher.write(`${JSON.stringify({ type, object })}\n`)
  }
}

/** What misbehaves, by the last part of its path. */
const odd: Readonly<Record<string, (response: ServerResponse) => void>> = {
  away: (response) => response.writeHead(302, { location: '/elsewhere' }).end(),
  broken: (response) => response.writeHead(500, { 'x-own': 'yes' }).end('oops'),
  nothing: (response) => response.writeHead(404).end('404 page not found\n'),
  text: (response) => response.writeHead(200, { 'content-type': 'text/x-own' }).end('words'),
}

export async function startExtension(dir: string, host: string, trusts: readonly string[]): Promise<Extension> {
  const authority = await openAuthority({ dir: join(dir, 'extension'), hosts: [host] })
  const heard: Heard[] = []
  const things = new Things()
  const tls = { ...(await authority.server()), ca: [...trusts], requestCert: true, rejectUnauthorized: true }
  const server = createServer(tls, async (request: IncomingMessage, response) => {
    const { method = '', url = '', headersDistinct: headers, socket } = request
    const { CN } = (socket as TLSSocket).getPeerCertificate().subject
    const found: Heard = { method, url, headers, body: await text(request), by: String(CN) }
    heard.push(found)
    const path = url.split('?', 1)[0] ?? ''
    const document = documents[path]
    const strange = odd[path.split('/').at(-1) ?? '']
    if (document) json(response, 200, document)
    else if (strange) strange(response)
    else if (path.includes('/things')) things.answer(response, found)
    else odd.nothing?.(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  return {
    port: (server.address() as AddressInfo).port, // it listens on a port
    caBundle: Buffer.from(authority.ca).toString('base64'),
    heard,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
