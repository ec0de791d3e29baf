import { hash } from 'node:crypto'
import { fnv32a, safeHash } from '@flotilla/sdk'

/** Kubernetes' letters for generated names: none of them makes words. */
const letters = 'bcdfghjklmnpqrstvwxz2456789'

/** A name of its own: `web-7c5ddbdf54-` → `web-7c5ddbdf54-x8k2p`. */
export function uniqueName(base: string): string {
  const suffix = Array.from({ length: 5 }, () => letters[Math.floor(Math.random() * letters.length)])
  return `${base}${suffix.join('')}`
}

/** What distinguishes a pod template in names and labels. Another count gives another hash of the same template. */
export const templateHash = (template: object, collisions = 0): string =>
  safeHash(hash('sha1', JSON.stringify(template)) + (collisions > 0 ? collisions : ''))

/** A number from a name, the same every time. */
export const numberOf = (name: string, below: number): number => fnv32a(name) % below
