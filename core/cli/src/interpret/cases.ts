import { globSync } from 'node:fs'
import { caseOf, type InterpretingCase } from '@flotilla/sdk/cases'
import { Composer, type Document, LineCounter, type ParsedNode, Parser } from 'yaml'
import { contentOf, filesAt, isThere } from '../plan/files.ts'

/** A case as it stands in a file, or why it is none. */
export interface WrittenCase {
  /** `cases/web.yaml:12` */
  readonly from: string
  readonly words: InterpretingCase | undefined
  readonly error?: unknown
}

const isPattern = (path: string): boolean => /[*?[{]/.test(path)

/** What a path names: a file, those of a directory and below, or those that match. */
function filesNamed(path: string): readonly string[] {
  if (isThere(path)) return filesAt(path, true)
  const found = isPattern(path) ? globSync(path).sort() : []
  if (found.length === 0) throw new Error(`there is no ${path}`)
  return found.flatMap((file) => filesAt(file, true))
}

type Parsed = Document.Parsed<ParsedNode>

function* caseIn(document: Parsed, from: string): Generator<WrittenCase> {
  try {
    const [fault] = document.errors
    if (fault) throw fault
    const value: unknown = document.toJS()
    if (value !== null) yield { from, words: caseOf(value) }
  } catch (error) {
    yield { from, words: undefined, error }
  }
}

/** The line of what a document says first, or of what is wrong with it. */
function lineOf(document: Parsed, lines: LineCounter): number {
  const [fault] = document.errors
  return lines.linePos(fault ? fault.pos[0] : (document.contents?.range[0] ?? 0)).line
}

/** Document by document: the tree of one with many cases would hold much more than they do. */
function casesIn(file: string, content: string): readonly WrittenCase[] {
  const lines = new LineCounter()
  const composer = new Composer({ merge: true, prettyErrors: false })
  const found: WrittenCase[] = []
  for (const document of composer.compose(new Parser(lines.addNewLine).parse(content))) {
    found.push(...caseIn(document, `${file}:${lineOf(document, lines)}`))
  }
  return found
}

/** Every case in files, directories and what patterns match, in order. Throws when there is none. */
export async function readCases(paths: readonly string[]): Promise<readonly WrittenCase[]> {
  const found: WrittenCase[] = []
  for (const file of paths.flatMap(filesNamed))
    found.push(...casesIn(file === '-' ? 'standard input' : file, await contentOf(file)))
  if (found.length === 0) throw new Error(`there are no cases in ${paths.join(', ')}`)
  return found
}
