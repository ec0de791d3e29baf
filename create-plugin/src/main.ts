import { readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type LanguageName, languageNames } from './languages.ts'
import { isName, project, targetOf } from './project.ts'
import { writeProject } from './write.ts'

const usage = `npm create @flotilla/plugin <folder> -- [--language ${languageNames.join('|')}] [--kind apps/v1/Deployment]`

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

const isLanguage = (text: string): text is LanguageName => languageNames.some((name) => name === text)

function wantedBy(args: readonly string[]): readonly [folder: string, language: LanguageName, kind: string] {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { language: { type: 'string', default: 'ts' }, kind: { type: 'string', default: 'apps/v1/Deployment' } },
  })
  const [folder, ...more] = positionals
  const { language, kind } = values
  if (folder === undefined || more.length > 0) throw new Error('it wants one folder')
  if (!isLanguage(language)) throw new Error(`there is no template for ${language}`)
  return [folder, language, kind]
}

/** `npm create @flotilla/plugin`; gives the exit code. */
export function main(args: readonly string[]): number {
  try {
    const [folder, language, kind] = wantedBy(args)
    const target = targetOf(kind)
    if (!target) throw new Error(`${kind} is not a kind; one looks like apps/v1/Deployment`)
    const name = basename(resolve(folder))
    if (!isName(name)) throw new Error(`${name} is not a name: lower case letters, digits and dashes`)
    writeProject(folder, project({ name, language, target, version }))
    console.log(`${folder} is there; its README.md says how to go on`)
    return 0
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\nusage: ${usage}`)
    return 2
  }
}
