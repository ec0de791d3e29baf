import { type Change, patched } from './patch.ts'

declare global {
  /** What JavaScript has and TypeScript's library does not know yet. */
  interface JSON {
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown
    rawJSON(text: string): unknown
  }
}

/** A number is kept as it is written when JavaScript would write it in another way, so that none loses digits. */
const exactly = (_key: string, value: unknown, { source = '' }: { readonly source?: string }): unknown =>
  typeof value === 'number' && String(value) !== source ? JSON.rawJSON(source) : value

/** A JSON text with changes applied. Throws a `SyntaxError` for what is not JSON, `OVERRIDE_PATH` for what does not fit. */
export const patchJson = (text: string, changes: readonly Change[]): string =>
  JSON.stringify(changes.reduce(patched, JSON.parse(text, exactly)))
