import { dirname, join } from 'node:path'
import type { PluginPackage } from '../package.ts'
import { installed, run } from './tool.ts'

/** Compiles a package with its own tsconfig.json. */
export async function compilePackage({ folder }: PluginPackage): Promise<void> {
  const install = `run npm install in ${folder}, with typescript among its devDependencies`
  const home = dirname(installed(folder, 'typescript/package.json', install))
  await run(
    { command: process.execPath, title: 'tsc', args: [join(home, 'bin/tsc'), '--pretty', 'false'], install },
    folder,
  )
}
