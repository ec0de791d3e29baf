import type { Stats } from 'node:fs'
import { readFile, realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, relative } from 'node:path'
import { type Fetched, longestProgram } from './program.ts'

/** Whether a path, once links are followed, is still below a directory. */
function isBelow(directory: string, path: string): boolean {
  const way = relative(directory, path)
  return way !== '' && !way.startsWith('..') && !isAbsolute(way)
}

/** The program in a file. Nothing outside of the directory is read, whatever links there are. */
export async function fromFile(file: string, directory: string | undefined): Promise<Fetched> {
  const path = await placeOf(file, directory)
  const found = await stat(path)
  if (found.size > longestProgram) throw new Error(`${file} is longer than ${longestProgram} bytes`)
  return { program: await readFile(path), version: versionIn(found) }
}

const versionIn = ({ mtimeMs, size, ino }: Stats): string => `${mtimeMs} ${size} ${ino}`

async function placeOf(file: string, directory: string | undefined): Promise<string> {
  if (!directory) throw new Error('the config file has no moduleDirectory')
  const [root, path] = await Promise.all([realpath(directory), realpath(join(directory, file))])
  if (!isBelow(root, path)) throw new Error(`${file} is not in the moduleDirectory`)
  return path
}

/** What of a file changes when it does; undefined while it is not there. */
export async function versionOf(file: string, directory: string | undefined): Promise<string | undefined> {
  try {
    return versionIn(await stat(await placeOf(file, directory)))
  } catch {
    return undefined
  }
}
