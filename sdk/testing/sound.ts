import assert from 'node:assert/strict'
import { kindText } from '../src/kind.ts'
import type { Manifest } from '../src/manifest.ts'
import type { AboutClusters, PerCluster } from '../src/rules.ts'

/** Only clusters in question are spoken of. */
export function onlyAbout(answer: PerCluster<unknown>, { clusters }: AboutClusters): void {
  const names = new Set(clusters.map(({ metadata }) => metadata.name))
  const strangers = Object.keys(answer).filter((name) => !names.has(name))
  assert.deepEqual(strangers, [], 'an answer is about the clusters in question')
}

/** A changed object is still the same object. */
export function sameObject(after: Manifest, before: Manifest): void {
  const address = (object: Manifest) => [kindText(object), object.metadata.namespace, object.metadata.name]
  assert.deepEqual(address(after), address(before), 'a changed object keeps its kind and name')
}
