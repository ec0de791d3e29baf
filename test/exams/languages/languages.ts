import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Answering, startAnswering } from '@flotilla/cli'
import { createLog, readConfig } from '@flotilla/core'
import type { Ask, Manifest } from '@flotilla/sdk'
import { parse } from 'yaml'
import { root } from '../../root.ts'
import { serveWebhook } from './webhook.ts'

/** Starts an interpreter of Deployments, in a control plane, until the stack is disposed of. */
export type Language = (open: AsyncDisposableStack) => Promise<Ask>

const home = join(root, 'test/exams/languages')

const read = (file: string): Manifest => parse(readFileSync(join(home, file), 'utf8')) as Manifest

const machine = { config: readConfig(), log: createLog({ level: 'silent' }), version: '0.1.0' }

const answering =
  (words: Partial<Answering>): Language =>
  (open) =>
    startAnswering(open, { objects: [], plugins: [], ...words }, machine)

const written = (manifest: Manifest): Partial<Answering> => ({ objects: [{ manifest, from: 'the exam' }] })

/** What an interpreter may be written in, each the same interpreter of Deployments. */
export const languages = {
  'what is built in': answering({}),
  TypeScript: answering({ plugins: [fileURLToPath(new URL('plugin.js', import.meta.url))] }),
  Lua: answering(written(read('customization.yaml'))),
  'a webhook': async (open) => answering(written(await serveWebhook(open)))(open),
} satisfies Readonly<Record<string, Language>>
