import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deepFreeze, type Manifest } from '@flotilla/sdk'
import type { Resource } from '../resource.ts'
import { compileSchema } from '../schema/structural.ts'
import { builtins } from './index.ts'

type Object = Readonly<Record<string, unknown>>

/** A built-in kind by its name. */
export function builtin(kind: string): Resource {
  const found = builtins.find((resource) => resource.kind === kind)
  if (!found) throw new Error(`there is no kind ${kind}`)
  return found
}

/** An object of a kind, named `test`. */
export const object = (kind: string, fields: Object, metadata: Object = {}): Manifest => {
  const { group, version, namespaced } = builtin(kind)
  const apiVersion = group ? `${group}/${version}` : version
  const place = namespaced ? { namespace: 'default' } : {}
  return deepFreeze({ apiVersion, kind, metadata: { name: 'test', ...place, ...metadata }, ...fields })
}

const compiledOf = (kind: string) => compileSchema(builtin(kind).schema ?? {})

/** An object as the server would keep it, whether it is valid or not. */
export function stored(given: Manifest, before?: Manifest): Manifest {
  const { strategy } = builtin(given.kind)
  const { prune, applyDefaults } = compiledOf(given.kind)
  const filled = deepFreeze(applyDefaults(prune(given)))
  const ready = before ? strategy.prepareForUpdate?.(filled, before) : strategy.prepareForCreate?.(filled)
  return deepFreeze(ready ?? filled)
}

/** What is wrong with an object, each as `field: message`. What its schema refuses is not looked at any further. */
export function wrongWith(given: Manifest, before?: Manifest): readonly string[] {
  const { strategy } = builtin(given.kind)
  const { prune, applyDefaults, validate } = compiledOf(given.kind)
  const shape = validate(applyDefaults(prune(given)))
  const causes = shape.length > 0 ? shape : (strategy.validate?.(stored(given, before), before) ?? [])
  return causes.map(({ field, message }) => `${field}: ${message}`)
}

/** The row `kubectl get` shows, wide or not. */
export const row = (given: Manifest, now: Date, wide = false): readonly unknown[] =>
  builtin(given.kind)
    .columns.filter(({ priority = 0 }) => wide || priority === 0)
    .map(({ cell }) => cell(given, now))

/** A case: what is wrong (nothing, or `field: message`) with fields of a kind, given the same kind's fields before. */
export type Case = readonly [what: string, fields: Object, wrong: readonly string[], before?: Object]

/** Checks what is wrong with objects of a kind. */
export function examine(kind: string, cases: readonly Case[]): void {
  describe(kind, () => {
    for (const [what, fields, wrong, before] of cases) {
      test(what, () => {
        const old = before && stored(object(kind, before))
        assert.deepEqual(wrongWith(object(kind, fields), old), wrong)
      })
    }
  })
}
