import { basename, resolve } from 'node:path'
import { isName, type LanguageName, project, type Target, writeProject } from '@flotilla/create-plugin'

/** What a person says to `flotilla plugin init`. */
export interface InitFlags {
  readonly language: LanguageName
  readonly kind: Target
  readonly inProcess?: boolean
}

/** Begins a plugin in a folder of its name. */
export function runInit(folder: string, { language, kind, inProcess = false }: InitFlags, version: string): void {
  const name = basename(resolve(folder))
  if (!isName(name))
    throw new Error(`${name} is no name for a plugin: lower case letters, digits and dashes, such as my-plugin`)
  writeProject(folder, project({ name, language, target: kind, version, inProcess }))
  console.log(`${folder} is there; its README.md says how to go on`)
}
