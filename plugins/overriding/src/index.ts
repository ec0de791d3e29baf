import type { Plugin } from '@flotilla/sdk'
import { annotationsOverrider } from './annotations.ts'
import { argsOverrider } from './args.ts'
import { commandOverrider } from './command.ts'
import { fieldOverrider } from './field.ts'
import { imageOverrider } from './image.ts'
import { labelsOverrider } from './labels.ts'
import { plaintextOverrider } from './plaintext.ts'

/** In the order in which the parts of a rule are applied, which is Karmada's. */
export const overridingPlugins: readonly Plugin[] = [
  imageOverrider,
  commandOverrider,
  argsOverrider,
  labelsOverrider,
  annotationsOverrider,
  fieldOverrider,
  plaintextOverrider,
]

export { overrideAnnotations } from './annotations.ts'
export { overrideArgs } from './args.ts'
export { overrideCommands } from './command.ts'
export { overrideFields } from './field.ts'
export { overrideImages } from './image.ts'
export { overrideLabels } from './labels.ts'
export { overridePlaintext } from './plaintext.ts'
