import { readFileSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import {
  type About,
  fieldAt,
  type Manifest,
  type ResourceInterpreterModule,
  resourceInterpreterModuleKind,
  withField,
} from '@flotilla/sdk'
import { naming } from '../output/sentence.ts'
import { readFiles, type Written } from '../plan/files.ts'
import { inlineText } from '../plugin/build/build.ts'
import { readProgram } from '../plugin/program.ts'

const programs: ReadonlySet<string> = new Set(['.wasm', '.js', '.mjs'])

const isProgram = (file: string): boolean => programs.has(extname(file))

/** A name that an object may have. */
const objectName = (file: string): string =>
  basename(file, extname(file))
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]+/g, '-')
    .replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, '') || 'module'

/** A program as a module that is asked about some kinds. */
function moduleOf(file: string, targets: readonly About[]): Written {
  const { runtime, bytes } = readProgram(file)
  const { apiVersion, kind } = resourceInterpreterModuleKind
  const spec = { runtime, targets, source: { inline: inlineText(bytes, runtime) } }
  const manifest: ResourceInterpreterModule = { apiVersion, kind, metadata: { name: objectName(file) }, spec }
  return { manifest, from: file }
}

/** A module whose program is a file, with the program in it: here the file is beside the manifest. */
function withProgram({ manifest, from }: Written): Written {
  const file = fieldAt(manifest, ['spec', 'source', 'file'])
  if (manifest.kind !== resourceInterpreterModuleKind.kind || typeof file !== 'string') return { manifest, from }
  const bytes = readFileSync(join(dirname(from), file))
  const inline = inlineText(bytes, String(fieldAt(manifest, ['spec', 'runtime'])))
  return { manifest: withField<Manifest>(manifest, ['spec', 'source'], { inline }), from }
}

async function readOne(path: string, recursive: boolean, targets: readonly About[]): Promise<readonly Written[]> {
  if (isProgram(path)) return [await naming(path, () => moduleOf(path, targets))]
  const written = await readFiles({ paths: [path], recursive })
  return Promise.all(written.map((each) => naming(each.from, () => withProgram(each))))
}

/** Interpreters in files: objects, and programs, which are asked about the kinds that are in question. */
export async function readInterpreters(
  paths: readonly string[],
  recursive: boolean,
  kinds: readonly About[],
): Promise<readonly Written[]> {
  const read: Written[] = []
  for (const path of paths) read.push(...(await readOne(path, recursive, kinds)))
  return read
}

/** The kinds of objects, each once. */
export function kindsOf(objects: readonly (Manifest | undefined)[]): readonly About[] {
  const kinds = objects.flatMap((object) => (object ? [{ apiVersion: object.apiVersion, kind: object.kind }] : []))
  return [...new Map(kinds.map((each) => [`${each.apiVersion} ${each.kind}`, each])).values()]
}
