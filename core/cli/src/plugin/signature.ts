import { existsSync, readFileSync } from 'node:fs'
import { isModuleSigned } from '@flotilla/sdk'
import type { ProgramFile } from './program.ts'

/** Where the signature of a program stands. */
export const signatureFile = (file: string): string => `${file}.sig`

/** The signature beside a program, if there is one. */
export const signatureBeside = ({ file }: Pick<ProgramFile, 'file'>): string | undefined =>
  existsSync(signatureFile(file)) ? readFileSync(signatureFile(file), 'utf8').trim() : undefined

/** Reads a key in PEM. */
export function readKey(file: string, what: 'PRIVATE' | 'PUBLIC'): string {
  const text = readFileSync(file, 'utf8')
  if (text.includes(`-----BEGIN ${what} KEY-----`)) return text
  const other = text.includes('KEY-----') ? '; it holds another one' : ''
  throw new Error(`${file} holds no ${what.toLowerCase()} key in PEM${other}`)
}

/** What is to be said of a program's signature. */
export function signatureText(program: ProgramFile, publicKey: string | undefined): string {
  const signature = signatureBeside(program)
  if (!signature) return 'none'
  if (!publicKey) return `${signature} (--key says whether it holds)`
  return isModuleSigned(program.bytes, signature, publicKey)
    ? `${signature}, which holds`
    : `${signature}, WHICH DOES NOT HOLD: it is of another program, or by another key`
}
