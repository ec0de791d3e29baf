import type { Toolchain } from './language.ts'
import { run } from './tool.ts'

export const go: Toolchain = {
  runtime: 'wasm',
  entry: 'go.mod',
  async compile(folder, to) {
    await run(
      {
        command: 'go',
        args: ['build', '-buildmode=c-shared', '-trimpath', '-ldflags=-s -w', '-o', to, '.'],
        env: { GOOS: 'wasip1', GOARCH: 'wasm', GOFLAGS: '' },
        install: 'install Go 1.24 or newer, from https://go.dev/dl',
      },
      folder,
    )
  },
}
