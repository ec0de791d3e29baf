import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** An OCI registry in this process, as far as programs are pushed to it and fetched from it. It wants a token, and has its layers elsewhere. */
export interface Registry {
  readonly host: string
  /** Hands over something else than a digest is of: what none should ever do. */
  swap(digest: string, body: Uint8Array): void
  close(): void
}

interface Kept {
  readonly body: Buffer
  readonly type?: string
}

const digestOf = (body: Buffer): string => `sha256:${createHash('sha256').update(body).digest('hex')}`

/** By digest, and a manifest by its tag, too. */
function keep(kept: Map<string, Kept>, path: string, what: Kept): void {
  kept.set(path, what)
  kept.set(path.replace(/[^/]+$/, digestOf(what.body)), what)
}

async function serve(kept: Map<string, Kept>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://registry')
  const body = await buffer(request)
  const { host, authorization } = request.headers
  const elsewhere = pathname.replace(/^\/elsewhere/, '')
  if (pathname === '/token') response.end('{"token":"ticket"}')
  else if (elsewhere !== pathname) response.writeHead(authorization ? 400 : 200).end(kept.get(elsewhere)?.body)
  else if (authorization !== 'Bearer ticket')
    response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${host}/token",service="shelf"` }).end()
  else if (request.method === 'POST') response.writeHead(202, { location: `${pathname}1` }).end()
  else if (request.method === 'PUT') {
    const type = request.headers['content-type']
    const path = pathname.replace(/uploads\/1$/, searchParams.get('digest') ?? '')
    keep(kept, path, { body, ...(type && { type }) })
    response.writeHead(201).end()
  } else {
    const found = kept.get(pathname)
    if (found && pathname.includes('/blobs/') && request.method === 'GET')
      response.writeHead(307, { location: `http://localhost:${host?.split(':')[1]}/elsewhere${pathname}` }).end()
    else if (found) response.writeHead(200, { 'content-type': found.type ?? '' }).end(found.body)
    else response.writeHead(404).end()
  }
}

/** Starts one on a free port of this machine. */
export async function startRegistry(): Promise<Registry> {
  const kept = new Map<string, Kept>()
  const server = createServer((request, response) => {
    serve(kept, request, response).catch((error) => response.destroy(error))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    swap: (digest, body) => {
      for (const path of kept.keys()) if (path.endsWith(digest)) kept.set(path, { body: Buffer.from(body) })
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
