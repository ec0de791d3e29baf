import { pathToFileURL } from 'node:url'
import type { Toolchain } from './language.ts'
import { installed } from './tool.ts'

/** The part of esbuild that is needed. */
interface Bundler {
  readonly build: (options: object) => Promise<unknown>
}

/** What esbuild says is wrong. */
interface Message {
  readonly text: string
  readonly location: { readonly file: string; readonly line: number; readonly column: number } | null
}

const said = ({ text, location }: Message): string =>
  location ? `${location.file}:${location.line}:${location.column}: ${text}` : text

const messagesOf = (error: unknown): readonly Message[] =>
  error instanceof Error && 'errors' in error && Array.isArray(error.errors) ? error.errors : []

async function bundle(folder: string, entry: string, to: string): Promise<void> {
  const install = `run npm install in ${folder}, with esbuild among its devDependencies`
  const path = installed(folder, 'esbuild', install)
  const { build } = (await import(pathToFileURL(path).href)) as Bundler
  try {
    await build({
      absWorkingDir: folder,
      entryPoints: [entry],
      outfile: to,
      bundle: true,
      format: 'esm',
      platform: 'neutral',
      target: 'es2024',
      charset: 'utf8',
      logLevel: 'silent',
    })
  } catch (error) {
    const messages = messagesOf(error).map(said)
    for (const message of messages) console.error(message)
    throw messages.length > 0 ? new Error(messages[0], { cause: error }) : error
  }
}

/** Everything in one file: a program in a sandbox imports nothing. */
const bundled = (entry: string): Toolchain => ({
  runtime: 'javascript',
  entry,
  compile: (folder, to) => bundle(folder, entry, to),
})

export const typescript = bundled('src/plugin.ts')
export const javascript = bundled('src/plugin.js')
