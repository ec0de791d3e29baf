/** How a language becomes a program that a sandbox runs. */
export interface Toolchain {
  readonly runtime: 'javascript' | 'wasm'
  /** The file it is known by, from the project's folder. */
  readonly entry: string
  /** Compiles the project into a file. */
  compile(folder: string, to: string): Promise<void>
}
