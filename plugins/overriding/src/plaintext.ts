import { definePlugin, type Manifest, on, render } from '@flotilla/sdk'
import { patched } from './document/patch.ts'

/** The manifest with JSON patches applied in turn. The first one that does not fit ends the whole override. */
export const overridePlaintext = ({ manifest, overriders }: render.Override): Manifest | undefined =>
  overriders.plaintext?.reduce(patched, manifest)

export const plaintextOverrider = definePlugin({
  name: 'plaintext-overrider',
  extensions: () => [on(render.override, overridePlaintext)],
})
