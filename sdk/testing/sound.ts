import assert from 'node:assert/strict'
import { kindText } from '../src/kind.ts'
import type { Manifest } from '../src/manifest.ts'

/** A changed object is still the same object. */
export function sameObject(after: Manifest, before: Manifest): void {
  const address = (object: Manifest) => [kindText(object), object.metadata.namespace, object.metadata.name]
  assert.deepEqual(address(after), address(before), 'a changed object keeps its kind and name')
}
