import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { nodeOptions } from '../node-options.ts'
import { root } from '../root.ts'
import { freePort } from './port.ts'

/** A process of flotilla's that is ready. */
export interface Daemon {
  readonly pid: number
  /** Where health and metrics are. */
  readonly health: string
  /** Rejects with what it said when it ends by itself. */
  readonly ended: Promise<never>
  /** Ctrl-C, or another signal; resolves with the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** Milliseconds after which a pod is killed, and some. */
const longestEnd = 40_000

/** For so many milliseconds it is looked whether a process that does not end is busy. */
const lookMs = 2_000

/** Ticks of a CPU, of a hundredth of a second, that a process has used; 0 where nobody says. */
function ticksOf(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return Number(fields[11]) + Number(fields[12])
  } catch {
    return 0
  }
}

export type Serve = Daemon

/** Starts `flotilla serve` as a process of its own, on free ports, and waits for its ready line. */
export const serve = async (kubeconfig: string, ...args: readonly string[]): Promise<Serve> =>
  daemon('serve', '--kubeconfig', kubeconfig, '--webhook-bind-address', `127.0.0.1:${await freePort()}`, ...args)

/** The same for `flotilla agent`. */
export const startAgent = (...args: readonly string[]): Promise<Daemon> => daemon('agent', ...args)

async function daemon(command: string, ...args: readonly string[]): Promise<Daemon> {
  const health = `127.0.0.1:${await freePort()}`
  const places = ['--health-probe-bind-address', health, '--metrics-bind-address', health]
  const child = spawn(process.execPath, [...nodeOptions, 'core/cli/bin/flotilla.js', command, ...places, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  const said: string[] = []
  child.stderr.on('data', (chunk) => {
    said.push(String(chunk))
    if (said.length > 200) said.shift()
  })
  const stop = async (signal: NodeJS.Signals = 'SIGINT') => {
    child.kill(signal)
    let ticks = 0
    const look = setTimeout(() => (ticks = -ticksOf(child.pid)), longestEnd - lookMs)
    const late = setTimeout(() => {
      ticks += ticksOf(child.pid)
      child.kill('SIGKILL')
    }, longestEnd)
    const [code, killed] = await exited
    clearTimeout(look)
    clearTimeout(late)
    const busy = `it was busy for ${ticks * 10} of its last ${lookMs} ms`
    if (killed && killed !== signal)
      throw new Error(`flotilla ${command} did not end; ${busy}, and said:\n${said.join('')}`)
    return code as number | null
  }
  const ended = exited.then(([code]): never => {
    throw new Error(`flotilla ${command} ended with ${code}; it said:\n${said.join('')}`)
  })
  ended.catch(() => undefined) // whoever waits for it is told
  const lines = createInterface({ input: child.stdout, signal: AbortSignal.timeout(60_000) })
  for await (const line of lines) {
    if (line === 'ready') return { pid: child.pid ?? 0, health: `http://${health}`, ended, stop }
  }
  await stop('SIGKILL')
  throw new Error(`flotilla ${command} did not get ready; it said:\n${said.join('')}`)
}
