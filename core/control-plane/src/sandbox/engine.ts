import type { SandboxLimits } from '@flotilla/sdk'

/** What an engine is given, in the place where programs run: a worker, or a process of its own. */
export interface Source {
  readonly name: string
  readonly code: string | Uint8Array
  readonly limits: SandboxLimits
  /** What the engine made of the code when it was loaded before, somewhere else. */
  readonly compiled?: unknown
}

/** A program in its engine. Calls come one after the other. */
export interface Loaded {
  readonly functions: readonly string[]
  /** Spares compiling when the program is loaded elsewhere: something that can be posted to another thread. */
  readonly compiled?: unknown
  /** How much memory the program holds, in bytes. */
  bytes(): number
  /** Values go in and come out as JSON texts. Throws what the program throws; who watches from outside ends what does not come back. */
  call(name: string, args: readonly string[]): readonly string[] | Promise<readonly string[]>
  /** Gives back what the program holds. */
  close(): void
}

/** Runs programs of one language. Throws at once when a program cannot be compiled. */
export type Engine = (source: Source) => Loaded | Promise<Loaded>

/** A program went beyond what it may have of memory, or gave more than it may. Engines throw it; any other error is the program's own. */
export class Exceeded extends Error {
  readonly what: 'memory' | 'output'

  constructor(what: 'memory' | 'output') {
    super(`more ${what} than allowed`)
    this.what = what
  }
}
