import { definePlugin, type Manifest, on, render } from '@flotilla/sdk'
import { overrideWords } from './document/words.ts'

/** The manifest with the arguments of containers overridden. */
export const overrideArgs = ({ overriders, ...scene }: render.Override): Manifest | undefined =>
  overrideWords(scene, 'args', overriders.argsOverrider)

export const argsOverrider = definePlugin({
  name: 'args-overrider',
  extensions: () => [on(render.override, overrideArgs)],
})
