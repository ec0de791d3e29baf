import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deepFreeze } from '../src/freeze.ts'
import { keyOf } from '../src/kind.ts'
import type { Manifest } from '../src/manifest.ts'
import type { Plugin } from '../src/plugin.ts'
import { Registry } from '../src/point.ts'
import { type Admission, mutate, refuse } from '../src/points/admit.ts'
import { fakeHost, type HostOptions } from './host.ts'

/** What a user may send in place of anything. */
const odd: readonly unknown[] = [null, 7, -1.5, '', 'x', true, [], {}, [null], [7], { x: null }]

/** Every copy of a value that has something odd in one place, and is the same elsewhere. */
export function* variants(value: unknown): Iterable<unknown> {
  yield* odd
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    for (const variant of variants(inner)) {
      if (Array.isArray(value)) yield value.with(Number(key), variant)
      else yield { ...value, [key]: variant }
    }
  }
}

/** Everything but what the API server has looked at before it asks: the kind and the metadata. */
function* oddManifests({ apiVersion, kind, metadata, ...content }: Manifest): Iterable<Manifest> {
  for (const [field, value] of Object.entries(content)) {
    yield { ...content, apiVersion, kind, metadata, [field]: undefined }
    for (const variant of variants(value)) yield { ...content, apiVersion, kind, metadata, [field]: variant }
  }
}

async function admit(registry: Registry, manifest: Manifest, before: Manifest | undefined): Promise<void> {
  const asked: Admission = {
    operation: before ? 'UPDATE' : 'CREATE',
    key: keyOf(manifest),
    manifest,
    user: 'user',
    dryRun: false,
    ...(before && { before }),
  }
  const changed = await registry.ask(mutate, deepFreeze(asked))
  await registry.ask(refuse, deepFreeze({ ...asked, manifest: changed }))
}

/**
 * Examines plugins at admission with objects of any shape: what a user sent is looked at before its schema is checked, and
 * whatever it is, a plugin must neither throw nor write to it. The samples should have every field the plugins look at.
 */
export function examineAnyShape(
  plugins: readonly Plugin[],
  samples: readonly Manifest[],
  options: HostOptions = {},
): void {
  const registry = new Registry()
  const host = fakeHost(options)
  for (const plugin of plugins) for (const each of plugin.extensions?.(host) ?? []) registry.add(each)
  for (const sample of samples) {
    test(`a ${sample.kind} of any shape is admitted or refused`, async () => {
      for (const manifest of oddManifests(sample)) {
        for (const before of [undefined, sample]) {
          await assert.doesNotReject(admit(registry, manifest, before), JSON.stringify(manifest))
        }
      }
    })
  }
}
