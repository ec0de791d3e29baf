/** What a program of a stranger is written in. */
export type Runtime = 'lua' | 'wasm' | 'javascript'

/** What a program may use. Whoever goes beyond it ends alone. */
export interface SandboxLimits {
  /** How long one call may take, in milliseconds; by default 1,000. */
  readonly timeout: number
  /** How much memory the program may hold, in bytes; by default 64 MiB. */
  readonly memory: number
  /** How long what a call gives may be, in bytes of JSON; by default 2 MiB: no object of Kubernetes is longer. */
  readonly output: number
  /** How many calls may run at once; by default 1. Others wait for their turn, within their own time. */
  readonly concurrency: number
}

/** A program of a stranger: no network, no files, no clock beyond what its language has by default. */
export interface Program {
  /** Stands in errors, logs and metrics. */
  readonly name: string
  readonly runtime: Runtime
  /** The source text, or the bytes of a module. */
  readonly code: string | Uint8Array
  readonly limits?: Partial<SandboxLimits>
}

/** A program that is ready to be called. */
export interface Sandbox {
  /** The functions it has. Lua knows them only when it runs: there the list is empty. */
  readonly functions: readonly string[]
  /**
   * Calls a function with values that JSON can hold, and gives what it returns: one value, or in Lua as many as there are.
   * Every call starts with the memory its program has then: nothing that is kept there may be relied on, for the program may be
   * started anew at any time.
   *
   * @throws FlotillaError `SANDBOX_BUSY`, `SANDBOX_FAILED`, `SANDBOX_TIMEOUT`, `SANDBOX_MEMORY`, `SANDBOX_OUTPUT`
   */
  call(name: string, args: readonly unknown[]): Promise<readonly unknown[]>
  /** Calls that are still on their way fail. */
  close(): void
}

/** Where programs of strangers run: never in the thread of the control plane. */
export interface Sandboxes {
  /**
   * Compiles a program.
   *
   * @throws FlotillaError `SANDBOX_PROGRAM` with the line where there is one, when it cannot be
   */
  open(program: Program): Promise<Sandbox>
}
