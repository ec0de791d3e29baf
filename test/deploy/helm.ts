import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parseAllDocuments } from 'yaml'
import type { Json } from '../kubectl.ts'
import { root } from '../root.ts'

const run = promisify(execFile)

/** Why nothing is rendered; false when it is. */
export const without = process.env.HELM ? false : 'HELM is not set: test/helm/build prints what it should be'

export const chart = join(root, 'deploy', 'chart', 'flotilla')

/** Runs helm, with values on its standard input; what it prints. Throws what it complains about. */
export async function helm(args: readonly string[], values: object = {}): Promise<string> {
  const running = run(process.env.HELM ?? 'helm', args, { timeout: 120_000, maxBuffer: 8 << 20 })
  running.child.stdin?.end(JSON.stringify(values))
  const { stdout } = await running
  return stdout
}

/** What says which release is meant: that of karmada-system. */
export const release = ['flotilla', chart, '--namespace', 'karmada-system', '--values', '-'] as const

/** The chart with these values. */
export const rendered = (values: object = {}): Promise<string> => helm(['template', ...release], values)

export const manifestsIn = (text: string): readonly Json[] =>
  parseAllDocuments(text)
    .map((document) => document.toJS() as Json)
    .filter((manifest) => manifest !== null)
