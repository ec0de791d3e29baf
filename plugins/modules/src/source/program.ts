/** What a source holds. */
export interface Fetched {
  readonly program: Uint8Array
  /** That which travels with it. */
  readonly signature?: string
  /** What changes when the file it is in does. */
  readonly version?: string
}

/** No program is longer, in bytes. */
export const longestProgram = 32 * 2 ** 20

const base64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/

/** Bytes written in base64. Throws what is wrong with it. */
export function fromBase64(text: string): Uint8Array {
  if (!base64.test(text)) throw new Error('a WASM module is written in base64')
  return Buffer.from(text, 'base64')
}

/** A program written as text: a script as it is, a WASM module in base64. */
export const fromText = (text: string, runtime: 'wasm' | 'javascript'): Uint8Array =>
  runtime === 'wasm' ? fromBase64(text) : Buffer.from(text)

/** A script from its bytes. */
export function scriptOf(program: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(program)
  } catch {
    throw new Error('a script is written in UTF-8')
  }
}
