import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Answering, startAnswering } from '@flotilla/cli'
import { createLog, readConfig } from '@flotilla/core'
import { type Ask, type Manifest, resourceInterpreterModuleKind } from '@flotilla/sdk'
import { parse } from 'yaml'
import { root } from '../../root.ts'
import { assembled } from './assemblyscript.ts'
import { serveWebhook } from './webhook.ts'

/** Starts an interpreter of Deployments, in a control plane, until the stack is disposed of. */
export type Language = (open: AsyncDisposableStack) => Promise<Ask>

const home = join(root, 'test/exams/languages')

/** What stands in a file of the exam. */
export const read = (file: string): string => readFileSync(join(home, file), 'utf8')

const machine = { config: readConfig(), log: createLog({ level: 'silent' }), version: '0.1.0' }

const answering =
  (words: Partial<Answering>): Language =>
  (open) =>
    startAnswering(open, { objects: [], plugins: [], ...words }, machine)

const written = (manifest: Manifest): Partial<Answering> => ({ objects: [{ manifest, from: 'the exam' }] })

/** A program for a sandbox, as who operates a control plane applies it. */
const moduleOf = (runtime: 'javascript' | 'wasm', inline: string): Partial<Answering> => {
  const { apiVersion, kind } = resourceInterpreterModuleKind
  const targets = [{ apiVersion: 'apps/v1', kind: 'Deployment' }]
  const spec = { runtime, targets, source: { inline } }
  return written({ apiVersion, kind, metadata: { name: `deployments-in-${runtime}` }, spec } as Manifest)
}

/** What an interpreter may be written in, each the same interpreter of Deployments. */
export const languages = {
  'what is built in': answering({}),
  TypeScript: answering({ plugins: [fileURLToPath(new URL('plugin.js', import.meta.url))] }),
  Lua: answering(written(parse(read('customization.yaml')) as Manifest)),
  JavaScript: answering(moduleOf('javascript', read('guest/javascript.js'))),
  AssemblyScript: async (open) => answering(moduleOf('wasm', Buffer.from(await assembled()).toString('base64')))(open),
  'a webhook': async (open) => answering(written(await serveWebhook(open)))(open),
} satisfies Readonly<Record<string, Language>>
