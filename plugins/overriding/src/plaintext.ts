import { type Cluster, definePlugin, type Manifest, on, type PlaintextOverrider, render } from '@flotilla/sdk'
import { anyValue, computed } from './document/computed.ts'
import { patched, read, steps } from './document/patch.ts'

function overridePath(manifest: Manifest, overrider: PlaintextOverrider, cluster: Cluster): Manifest {
  const { cel, ...change } = overrider
  if (cel === undefined) return patched(manifest, change)
  const { path } = change
  const value = computed(cel, { manifest, cluster }, { path, value: read(manifest, steps(path)), as: anyValue })
  return patched(manifest, { ...change, value })
}

/** The manifest with JSON patches applied in turn. The first one that does not fit ends the whole override. */
export const overridePlaintext = ({ manifest, cluster, overriders }: render.Override): Manifest | undefined =>
  overriders.plaintext?.reduce((before, each) => overridePath(before, each, cluster), manifest)

export const plaintextOverrider = definePlugin({
  name: 'plaintext-overrider',
  extensions: () => [on(render.override, overridePlaintext)],
})
