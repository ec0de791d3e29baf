import type { IncomingMessage } from 'node:http'

/** What is read of a body nobody wants: bytes, and milliseconds. */
const most = 64 * 1024 * 1024
const patience = 5_000

/**
 * Reads the rest of a body and forgets it. Who is still sending when the connection closes hears of a broken pipe, not
 * of the refusal. Resolves at the end of the body, or when it has been too much or too long.
 */
export const drained = (request: IncomingMessage): Promise<void> =>
  new Promise((resolve) => {
    let read = 0
    const count = (bytes: Uint8Array) => {
      read += bytes.length
      if (read > most) end()
    }
    const end = () => {
      clearTimeout(timer)
      request.off('data', count).off('end', end).off('close', end)
      resolve()
    }
    const timer = setTimeout(end, patience)
    if (request.readableEnded || request.destroyed) return end()
    request.on('end', end).on('close', end).on('data', count).resume()
  })
