import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { credentialsOf, type HttpOptions, openPassage, type PassCall } from '@flotilla/kube'

/** The lines of what a server answers, as they come. */
export type Follow = (path: string, signal: AbortSignal) => Promise<AsyncIterable<string>>

const messageOf = (body: string): string => {
  try {
    return (JSON.parse(body) as { readonly message?: string }).message ?? body // a Status
  } catch {
    return body
  }
}

/** Opens a way to a server for text that does not end soon, until the stack is disposed of. */
export async function follower(open: AsyncDisposableStack, identity: HttpOptions): Promise<Follow> {
  const { authorization, cert, key } = await credentialsOf(identity)(false)
  const { server, ca, serverName, insecure, proxyUrl, proxyHeaders } = identity
  const passage = open.adopt(
    openPassage({
      server,
      ...(ca && { ca }),
      ...(serverName && { serverName }),
      ...(insecure && { insecure }),
      ...(proxyUrl && { proxyUrl }),
      ...(proxyHeaders && { proxyHeaders }),
      ...(cert && key && { identity: { cert, key } }),
    }),
    (way) => way.close(),
  )
  const headers: PassCall['headers'] = authorization ? { authorization } : {}
  return async (target, signal) => {
    const { status, content } = await passage.pass({ method: 'GET', target, headers, signal })
    if (status >= 300) throw new Error(messageOf(await text(content)))
    return createInterface({ input: content as Readable, crlfDelay: Number.POSITIVE_INFINITY })
  }
}
