import { definePlugin, type Manifest, on, render } from '@flotilla/sdk'
import { overrideWords } from './document/words.ts'

/** The manifest with the commands of containers overridden. */
export const overrideCommands = ({ manifest, overriders }: render.Override): Manifest | undefined =>
  overrideWords(manifest, 'command', overriders.commandOverrider)

export const commandOverrider = definePlugin({
  name: 'command-overrider',
  extensions: () => [on(render.override, overrideCommands)],
})
