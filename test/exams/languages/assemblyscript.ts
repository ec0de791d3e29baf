import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../../root.ts'

const run = promisify(execFile)
const home = (name: string): string => dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))

/** Compiles the interpreter in AssemblyScript, with the bindings beside it as in an author's project. */
export async function assembled(): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-assemblyscript-'))
  cpSync(join(root, 'test/exams/languages/guest/assemblyscript'), folder, { recursive: true })
  cpSync(join(root, 'sdk/guest/assemblyscript'), join(folder, 'flotilla'), { recursive: true })
  const asc = join(home('assemblyscript'), 'bin/asc.js')
  const how = ['-O3', '--runtime', 'incremental', '--transform', home('json-as'), '--path', dirname(home('json-as'))]
  await run(process.execPath, [asc, 'deployment.ts', ...how, '--outFile', 'deployment.wasm'], { cwd: folder })
  return readFileSync(join(folder, 'deployment.wasm'))
}
