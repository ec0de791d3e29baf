import type { Duplex, Readable, Writable } from 'node:stream'
import type { Manifest } from '@flotilla/sdk'

/** A line a container has written. */
export interface Line {
  readonly time: Date
  /** Without its end. */
  readonly text: string
}

/** Of a terminal, in characters. */
export interface TerminalSize {
  readonly width: number
  readonly height: number
}

/** What a process in a container hears and says. What is absent it does not have. */
export interface Console {
  readonly stdin?: Readable
  readonly stdout?: Writable
  readonly stderr?: Writable
  /** Whether it is a terminal, where `stdout` is for everything. */
  readonly tty: boolean
  /** Hears how large the terminal is, at first and whenever that changes. */
  onResize(listener: (size: TerminalSize) => void): void
}

/** What only the machines know of their Pods. Signals fire when the client has left, or the Pod. */
export interface Kubelet {
  /** What a container has written, in order; of the run before this one with `previous`. Asked again while someone follows. */
  log(pod: Manifest, container: string, previous: boolean): readonly Line[]
  /** Runs a command in a container; resolves to its exit code. Rejects with why it cannot be run, as its runtime says it. */
  exec(
    pod: Manifest,
    container: string,
    command: readonly string[],
    console: Console,
    signal: AbortSignal,
  ): Promise<number>
  /** Ties a console to what runs in a container already; resolves to the exit code when that ends. */
  attach(pod: Manifest, container: string, console: Console, signal: AbortSignal): Promise<number>
  /** A connection to a port inside a Pod. Rejects with why there is none. */
  connect(pod: Manifest, port: number, signal: AbortSignal): Promise<Duplex>
}
