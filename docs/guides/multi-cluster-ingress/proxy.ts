import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Files } from './haproxy.ts'

const run = promisify(execFile)

/** A proxy that was left running when the control plane was killed: it hands its place over to a new one. */
async function leftRunning(pidFile: string, config: string): Promise<readonly string[]> {
  const read = (path: string) => readFile(path, 'utf8').catch(() => '')
  const pid = (await read(pidFile)).trim()
  const isOurs = pid !== '' && (await read(`/proc/${pid}/cmdline`)).includes(config)
  return isOurs ? ['-sf', pid] : []
}

/** HAProxy in its master-worker mode: SIGUSR2 makes new workers, and the old ones finish what they have begun. */
export class HaProxy {
  readonly #directory: string
  #child: ChildProcess | undefined
  #config = ''
  #files: Files = new Map()

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Whether it runs. */
  get isUp(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Goes on with another config, which is checked first. Whether it was another one. */
  async use(config: string, files: Files, signal: AbortSignal): Promise<boolean> {
    if (this.isUp && config === this.#config) return false
    await mkdir(this.#directory, { recursive: true, mode: 0o700 })
    for (const [path, content] of files) await writeFile(path, content, { mode: 0o600 })
    const [file, next] = ['haproxy.cfg', 'next.cfg'].map((name) => join(this.#directory, name)) as [string, string]
    await writeFile(next, config)
    await run('haproxy', ['-c', '-f', next], { signal, timeout: 30_000 })
    await rename(next, file)
    if (this.isUp) this.#child?.kill('SIGUSR2')
    else await this.#start(file)
    await this.#forget(files)
    this.#config = config
    this.#files = files
    return true
  }

  async end(): Promise<void> {
    const child = this.#child
    if (!child || !this.isUp) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  }

  /** Takes away certificates that neither this config names nor the one before, which may still be read. */
  async #forget(files: Files): Promise<void> {
    const all = (await readdir(this.#directory)).filter((name) => /\.(pem|list)$/.test(name))
    const left = all.map((name) => join(this.#directory, name)).filter((path) => !files.has(path) && !this.#files.has(path)) // biome-ignore format: one chain
    for (const path of left) await rm(path, { force: true })
  }

  async #start(file: string): Promise<void> {
    const pidFile = join(this.#directory, 'haproxy.pid')
    const left = await leftRunning(pidFile, file)
    const args = ['-W', '-db', '-q', '-f', file, '-p', pidFile, ...left]
    const child = spawn('haproxy', args, { stdio: ['ignore', 'ignore', 'inherit'] })
    await once(child, 'spawn') // or it says why not
    this.#child = child
  }
}
