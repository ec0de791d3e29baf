import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { root } from './root.ts'

const run = promisify(execFile)

/** A `flotilla dns` that listens. */
export interface Dns {
  readonly pid: number
  readonly port: number
  /** Ctrl-C; resolves with the exit code. */
  stop(): Promise<number | null>
}

/** Starts `flotilla dns` as a process of its own, on a free port, and waits for its ready line. */
export async function dns(kubeconfig: string, args: readonly string[] = []): Promise<Dns> {
  const none = ['--health-probe-bind-address', '0', '--metrics-bind-address', '0']
  const child = spawn(
    process.execPath,
    ['core/cli/bin/flotilla.js', 'dns', '--kubeconfig', kubeconfig, '--listen', '127.0.0.1:0', ...none, ...args],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  )
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
      const [, port] = /^ready, .* is answered on .*:(\d+)$/.exec(line) ?? []
      if (port) return { pid: child.pid ?? 0, port: Number(port), stop: () => end('SIGINT') }
    }
    throw new Error('it ended before it was ready')
  } catch (cause) {
    await end('SIGKILL')
    throw new Error(`flotilla dns did not get ready; it said:\n${said.join('')}`, { cause })
  }
}

/** Asks with a real dig, and gives what it prints. */
export async function dig(port: number, ...args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run('dig', ['@127.0.0.1', '-p', String(port), '+tries=2', '+time=5', ...args])
    return stdout.trim()
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
      throw new Error('there is no dig on the PATH; Debian has it in bind9-dnsutils', { cause })
    throw cause
  }
}
