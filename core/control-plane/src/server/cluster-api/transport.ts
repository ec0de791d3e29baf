import type { ApiRequest, Transport, WireEvent } from '@flotilla/kube'
import { ApiError, type Status } from '@flotilla/sdk'
import { kept, keptAt, shown } from './stored.ts'

const keptRequest = (request: ApiRequest, path: string): ApiRequest => ({
  ...request,
  path,
  ...(request.body !== undefined && { body: kept(request.body) }),
})

async function* shownEvents(events: AsyncIterable<WireEvent>): AsyncGenerator<WireEvent, void> {
  for await (const { type, object } of events) yield { type, object: shown(object) }
}

/** Opens a watch; a refusal is in the words of who asked. */
async function open(transport: Transport, request: ApiRequest): Promise<AsyncIterable<WireEvent>> {
  try {
    return shownEvents(await transport.stream(request))
  } catch (error) {
    throw error instanceof ApiError ? new ApiError(shown(error.status) as Status, { cause: error }) : error
  }
}

/** A transport on which Clusters are what is kept of them. All else goes as it is. */
export const throughStorage = (transport: Transport): Transport => ({
  address: transport.address,

  async send(request) {
    const path = keptAt(request.path)
    if (path === undefined) return transport.send(request)
    const answer = await transport.send(keptRequest(request, path))
    return { ...answer, body: shown(answer.body) }
  },

  async stream(request) {
    const path = keptAt(request.path)
    return path === undefined ? transport.stream(request) : open(transport, keptRequest(request, path))
  },

  close: () => transport.close(),
})
