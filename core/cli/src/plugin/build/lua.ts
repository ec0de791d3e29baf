import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { CustomizationRules } from '@flotilla/sdk'
import type { Document } from 'yaml'

/** The function that each script defines. */
const functions: Readonly<Record<keyof CustomizationRules, string>> = {
  retention: 'Retain',
  replicaResource: 'GetReplicas',
  componentResource: 'GetComponents',
  replicaRevision: 'ReviseReplica',
  statusReflection: 'ReflectStatus',
  statusAggregation: 'AggregateStatus',
  healthInterpretation: 'InterpretHealth',
  dependencyInterpretation: 'GetDependencies',
}

const isOperation = (name: string): name is keyof CustomizationRules => Object.hasOwn(functions, name)

/** A script, checked for the one thing that is forgotten most. */
function script(folder: string, file: string): readonly [operation: string, text: string] {
  const operation = basename(file, '.lua')
  if (!isOperation(operation))
    throw new Error(`${file}: there is no ${operation}; a script is called ${Object.keys(functions).join(', ')}`)
  const text = readFileSync(join(folder, file), 'utf8')
  const name = functions[operation]
  if (!new RegExp(`\\b${name}\\b`).test(text)) throw new Error(`${file}: it does not define the function ${name}`)
  return [operation, text]
}

/** Puts the scripts of a project into its customization. */
export function fillCustomization(folder: string, manifest: Document): void {
  const files = globSync('lua/*.lua', { cwd: folder }).sort()
  if (files.length === 0)
    throw new Error(`${join(folder, 'lua')} has no scripts; one is called healthInterpretation.lua`)
  for (const file of files) {
    const [operation, text] = script(folder, file)
    manifest.setIn(['spec', 'customizations', operation, 'luaScript'], text)
  }
}
