import { readFileSync } from 'node:fs'
import { basename, extname } from 'node:path'

/** A built program. */
export interface ProgramFile {
  readonly file: string
  readonly name: string
  readonly runtime: 'wasm' | 'javascript'
  readonly bytes: Uint8Array
}

/** What every WASM module begins with. */
const magic = Buffer.from('\0asm', 'latin1')

const scripts: ReadonlySet<string> = new Set(['.js', '.mjs'])

/** Reads a program: a WASM module by its first bytes, a script by its name. */
export function readProgram(file: string): ProgramFile {
  const bytes = readFileSync(file)
  const ending = extname(file)
  const name = basename(file, ending)
  if (bytes.subarray(0, 4).equals(magic)) return { file, name, runtime: 'wasm', bytes }
  if (scripts.has(ending)) return { file, name, runtime: 'javascript', bytes }
  throw new Error(`${file} is no program: it is neither a WASM module nor a script that ends in .js`)
}
