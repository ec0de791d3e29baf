import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { bindingsOf, languageNames } from '@flotilla/create-plugin'

/** The bindings that a project has, as they are now. */
function bindingsIn(folder: string): ReadonlyMap<string, string> {
  const found = languageNames
    .map(bindingsOf)
    .find((bindings) => [...bindings.keys()].some((path) => existsSync(join(folder, path))))
  if (found) return found
  const places = new Set(languageNames.flatMap((language) => [...bindingsOf(language).keys()].slice(0, 1)))
  throw new Error(`${folder} has no bindings: there is none of ${[...places].join(', ')}`)
}

/** Writes the bindings of a project anew. */
export function runBindings(folder: string): void {
  for (const [path, text] of bindingsIn(folder)) {
    const file = join(folder, path)
    const isSame = existsSync(file) && readFileSync(file, 'utf8') === text
    if (!isSame) writeFileSync(file, text)
    console.log(`${relative(process.cwd(), file)}${isSame ? ' is what it was' : ' is new'}`)
  }
}
