import { createPublicKey, type KeyObject } from 'node:crypto'
import { errors, isModuleSigned } from '@flotilla/sdk'
import type { ModuleOptions } from './options.ts'

/** A key of the config file. Throws when it is none that modules are signed with. */
export function checkedKey(key: string, i: number): string {
  const found = publicKeyIn(key, i)
  if (found.asymmetricKeyType === 'ed25519') return key
  throw new Error(`moduleKeys.${i} is a key for ${found.asymmetricKeyType}; modules are signed with Ed25519`)
}

/** What is wrong with the signature of a program, if anything. Where nobody's keys are known, nobody's signature counts. */
export function wrongSignature(
  program: Uint8Array,
  signature: string | undefined,
  { keys, requireSigned }: ModuleOptions,
): string | undefined {
  if (!signature) return requireSigned ? 'it has no signature, and the config file demands one' : undefined
  if (keys.length === 0 || keys.some((key) => isModuleSigned(program, signature, key))) return undefined
  return 'its signature is by none of the keys in moduleKeys'
}

/** Throws `MODULE_SIGNATURE` for a program that may not be run. */
export function checkSignature(module: string, ...asked: Parameters<typeof wrongSignature>): void {
  const problem = wrongSignature(...asked)
  if (problem) throw errors.MODULE_SIGNATURE(module, problem)
}

function publicKeyIn(key: string, i: number): KeyObject {
  try {
    return createPublicKey(key)
  } catch {
    throw new Error(`moduleKeys.${i} is not a public key in PEM`)
  }
}
