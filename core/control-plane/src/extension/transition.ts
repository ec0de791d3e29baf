import { observe, type Reference } from '@flotilla/sdk'
import type { Machine } from '../machine.ts'

/** Something with an address: an object, or a reference to one. */
type Addressed = Reference | { readonly apiVersion: string; readonly kind: string; readonly metadata: Address }
type Address = { readonly namespace?: string; readonly name: string }

const addressOf = (object: Addressed): Reference => {
  const { namespace, name } = 'metadata' in object ? object.metadata : object
  return { apiVersion: object.apiVersion, kind: object.kind, ...(namespace ? { namespace } : {}), name }
}

/** Tells whoever listens what became of an object in a stage, in a word. Nobody is waited for. */
export function told(
  { ask, now }: Pick<Machine, 'ask' | 'now'>,
  stage: observe.Transition['stage'],
  object: Addressed,
  result: string,
  cluster?: string,
): void {
  const where = cluster === undefined ? {} : { cluster }
  void ask(observe.transition, { stage, object: addressOf(object), ...where, result, at: now().getTime() })
}
