import { existsSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { isFields } from '@flotilla/sdk'
import { type Document, LineCounter, parseDocument } from 'yaml'

/** The file of a project that says what the control plane is told. */
export const manifestName = 'plugin.yaml'

/** A plugin's folder, as far as its manifest says. */
export interface PluginProject {
  readonly folder: string
  readonly name: string
  readonly manifest: Document
  readonly kind: 'ResourceInterpreterModule' | 'ResourceInterpreterCustomization'
}

/** Parses a manifest; what is wrong with it is told with its place. */
export function parseManifest(file: string, text = readFileSync(file, 'utf8')): Document {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [fault] = document.errors
  if (fault) throw new Error(`${file}:${lines.linePos(fault.pos[0]).line}: ${fault.message}`)
  return document
}

const kinds = ['ResourceInterpreterModule', 'ResourceInterpreterCustomization'] as const

/** Reads the project in a folder. */
export function readProject(path: string): PluginProject {
  const folder = resolve(path)
  const file = join(folder, manifestName)
  if (!existsSync(file))
    throw new Error(`${path} is no plugin: it has no ${manifestName}; flotilla plugin init NAME begins one`)
  const manifest = parseManifest(file)
  const value: unknown = manifest.toJS()
  const kind = kinds.find((known) => isFields(value) && value.kind === known)
  if (!kind) throw new Error(`${file}: its kind is none of ${kinds.join(', ')}`)
  const name = manifest.getIn(['metadata', 'name'])
  if (typeof name !== 'string' || name !== basename(name)) throw new Error(`${file}: it has no metadata.name`)
  return { folder, name, manifest, kind }
}

/** Where a project's manifest is built to. */
export const builtManifest = ({ folder, name }: Pick<PluginProject, 'folder' | 'name'>): string =>
  join(folder, 'dist', `${name}.yaml`)

/** Where a project's program is built to. */
export const builtProgram = ({ folder, name }: Pick<PluginProject, 'folder' | 'name'>, runtime: string): string =>
  join(folder, 'dist', `${name}.${runtime === 'wasm' ? 'wasm' : 'js'}`)
