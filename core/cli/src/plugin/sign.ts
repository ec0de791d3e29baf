import { existsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createSigningKeys, moduleDigest, signModule } from '@flotilla/sdk'
import type { SignFlags } from '../commands/authoring.ts'
import { readProgram } from './program.ts'
import { parseManifest } from './project.ts'
import { readKey, signatureFile } from './signature.ts'

const publicFile = (key: string): string => `${key}.pub`

/** Makes keys where there are none: nobody gets the old ones back. */
function generate(key: string): void {
  for (const file of [key, publicFile(key)])
    if (existsSync(file)) throw new Error(`${file} is there already; name another file with --key`)
  const { privateKey, publicKey } = createSigningKeys()
  writeFileSync(key, privateKey, { mode: 0o600 })
  writeFileSync(publicFile(key), publicKey)
  console.log(`${key} signs; keep it to yourself`)
  console.log(`${publicFile(key)} shows whose signature it is: put it into moduleKeys of the config file`)
}

/** Puts a signature into the manifest beside a program, if that pins this very program. */
function fillManifest(file: string, name: string, digest: string, signature: string): string | undefined {
  const path = join(dirname(file), `${name}.yaml`)
  if (!existsSync(path)) return undefined
  const manifest = parseManifest(path)
  if (manifest.getIn(['spec', 'sha256']) !== digest) return undefined
  manifest.setIn(['spec', 'signature'], signature)
  writeFileSync(path, manifest.toString({ lineWidth: 0 }))
  return path
}

/** Signs a program, or makes the keys for it, or both. */
export function runSign(file: string | undefined, { key, generateKey }: SignFlags): void {
  if (generateKey) generate(key)
  if (file === undefined) return
  const { bytes, name } = readProgram(file)
  const signature = signModule(bytes, readKey(key, 'PRIVATE'))
  writeFileSync(signatureFile(file), `${signature}\n`)
  console.log(`${signatureFile(file)}  ${signature}`)
  const filled = fillManifest(file, name, moduleDigest(bytes), signature)
  if (filled) console.log(`${filled} has it, too`)
}
