#!/usr/bin/env node
// Nothing newer than the sdk is imported before the check, so that the wrong Node gets a sentence, not a stack.
import { errors } from '@flotilla/sdk'

const needed = 24
const found = process.versions.node
if (Number(found.split('.')[0]) < needed) {
  const { code, message } = errors.NODE_TOO_OLD(found, `${needed} or newer`)
  console.error(`flotilla: ${code}: ${message}`)
  process.exit(1)
}
const { holdLittleGarbage } = await import('../dist/memory.js')
holdLittleGarbage()
const { main } = await import('../dist/main.js')
process.exitCode = await main(process.argv.slice(2))
