import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fieldAt, type Manifest, resourceInterpreterCustomizationKind } from '@flotilla/sdk'
import { operationNames } from '@flotilla/sdk/cases'
import { type Document, parseAllDocuments, parseDocument } from 'yaml'
import { naming, sentence } from '../output/sentence.ts'
import { problemsOf } from './check.ts'
import type { Interpreters } from './interpreters.ts'
import { asides, type Edited, editorText, isAside, readEdited, ruleOf } from './script.ts'

const { apiVersion, kind } = resourceInterpreterCustomizationKind

/** The one customization of a file; an empty one where there is no file yet. */
function documentIn(file: string): Document {
  if (!existsSync(file)) return parseDocument(`apiVersion: ${apiVersion}\nkind: ${kind}\n`)
  const documents = parseAllDocuments(readFileSync(file, 'utf8'))
  const [only, more] = Array.isArray(documents) ? documents : []
  if (!only || more) throw new Error('it has to hold one customization')
  if (only.errors[0]) throw only.errors[0]
  if (only.get('kind') !== kind) throw new Error(`it holds no ${kind}`)
  return only
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

function editedOf(manifest: unknown): Edited {
  const scripts = operationNames.flatMap((operation) => {
    const script = text(fieldAt(manifest, ['spec', 'customizations', ruleOf[operation], 'luaScript']))
    return script === '' ? [] : [[operation, script] as const]
  })
  const target = (key: string) => text(fieldAt(manifest, ['spec', 'target', key]))
  const name = text(fieldAt(manifest, ['metadata', 'name']))
  return { name, apiVersion: target('apiVersion'), kind: target('kind'), scripts: Object.fromEntries(scripts) }
}

/** Puts what was edited into a document, whose other words and comments stay. */
function put(document: Document, { name, apiVersion, kind, scripts }: Edited): void {
  document.setIn(['metadata', 'name'], name)
  document.setIn(['spec', 'target', 'apiVersion'], apiVersion)
  document.setIn(['spec', 'target', 'kind'], kind)
  if (!document.hasIn(['spec', 'customizations'])) document.setIn(['spec', 'customizations'], document.createNode({}))
  for (const operation of operationNames) {
    const path = ['spec', 'customizations', ruleOf[operation]]
    const script = scripts[operation]
    if (script === undefined) document.deleteIn(path)
    else if (text(document.getIn([...path, 'luaScript'])).trimEnd() !== script.trimEnd())
      document.setIn([...path, 'luaScript'], script)
  }
}

const textOf = (file: string, document: Document): string =>
  extname(file) === '.json' ? `${JSON.stringify(document.toJS(), undefined, 2)}\n` : document.toString({ lineWidth: 0 })

/** Lets a person edit a file. */
async function inEditor(file: string): Promise<void> {
  const editor = process.env.KUBE_EDITOR || process.env.EDITOR || 'vi'
  const child = spawn('sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit' })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`${editor} ended with ${code}`)
}

/** What is wrong with what was edited, and the document it makes. */
async function tried(interpreters: Interpreters, file: string, after: string) {
  try {
    const document = documentIn(file)
    put(document, readEdited(after))
    return { document, wrong: await problemsOf(interpreters, document.toJS() as Manifest) }
  } catch (error) {
    return { document: undefined, wrong: [sentence(error)] }
  }
}

/** What was written, without what was said to who wrote it. */
const written = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !isAside(line))
    .join('\n')

/**
 * Lets a person edit the scripts of a customization in a file, as often as it takes until the control plane would accept them. Gives
 * what became of it.
 */
export async function edit(interpreters: Interpreters, file: string, isExplained: boolean): Promise<string> {
  const original = editedOf((await naming(file, () => documentIn(file))).toJS())
  const draft = join(mkdtempSync(join(tmpdir(), 'flotilla-edit-')), 'customization.lua')
  let before = editorText(original, [], isExplained)
  for (;;) {
    writeFileSync(draft, before)
    await inEditor(draft)
    const after = readFileSync(draft, 'utf8')
    if (written(after) === written(before)) {
      if (written(after) === written(editorText(original))) return 'Edit cancelled, no changes made.'
      throw new Error(`it is not saved; what was written is in ${draft}`)
    }
    const { document, wrong } = await tried(interpreters, file, after)
    if (document && wrong.length === 0) {
      writeFileSync(file, textOf(file, document))
      const { name } = readEdited(after)
      return `resourceinterpretercustomization.config.karmada.io/${name} edited`
    }
    for (const each of wrong) console.error(each)
    before = `${asides(wrong)}${written(after)}`
  }
}
