import type { Duplex } from 'node:stream'
import type { Console } from '../kubelet.ts'

interface Lasting {
  /** Fires when what it is about is no more. */
  readonly gone: AbortSignal
  /** Has to be called in the end. */
  end(): void
  /** Resolves with `end`. */
  readonly ended: Promise<void>
}

/** Someone is tied to a process in a container. */
export interface ProcessSession extends Lasting {
  readonly kind: 'process'
  /** What is said when it cannot be. */
  readonly doing: string
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
  readonly tty: boolean
  /** Resolves to the exit code. Rejects with why there is no process. */
  run(console: Console, signal: AbortSignal): Promise<number>
}

/** Someone is connected to ports of a Pod. */
export interface ForwardSession extends Lasting {
  readonly kind: 'forward'
  /** Its name and id, for messages. */
  readonly pod: string
  /** Those that are asked for at first, where a protocol wants that. */
  readonly ports: readonly number[]
  /** Rejects with why there is no connection. */
  connect(port: number, signal: AbortSignal): Promise<Duplex>
}

/** What a connection is for from here on, whatever protocol is spoken on it. */
export type Session = ProcessSession | ForwardSession
