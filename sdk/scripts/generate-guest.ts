import { mkdirSync, writeFileSync } from 'node:fs'
import { bindings } from './guest/bindings.ts'

/** Writes `sdk/guest`: what authors of guests get, in every language. A test compares it with the schema. */
const home = new URL('../guest/', import.meta.url)

for (const [name, text] of Object.entries(bindings())) {
  const file = new URL(name, home)
  mkdirSync(new URL('.', file), { recursive: true })
  writeFileSync(file, text)
}
