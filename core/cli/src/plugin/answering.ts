import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { Ask, Manifest } from '@flotilla/sdk'
import { readCases, type WrittenCase } from '../interpret/cases.ts'
import { startAnswering } from '../interpret/interpreters.ts'
import type { Written } from '../plan/files.ts'
import { machineOf } from '../plan/machine.ts'
import { inlineText } from './build/build.ts'
import { readExchanges, type WrittenExchange } from './exchange.ts'
import { type PluginPackage, packageIn } from './package.ts'
import { builtManifest, parseManifest, readProject } from './project.ts'

/** What was built of a project: its manifest, with the program in it however large that is. */
function builtOf(folder: string): Written {
  const file = builtManifest(readProject(folder))
  const from = relative(process.cwd(), file)
  if (!existsSync(file)) throw new Error(`there is no ${from}: run flotilla plugin build`)
  const document = parseManifest(file)
  const program = document.getIn(['spec', 'source', 'file'])
  if (typeof program === 'string') {
    const runtime = String(document.getIn(['spec', 'runtime']))
    document.setIn(['spec', 'source'], { inline: inlineText(readFileSync(join(dirname(file), program)), runtime) })
  }
  return { manifest: document.toJS() as Manifest, from } // the control plane looks at it
}

/** A built plugin in its sandbox, alone, and what it is asked. */
export interface Answering {
  readonly name: string
  readonly ask: Ask
  readonly cases: readonly WrittenCase[]
  readonly exchanges: readonly WrittenExchange[]
}

/** The cases at the paths, or those of a project: in its folder `cases`, if it has one. */
async function casesOf(folder: string, paths: readonly string[] | undefined): Promise<readonly WrittenCase[]> {
  const own = join(folder, 'cases')
  return paths || existsSync(own) ? readCases(paths ?? [own]) : []
}

const inSandbox = (built: Written) => ({ name: built.manifest.metadata.name, objects: [built], plugins: [] })

function inProcess({ name, entry }: PluginPackage) {
  if (!existsSync(entry)) throw new Error(`there is no ${relative(process.cwd(), entry)}: run flotilla plugin build`)
  return { name, objects: [], plugins: [entry] }
}

/** Starts what was built of a project; it ends with the stack. */
export async function startBuilt(
  open: AsyncDisposableStack,
  folder: string,
  paths: readonly string[] | undefined,
  version: string,
): Promise<Answering> {
  const cases = await casesOf(folder, paths)
  const exchanges = paths ? [] : readExchanges(folder)
  if (cases.length + exchanges.length === 0)
    throw new Error(`${folder} has neither cases/ nor exchanges/: there is nothing to ask`)
  const found = packageIn(folder)
  const who = found ? inProcess(found) : inSandbox(builtOf(folder))
  return { name: who.name, ask: await startAnswering(open, who, machineOf({}, version)), cases, exchanges }
}
