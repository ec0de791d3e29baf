import { definePlugin, type Manifest, on, render } from '@flotilla/sdk'
import { overrideWords } from './document/words.ts'

/** The manifest with the commands of containers overridden. */
export const overrideCommands = ({ overriders, ...scene }: render.Override): Manifest | undefined =>
  overrideWords(scene, 'command', overriders.commandOverrider)

export const commandOverrider = definePlugin({
  name: 'command-overrider',
  extensions: () => [on(render.override, overrideCommands)],
})
