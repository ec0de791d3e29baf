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
}

/** Reads what a request tells a Pod, of its kind and with its name. Throws 400 and 422 where it is something else. */
export const readTold = (call: Call, { group, version, kind, schema }: Told): Manifest => {
  const apiVersion = group ? `${group}/${version}` : version
  const body = call.request.body({ apiVersion, kind }) ?? {}
  if (!isObject(body) || (body.kind ?? kind) !== kind) {
    throw refusal.badRequest(`the object provided is unrecognized (must be of type ${kind})`)
  }
  const { name = call.name } = isObject(body.metadata) ? body.metadata : {}
  if (call.name !== undefined && name !== call.name) {
    throw refusal.badRequest(`name in URL does not match name in ${kind} object: ${String(name)}`)
  }
  const compiled = compileSchema(definition(schema))
  const object = compiled.applyDefaults(compiled.prune({ ...body, apiVersion, kind }))
  const causes = compiled.validate(object)
  if (causes.length > 0) throw refusal.invalid({ group, kind }, String(name ?? ''), causes)
  if (typeof name !== 'string') throw refusal.badRequest(`${kind} does not say which Pod it is for: metadata.name`)
  return { ...object, apiVersion, kind, metadata: { ...(readKeys(object, ['metadata']) as object), name } } // by its schema
}
