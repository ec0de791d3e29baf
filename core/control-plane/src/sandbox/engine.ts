import type { SandboxLimits } from '@flotilla/sdk'

/** What an engine is given, in the place where programs run: a worker, or a process of its own. */
export interface Source {
  readonly name: string
  readonly code: string | Uint8Array
  readonly limits: SandboxLimits
}

/** A program in its engine. Calls come one after the other. */
export interface Loaded {
  readonly functions: readonly string[]
  /** Values go in and come out as JSON texts. Throws what the program throws; who watches from outside ends what does not come back. */
  call(name: string, args: readonly string[]): readonly string[]
  /** Gives back what the program holds. */
  close(): void
}

/** Runs programs of one language. Throws at once when a program cannot be compiled. */
export type Engine = (source: Source) => Loaded | Promise<Loaded>
