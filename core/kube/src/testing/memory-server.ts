import type { Manifest } from '@flotilla/sdk'
import type { ApiRequest, ApiResponse, Transport, WireEvent } from '../transport.ts'
import { status } from './objects.ts'
import { ScriptedStream } from './scripted-transport.ts'

/** Whether an object's path lies in a collection, of its namespace or of all. */
const isWithin = (path: string, collection: string): boolean =>
  path.startsWith(`${collection}/`) || path.replace(/\/namespaces\/[^/]+/, '').startsWith(`${collection}/`)

/** The least of an API server: objects by path, versions, conflicts, merge patches, watches from now on. */
export class MemoryServer implements Transport {
  readonly address = 'memory'
  readonly requests: ApiRequest[] = []
  readonly #objects = new Map<string, Manifest>()
  readonly #streams = new Set<ScriptedStream>()
  #version = 0
  /** Answers in place of the server when it wants to. */
  intercept: (request: ApiRequest) => ApiResponse | undefined = () => undefined

  async send(request: ApiRequest): Promise<ApiResponse> {
    this.requests.push(request)
    return this.intercept(request) ?? this.#answer(request)
  }

  async stream(request: ApiRequest): Promise<AsyncIterable<WireEvent>> {
    const stream = new ScriptedStream(request)
    const since = Number(request.query?.resourceVersion ?? 0)
    for (const [path, object] of this.#objects)
      if (isWithin(path, request.path) && Number(object.metadata.resourceVersion) > since)
        stream.push({ type: 'ADDED', object })
    this.#streams.add(stream)
    return stream
  }

  async close(): Promise<void> {}

  /** Breaks all watches. */
  break(): void {
    for (const stream of this.#streams) stream.end(new Error('ECONNRESET'))
    this.#streams.clear()
  }

  /** An object as the server has it. */
  at(path: string): Manifest | undefined {
    return this.#objects.get(path)
  }

  /** Writes an object, as some other client. */
  put(path: string, object: Manifest): Manifest {
    const known = this.#objects.get(path)
    const metadata = { uid: `uid-${this.#version}`, ...known?.metadata, ...object.metadata }
    const stored = { ...object, metadata: { ...metadata, resourceVersion: String(++this.#version) } }
    this.#objects.set(path, stored)
    this.#tell(path, { type: known ? 'MODIFIED' : 'ADDED', object: stored })
    return stored
  }

  remove(path: string): boolean {
    const object = this.#objects.get(path)
    if (!object) return false
    this.#objects.delete(path)
    const metadata = { ...object.metadata, resourceVersion: String(++this.#version) }
    this.#tell(path, { type: 'DELETED', object: { ...object, metadata } })
    return true
  }

  #tell(path: string, event: WireEvent): void {
    for (const stream of this.#streams) if (isWithin(path, stream.request.path)) stream.push(event)
  }

  #answer({ method, path, body }: ApiRequest): ApiResponse {
    const target = path.replace(/\/status$/, '')
    const known = this.#objects.get(target)
    const object = body as Manifest
    if (method === 'POST') return this.#create(`${path}/${object.metadata.name}`, object)
    if (method === 'GET' && !known && /s$/.test(path)) return { status: 200, body: this.#list(path) }
    if (!known) return status(404, 'NotFound', { name: target.split('/').at(-1) })
    if (method === 'GET') return { status: 200, body: known }
    if (method === 'DELETE') return { status: 200, body: { removed: this.remove(target) } }
    const wanted = object.metadata?.resourceVersion
    if (wanted && wanted !== known.metadata.resourceVersion)
      return status(409, 'Conflict', { name: known.metadata.name })
    const next =
      method === 'PUT' ? object : { ...known, ...object, metadata: { ...known.metadata, ...object.metadata } }
    return { status: 200, body: this.put(target, next) }
  }

  #create(path: string, object: Manifest): ApiResponse {
    if (this.#objects.has(path)) return status(409, 'AlreadyExists', { name: object.metadata.name })
    return { status: 201, body: this.put(path, object) }
  }

  #list(path: string): unknown {
    const items = [...this.#objects].filter(([each]) => isWithin(each, path)).map(([, object]) => object)
    return { kind: 'List', metadata: { resourceVersion: String(this.#version) }, items }
  }
}
