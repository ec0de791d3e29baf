import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { root } from './root.ts'

/** A command of flotilla's that listens until it is stopped. */
export interface Daemon {
  readonly pid: number
  readonly port: number
  /** Ctrl-C; resolves with the exit code. */
  stop(): Promise<number | null>
}

/** Nobody looks at its health and metrics, unless the arguments say otherwise. */
const quiet = ['--health-probe-bind-address', '0', '--metrics-bind-address', '0']

/** Starts a command as a process of its own, and waits for the line that tells its port: the first group of `ready`. */
export async function daemon(ready: RegExp, command: string, ...args: readonly string[]): Promise<Daemon> {
  const child = spawn(process.execPath, ['core/cli/bin/flotilla.js', command, ...quiet, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  const said: string[] = []
  child.stderr.on('data', (chunk) => said.push(String(chunk)))
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    const [code] = await exited
    return code as number | null
  }
  try {
    const lines = createInterface({ input: child.stdout, signal: AbortSignal.timeout(30_000) })
    for await (const line of lines) {
      const [, port] = ready.exec(line) ?? []
      if (port) return { pid: child.pid ?? 0, port: Number(port), stop: () => end('SIGINT') }
    }
    throw new Error('it ended before it was ready')
  } catch (cause) {
    await end('SIGKILL')
    throw new Error(`flotilla ${command} did not get ready; it said:\n${said.join('')}`, { cause })
  }
}
