import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { root } from './root.ts'

/** A `flotilla up` that is ready. */
export interface Up {
  readonly pid: number
  readonly kubeconfig: string
  /** What it said it took, milliseconds. */
  readonly readyIn: number
  readonly dataDir: string
  /** Ctrl-C, or another signal; resolves with the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
  /** `kill -9`; resolves when it is gone. */
  kill(): Promise<void>
}

export interface UpOptions {
  /** By default three, or those that `dataDir` has. */
  readonly members?: number
  /** By default a new one. */
  readonly dataDir?: string
  readonly args?: readonly string[]
  /** How long it may take to be ready, milliseconds. */
  readonly timeout?: number
}

export const newDataDir = (): string => mkdtempSync(join(tmpdir(), 'flotilla-'))

/** Starts `flotilla up` as a process of its own, on a free port, and waits for its ready line. */
export async function up(options: UpOptions = {}): Promise<Up> {
  const { members, dataDir = newDataDir(), args = [], timeout = 30_000 } = options
  const size = members === undefined ? [] : ['--members', String(members)]
  const child = spawn(
    process.execPath,
    ['core/cli/bin/flotilla.js', 'up', ...size, '--data-dir', dataDir, '--port', '0', ...args],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const exited = once(child, 'exit')
  const said: string[] = []
  child.stderr.on('data', (chunk) => {
    said.push(String(chunk))
    if (said.length > 200) said.shift()
  })
  let isEnding = false
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    isEnding = true
    child.kill(signal)
    const [code] = await exited
    return code as number | null
  }
  try {
    const { kubeconfig, readyIn } = await readyLine(child, AbortSignal.timeout(timeout))
    void exited.then(([code, signal]) => {
      if (!isEnding) console.error(`flotilla up ended by itself (${signal ?? code}); it said:\n${said.join('')}`)
    })
    return {
      pid: child.pid ?? 0,
      kubeconfig,
      readyIn,
      dataDir,
      stop: (signal = 'SIGINT') => end(signal),
      kill: async () => void (await end('SIGKILL')),
    }
  } catch (cause) {
    child.kill('SIGKILL')
    throw new Error(`flotilla up did not get ready; it said:\n${said.join('')}`, { cause })
  }
}

async function readyLine(child: ChildProcess, signal: AbortSignal): Promise<{ kubeconfig: string; readyIn: number }> {
  const lines = createInterface({ input: child.stdout ?? process.stdin, signal })
  for await (const line of lines) {
    const [, readyIn, kubeconfig] = /^ready in (\d+) ms, kubeconfig (.+)$/.exec(line) ?? []
    if (readyIn && kubeconfig) {
      child.stdout?.resume()
      return { kubeconfig, readyIn: Number(readyIn) }
    }
  }
  throw new Error('it ended before it was ready')
}
