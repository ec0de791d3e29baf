import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Language, type LanguageName, languages } from './languages.ts'

/** A kind of objects. */
export interface Target {
  readonly apiVersion: string
  readonly kind: string
}

/** A plugin that is begun. */
export interface Project {
  readonly name: string
  readonly language: LanguageName
  readonly target: Target
  /** Of Flotilla. */
  readonly version: string
  /** An npm package that runs inside the control plane, instead of a program for its sandbox. In TypeScript alone. */
  readonly inProcess?: boolean
}

/** `apps/v1/Deployment` or `v1/Pod`; undefined when it is neither. */
export function targetOf(text: string): Target | undefined {
  const [, apiVersion, kind] = /^((?:[a-z0-9.-]+\/)?v[a-z0-9]+)\/([A-Z][A-Za-z0-9]*)$/.exec(text) ?? []
  return apiVersion && kind ? { apiVersion, kind } : undefined
}

/** Whether it can be the name of a package in all languages, and of an object of Kubernetes. */
export const isName = (text: string): boolean => /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text)

const home = fileURLToPath(new URL('../templates', import.meta.url))

/** Files below a folder of templates, by path. npm takes a `.gitignore` for its own. */
const template = (folder: string): readonly (readonly [path: string, text: string])[] =>
  globSync('**/*.*', { cwd: join(home, folder) })
    .concat(globSync('gitignore', { cwd: join(home, folder) }))
    .sort()
    .map((path) => [path.replace(/^gitignore$/, '.gitignore'), readFileSync(join(home, folder, path), 'utf8')])

/** The generated files of a language, by where they go. */
export const bindingsOf = (language: LanguageName): ReadonlyMap<string, string> => {
  const { bindings }: Language = languages[language]
  const read = (from: string) => readFileSync(new URL(import.meta.resolve(`@flotilla/sdk/guest/${from}`)), 'utf8')
  return new Map(Object.entries(bindings).map(([from, to]) => [to, read(from)]))
}

const artifact = ({ runtime }: Language, name: string): string =>
  runtime === 'lua' ? `${name}.yaml` : `${name}.${runtime === 'wasm' ? 'wasm' : 'js'}, and ${name}.yaml to apply`

function wordsOf({ name, language, target, version }: Project): Readonly<Record<string, string>> {
  const known: Language = languages[language]
  const { title, runtime, needs, source, bindings } = known
  const [binding = ''] = Object.values(bindings)
  return {
    name,
    version,
    ...target,
    runtime,
    language: title,
    needs,
    source,
    artifact: artifact(known, name),
    bench: runtime === 'lua' ? '' : 'flotilla plugin bench     # says how fast it answers\n',
    limits: runtime === 'lua' ? '' : ', and what it may use',
    bindings:
      binding &&
      `- \`${binding}\` says what is asked and what may be answered. It is generated: \`flotilla plugin bindings\` makes it anew with a newer Flotilla.`,
  }
}

/** The folders of templates a project is made of; a later one may have a file of an earlier one in other words. */
function templatesOf({ language, inProcess = false }: Project): readonly string[] {
  if (inProcess) return ['all', 'package']
  return languages[language].runtime === 'lua' ? ['all', language] : ['all', 'module', language]
}

/** The files of a new plugin, by path. */
export function project(wanted: Project): ReadonlyMap<string, string> {
  const words = wordsOf(wanted)
  const filled = (text: string): string => text.replace(/\{\{(\w+)\}\}/g, (whole, word: string) => words[word] ?? whole)
  const files = templatesOf(wanted).flatMap(template)
  return new Map([
    ...files.map(([path, text]) => [path, filled(text)] as const),
    ...(wanted.inProcess ? [] : bindingsOf(wanted.language)), // as they are
  ])
}
