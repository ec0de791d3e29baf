import { definePlugin, type Manifest, on, render } from '@flotilla/sdk'
import { overrideWords } from './document/words.ts'

/** The manifest with the arguments of containers overridden. */
export const overrideArgs = ({ manifest, overriders }: render.Override): Manifest | undefined =>
  overrideWords(manifest, 'args', overriders.argsOverrider)

export const argsOverrider = definePlugin({
  name: 'args-overrider',
  extensions: () => [on(render.override, overrideArgs)],
})
