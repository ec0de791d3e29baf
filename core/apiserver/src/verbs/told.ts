import type { Manifest } from '@flotilla/sdk'
import { definition } from '../builtin/definitions.ts'
import { isObject, readKeys } from '../registry/json-path.ts'
import { compileSchema } from '../schema/structural.ts'
import { refusal } from '../status.ts'
import type { Call } from '../target.ts'

/** A kind that is sent to a subresource and not kept. */
export interface Told {
  readonly group: string
  readonly version: string
  readonly kind: string
  /** Of its schema. */
  readonly schema: string
  /** What it says when it says nothing. */
  readonly usual?: object
  /** Refuses a name that is not the one it is sent to. */
  readonly misnamed?: (name: unknown, meant: string) => Error
}

const notThatName = (kind: string) => (name: unknown) =>
  refusal.badRequest(`name in URL does not match name in ${kind} object: ${String(name)}`)

/** Reads what a request tells an object, of its kind and with its name. Throws 400 and 422 where it is something else. */
export const readTold = (
  call: Call,
  { group, version, kind, schema, usual, misnamed = notThatName(kind) }: Told,
): Manifest => {
  const apiVersion = group ? `${group}/${version}` : version
  const body = call.request.body({ apiVersion, kind }) ?? {}
  if (!isObject(body) || (body.kind ?? kind) !== kind) {
    throw refusal.badRequest(`the object provided is unrecognized (must be of type ${kind})`)
  }
  const { name = call.name } = isObject(body.metadata) ? body.metadata : {}
  if (name !== undefined && typeof name !== 'string') throw refusal.badRequest(`metadata.name of ${kind} is no text`)
  if (call.name !== undefined && name !== call.name) throw misnamed(name, call.name)
  const compiled = compileSchema(definition(schema))
  const object = compiled.applyDefaults(compiled.prune({ ...usual, ...body, apiVersion, kind }))
  const causes = compiled.validate(object)
  if (causes.length > 0) throw refusal.invalid({ group, kind }, String(name ?? ''), causes)
  if (typeof name !== 'string') throw refusal.badRequest(`${kind} does not say which object it is for: metadata.name`)
  return { ...object, apiVersion, kind, metadata: { ...(readKeys(object, ['metadata']) as object), name } } // by its schema
}
