import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Writes files into a folder that is not there, or has nothing in it. */
export function writeProject(folder: string, files: ReadonlyMap<string, string>): void {
  const there = statSync(folder, { throwIfNoEntry: false })
  if (there && !there.isDirectory()) throw new Error(`${folder} is a file; choose another folder`)
  const [first] = there ? readdirSync(folder) : []
  if (first !== undefined) throw new Error(`${folder} is not empty: it has ${first}; choose another folder`)
  for (const [path, text] of files) {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}
