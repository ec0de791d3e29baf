import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { root } from './root.ts'

const run = promisify(execFile)
const { resolve } = createRequire(import.meta.url)

/** A WASM module from a guest in AssemblyScript, with the bindings of the sdk beside it. Gives the file it is in. */
export async function assembled(source: string, name: string): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'assembly-'))
  const file = join(home, `${name}.wasm`)
  symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'))
  cpSync(join(root, 'sdk/guest/assemblyscript'), join(home, 'flotilla'), { recursive: true })
  writeFileSync(join(home, `${name}.ts`), source)
  const asc = join(dirname(resolve('assemblyscript/package.json')), 'bin/asc.js')
  const json = dirname(resolve('json-as/package.json'))
  await run(
    process.execPath,
    [asc, `${name}.ts`, '-O1', '--runtime', 'incremental', '--transform', json, '--outFile', file, '--disableWarning'],
    { cwd: home, timeout: 120_000 },
  )
  return file
}
