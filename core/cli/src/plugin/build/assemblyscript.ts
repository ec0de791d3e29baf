import { dirname, join } from 'node:path'
import type { Toolchain } from './language.ts'
import { installed, run } from './tool.ts'

const entry = 'assembly/plugin.ts'

export const assemblyscript: Toolchain = {
  runtime: 'wasm',
  entry,
  async compile(folder, to) {
    const install = `run npm install in ${folder}, with assemblyscript and json-as among its devDependencies`
    const home = dirname(installed(folder, 'assemblyscript/package.json', install))
    const transform = dirname(installed(folder, 'json-as/package.json', install))
    await run(
      {
        command: process.execPath,
        title: 'asc',
        args: [
          join(home, 'bin/asc.js'),
          entry,
          '-O3',
          // a program that is called again and again has to give its memory back
          ...['--runtime', 'incremental'],
          ...['--transform', transform],
          ...['--outFile', to],
          '--disableWarning',
        ],
        install,
      },
      folder,
    )
  },
}
