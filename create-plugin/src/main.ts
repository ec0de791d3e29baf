import { readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type LanguageName, languageNames } from './languages.ts'
import { isName, project, targetOf } from './project.ts'
import { writeProject } from './write.ts'

const usage = `npm create @flotilla/plugin <folder> -- [--language ${languageNames.join('|')}] [--kind apps/v1/Deployment] [--in-process]`

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

const isLanguage = (text: string): text is LanguageName => languageNames.some((name) => name === text)

interface Wanted {
  readonly folder: string
  readonly language: LanguageName
  readonly kind: string
  readonly inProcess: boolean
}

function wantedBy(args: readonly string[]): Wanted {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      language: { type: 'string', default: 'ts' },
      kind: { type: 'string', default: 'apps/v1/Deployment' },
      'in-process': { type: 'boolean', default: false },
    },
  })
  const [folder, ...more] = positionals
  const { language, kind, 'in-process': inProcess } = values
  if (folder === undefined || more.length > 0) throw new Error('it wants one folder')
  if (!isLanguage(language)) throw new Error(`there is no template for ${language}`)
  if (inProcess && language !== 'ts') throw new Error('what runs in the control plane is written in TypeScript')
  return { folder, language, kind, inProcess }
}

/** `npm create @flotilla/plugin`; gives the exit code. */
export function main(args: readonly string[]): number {
  try {
    const { folder, kind, ...wanted } = wantedBy(args)
    const target = targetOf(kind)
    if (!target) throw new Error(`${kind} is not a kind; one looks like apps/v1/Deployment`)
    const name = basename(resolve(folder))
    if (!isName(name)) throw new Error(`${name} is not a name: lower case letters, digits and dashes`)
    writeProject(folder, project({ name, target, version, ...wanted }))
    console.log(`${folder} is there; its README.md says how to go on`)
    return 0
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\nusage: ${usage}`)
    return 2
  }
}
