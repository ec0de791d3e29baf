import type { StatusCause } from '@flotilla/sdk'
import { applyObjectDefaults } from './defaults.ts'
import { wholeObject } from './metadata.ts'
import { pruneObject, unknownFields } from './prune.ts'
import type { Schema } from './schema.ts'
import { type Shape, shapeOf } from './shape.ts'
import { validatorOf } from './validate.ts'

/**
 * What a schema does with objects. Objects may be frozen and are never changed: where nothing had to be, the same object
 * comes out, else a new one that shares the rest.
 */
export interface CompiledSchema {
  /** Without the fields the schema does not know. */
  prune<T extends object>(object: T): T
  /** The paths of the fields the schema does not know: `spec.containers[0].foo`. */
  unknownFields(object: object): readonly string[]
  /** With defaults for what is missing; nulls count as missing where null is no value, amounts are written the one way. */
  applyDefaults<T extends object>(object: T): T
  /** What is wrong, in Kubernetes' reasons, words and paths. `metadata` is not looked at. */
  validate(object: object): readonly StatusCause[]
}

const compiled = new WeakMap<Schema, CompiledSchema>()

const withoutMetadata = (schema: Schema): Schema => {
  const { metadata: _, ...properties } = schema.properties ?? {}
  return { ...schema, properties: { ...properties, apiVersion: { type: 'string' }, kind: { type: 'string' } } }
}

function compile(schema: Schema): CompiledSchema {
  let shape: Shape | undefined
  const whole = (): Shape => (shape ??= shapeOf(wholeObject(schema)))
  const validate = validatorOf(withoutMetadata(schema))
  const pruned = <T extends object>(object: T) => pruneObject(object, whole()) as T // an object of the same kind
  return {
    prune: pruned,
    unknownFields: (object) => (pruned(object) === object ? [] : unknownFields(object, whole())),
    applyDefaults: <T extends object>(object: T) => applyObjectDefaults(object, whole()) as T, // likewise
    validate,
  }
}

/** Compiles a schema, lazily and once. */
export function compileSchema(schema: Schema): CompiledSchema {
  const found = compiled.get(schema)
  if (found) return found
  const fresh = compile(schema)
  compiled.set(schema, fresh)
  return fresh
}
