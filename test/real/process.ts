import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync } from 'node:fs'

/** A server in a process of its own. */
export interface Running extends AsyncDisposable {
  readonly pid: number
  readonly name: string
  /** The last it said. */
  said(): string
  /** Whether it runs. */
  readonly runs: boolean
  /** `kill -9`, or another signal; resolves when it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>
}

/** How much of its last words is shown. */
const lastWords = 4000

/** Starts a program that ends with this process, however that ends; what it says goes to a file. */
export function start(name: string, program: string, args: readonly string[], logFile: string): Running {
  const log = openSync(logFile, 'a')
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], { stdio: ['ignore', log, log] })
  const gone = once(child, 'exit')
  gone.catch(() => undefined) // whoever waits for it is told
  const runs = () => child.exitCode === null && child.signalCode === null && child.pid !== undefined
  const kill = async (signal: NodeJS.Signals = 'SIGKILL') => {
    if (!runs()) return
    child.kill(signal)
    await gone
  }
  return {
    name,
    pid: child.pid ?? 0,
    said: () => readFileSync(logFile, 'utf8').slice(-lastWords),
    get runs() {
      return runs()
    },
    kill,
    [Symbol.asyncDispose]: () => kill(),
  }
}
