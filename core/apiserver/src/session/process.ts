import type { Readable, Writable } from 'node:stream'
import type { TerminalSize } from '../kubelet.ts'
import { finish } from './finish.ts'
import { onAbort } from './life.ts'
import type { ProcessSession } from './session.ts'

/** The ways to a client there are for a process. */
export interface Ways {
  readonly stdin?: Readable
  readonly stdout?: Writable
  readonly stderr?: Writable
  /** Where it is said how it ended. */
  readonly error: Writable
  /** Where the client says how large its terminal is. */
  readonly resize?: Readable
}

/** How a client is told of the end: those that speak a first version of the protocol read what went wrong, if anything did. */
export type Ending = 'status' | 'text'

/** The longest that is read of a size, in characters. */
const longestSize = 1024

const sizeOf = (text: string): TerminalSize | undefined => {
  try {
    const { Width: width, Height: height } = JSON.parse(text)
    return Number.isInteger(width) && Number.isInteger(height) ? { width, height } : undefined
  } catch {
    return undefined // a client that means something else
  }
}

/** Hears the sizes a client says, one after another. */
function hearSizes(resize: Readable, listener: (size: TerminalSize) => void): void {
  let rest = ''
  resize.on('data', (chunk: Buffer) => {
    rest = (rest + chunk).slice(-longestSize)
    for (let end = rest.indexOf('}'); end >= 0; end = rest.indexOf('}')) {
      const size = sizeOf(rest.slice(0, end + 1))
      rest = rest.slice(end + 1)
      if (size) listener(size)
    }
  })
}

interface Outcome {
  readonly metadata: object
  readonly status: 'Success' | 'Failure'
  readonly message?: string
  readonly reason?: string
  readonly details?: { readonly causes: readonly object[] }
  readonly code?: number
}

const failed = (message: string): Outcome => {
  const text = `Internal error occurred: ${message}`
  const details = { causes: [{ message }] }
  return { metadata: {}, status: 'Failure', message: text, reason: 'InternalError', details, code: 500 }
}

const exited = (code: number): Outcome =>
  code === 0
    ? { metadata: {}, status: 'Success' }
    : {
        metadata: {},
        status: 'Failure',
        message: `command terminated with non-zero exit code: exit status ${code}`,
        reason: 'NonZeroExitCode',
        details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
      }

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Of a process that was killed, as it is when its container ends. */
const killed = 137

/** One that does not hear that it is to end is not waited for. */
const killedBy = (life: AbortSignal): Promise<number> => new Promise((resolve) => onAbort(life, () => resolve(killed)))

async function outcome(
  session: ProcessSession,
  { resize, error: _, ...streams }: Ways,
  signal: AbortSignal,
): Promise<Outcome> {
  const onResize = (listener: (size: TerminalSize) => void) => resize && hearSizes(resize, listener)
  const life = AbortSignal.any([signal, session.gone])
  try {
    const running = session.run({ ...streams, tty: session.tty, onResize }, life)
    return exited(await Promise.race([running, killedBy(life)]))
  } catch (error) {
    return failed(`error ${session.doing}: ${messageOf(error)}`)
  }
}

/** Runs a process for a client until it has ended and the client has been told how, or until the signal. */
export async function runProcess(session: ProcessSession, ways: Ways, ending: Ending, signal: AbortSignal) {
  const status = await outcome(session, ways, signal)
  await Promise.all([ways.stdout, ways.stderr].map((stream) => stream && finish(stream)))
  await finish(ways.error, ending === 'status' ? JSON.stringify(status) : status.message)
}
