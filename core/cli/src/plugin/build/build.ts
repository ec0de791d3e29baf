import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { moduleDigest } from '@flotilla/sdk'
import { stringify } from 'yaml'
import { builtManifest, builtProgram, type PluginProject, readProject } from '../project.ts'
import { signatureBeside, signatureFile } from '../signature.ts'
import { assemblyscript } from './assemblyscript.ts'
import { go } from './go.ts'
import { javascript, typescript } from './javascript.ts'
import type { Toolchain } from './language.ts'
import { fillCustomization } from './lua.ts'
import { rust } from './rust.ts'

/** The first whose file is there compiles. */
const toolchains: readonly Toolchain[] = [assemblyscript, go, rust, typescript, javascript]

/** A program as text in a manifest may have so many characters: a Kubernetes object ends at about 1.5 MiB. */
const longestInline = 2 ** 20

/** What came out. */
export interface Built {
  /** To apply. */
  readonly manifest: string
  /** Of a module. */
  readonly program?: string
  readonly bytes?: number
  readonly sha256?: string
  /** Whether the manifest holds the program. */
  readonly isInline: boolean
}

/** A program as it stands in a manifest. */
export const inlineText = (program: Uint8Array, runtime: string): string =>
  Buffer.from(program).toString(runtime === 'wasm' ? 'base64' : 'utf8')

const toolchainOf = ({ folder }: PluginProject): Toolchain => {
  const found = toolchains.find(({ entry }) => existsSync(join(folder, entry)))
  if (found) return found
  const entries = toolchains.map(({ entry }) => entry)
  throw new Error(`${folder} has no program: there is none of ${entries.join(', ')}`)
}

function write(project: PluginProject): string {
  const file = builtManifest(project)
  writeFileSync(file, stringify(project.manifest.toJS(), { lineWidth: 0 })) // comments are for who writes it, not for who applies it
  return file
}

const digestAt = (file: string): string | undefined => (existsSync(file) ? moduleDigest(readFileSync(file)) : undefined)

/** The signature beside a program, which holds for the program it was made for alone. */
function signatureOf(program: string, isSame: boolean): string | undefined {
  if (isSame) return signatureBeside({ file: program })
  rmSync(signatureFile(program), { force: true })
  return undefined
}

async function buildModule(project: PluginProject): Promise<Built> {
  const { folder, manifest } = project
  const { runtime, compile } = toolchainOf(project)
  const program = builtProgram(project, runtime)
  const before = digestAt(program)
  await compile(folder, program)
  const bytes = readFileSync(program)
  const sha256 = moduleDigest(bytes)
  const signature = signatureOf(program, before === sha256)
  const text = inlineText(bytes, runtime)
  const isInline = text.length <= longestInline
  manifest.setIn(['spec', 'runtime'], runtime)
  manifest.setIn(['spec', 'source'], isInline ? { inline: text } : { file: relative(dirname(program), program) })
  manifest.setIn(['spec', 'sha256'], sha256)
  if (signature) manifest.setIn(['spec', 'signature'], signature)
  return { manifest: write(project), program, bytes: bytes.length, sha256, isInline }
}

/** Builds the project in a folder: its program, and the manifest that is applied. */
export async function build(path: string): Promise<Built> {
  const project = readProject(path)
  mkdirSync(join(project.folder, 'dist'), { recursive: true })
  if (project.kind === 'ResourceInterpreterModule') return buildModule(project)
  fillCustomization(project.folder, project.manifest)
  return { manifest: write(project), isInline: true }
}
