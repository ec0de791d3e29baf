import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Toolchain } from './language.ts'
import { run } from './tool.ts'

const target = 'wasm32-unknown-unknown'
const install = 'install Rust, from https://rustup.rs'

/** Without its library, the compiler says only that it cannot find `core`. */
async function needTarget(folder: string): Promise<void> {
  const root = (await run({ command: 'rustc', args: ['--print', 'sysroot'], install }, folder)).trim()
  if (!existsSync(join(root, 'lib/rustlib', target)))
    throw new Error(`Rust cannot compile to WASM yet: run rustup target add ${target}`)
}

export const rust: Toolchain = {
  runtime: 'wasm',
  entry: 'Cargo.toml',
  async compile(folder, to) {
    await needTarget(folder)
    const home = join(folder, 'target')
    const args = ['build', '--release', '--lib', '--target', target, '--target-dir', home]
    await run({ command: 'cargo', args, install }, folder)
    copyFileSync(join(home, target, 'release/guest.wasm'), to)
  },
}
