import { readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { isFields, type Manifest } from '@flotilla/sdk'
import { parseAllDocuments } from 'yaml'
import { sentence } from '../output/sentence.ts'

/** An object as someone wrote it. It may lack a namespace, and need not be valid. */
export interface Written {
  readonly manifest: Manifest
  /** The file it stands in, for messages. */
  readonly from: string
}

export interface FileOptions {
  /** Files, directories and URLs; `-` is standard input. */
  readonly paths: readonly string[]
  /** Whether directories are followed down. */
  readonly recursive: boolean
}

const endings: ReadonlySet<string> = new Set(['.yaml', '.yml', '.json'])

const isUrl = (path: string): boolean => /^https?:\/\//.test(path)

/** Whether a path is there, as far as that is known without reading it. */
export const isThere = (path: string): boolean =>
  path === '-' || isUrl(path) || statSync(path, { throwIfNoEntry: false }) !== undefined

/** A file that is named is read whatever it is called; of a directory those that end as manifests do, in order. */
export function filesAt(path: string, recursive: boolean): readonly string[] {
  if (path === '-' || isUrl(path) || !statSync(path).isDirectory()) return [path]
  return readdirSync(path, { recursive, encoding: 'utf8' })
    .filter((name) => endings.has(extname(name)))
    .sort()
    .map((name) => join(path, name))
    .filter((file) => statSync(file).isFile())
}

/** Milliseconds a server has for what is behind a URL. */
const patience = 30_000

async function fetched(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(patience) })
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`)
  return response.text()
}

/** What stands in a file, behind a URL, or comes from standard input. */
export async function contentOf(file: string): Promise<string> {
  if (file === '-') return text(process.stdin)
  return isUrl(file) ? fetched(file) : readFileSync(file, 'utf8')
}

/** The documents of a file. JSON is YAML. Empty ones say nothing. */
function documentsOf(content: string): readonly unknown[] {
  const documents = parseAllDocuments(content, { merge: true })
  if (!Array.isArray(documents)) return []
  for (const { errors } of documents) if (errors[0]) throw errors[0]
  return documents.map((document) => document.toJS() as unknown).filter((value) => value !== null)
}

/** A list is what is in it. */
const inList = (value: unknown): readonly unknown[] =>
  isFields(value) && typeof value.kind === 'string' && value.kind.endsWith('List') && Array.isArray(value.items)
    ? value.items.flatMap(inList)
    : [value]

function checked(value: unknown): Manifest {
  if (!isFields(value)) throw new Error('a document in it is not an object')
  const { apiVersion, kind, metadata } = value
  if (typeof apiVersion !== 'string' || !apiVersion) throw new Error('an object in it has no apiVersion')
  if (typeof kind !== 'string' || !kind) throw new Error('an object in it has no kind')
  const name = isFields(metadata) ? metadata.name : undefined
  if (typeof name !== 'string' || !name) throw new Error(`a ${kind} in it has no metadata.name`)
  return value as unknown as Manifest // as far as it has to be known here
}

async function inFile(file: string): Promise<readonly Written[]> {
  const from = file === '-' ? 'standard input' : file
  try {
    return documentsOf(await contentOf(file))
      .flatMap(inList)
      .map((value) => ({ manifest: checked(value), from }))
  } catch (cause) {
    throw new Error(`${from}: ${sentence(cause)}`, { cause })
  }
}

/** Every object in the files, in the order they are named. Throws with the file when one cannot be read. */
export async function readFiles({ paths, recursive }: FileOptions): Promise<readonly Written[]> {
  const found: Written[] = []
  for (const path of paths) for (const file of filesAt(path, recursive)) found.push(...(await inFile(file)))
  if (found.length === 0) throw new Error(`there are no objects in ${paths.join(', ')}`)
  return found
}
