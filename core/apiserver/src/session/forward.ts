import type { Duplex, Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { finish } from './finish.ts'
import type { ForwardSession } from './session.ts'

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const nothing = (): undefined => undefined

/** Both ways between a client and a port, until both have ended. A client is told of what goes wrong on `error`. */
export async function forward(
  session: ForwardSession,
  port: number,
  client: { readonly input: Readable; readonly output: Writable; readonly error: Writable },
  signal: AbortSignal,
): Promise<void> {
  const life = AbortSignal.any([signal, session.gone])
  let connection: Duplex
  try {
    connection = await session.connect(port, life)
  } catch (error) {
    await finish(client.error, `error forwarding port ${port} to pod ${session.pod}: ${messageOf(error)}`)
    await finish(client.output)
    return
  }
  const ways = [
    pipeline(client.input, connection, { signal: life }),
    pipeline(connection, client.output, { signal: life }),
  ]
  await Promise.all(ways.map((way) => way.catch(nothing))) // who broke it knows
  await finish(client.error)
}
