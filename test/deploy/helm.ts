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

/** What `helm template` prints: the chart with these values, as a release in karmada-system. Throws what it complains about. */
export async function rendered(values: object = {}, ...args: readonly string[]): Promise<string> {
  const running = run(
    process.env.HELM ?? 'helm',
    ['template', 'flotilla', chart, '--namespace', 'karmada-system', '--values', '-', ...args],
    { timeout: 60_000, maxBuffer: 8 << 20 },
  )
  running.child.stdin?.end(JSON.stringify(values))
  const { stdout } = await running
  return stdout
}

export const manifestsIn = (text: string): readonly Json[] =>
  parseAllDocuments(text)
    .map((document) => document.toJS() as Json)
    .filter((manifest) => manifest !== null)
