import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { root } from './root.ts'

/** A `flotilla estimator` that listens. */
export interface Estimator {
  readonly port: number
  /** Ctrl-C; resolves with the exit code. */
  stop(): Promise<number | null>
}

async function listeningOn(child: ChildProcess, signal: AbortSignal): Promise<number> {
  for await (const line of createInterface({ input: child.stdout ?? process.stdin, signal })) {
    const [, port] = /^ready, .* listens on port (\d+)$/.exec(line) ?? []
    if (port) return Number(port)
  }
  throw new Error('it ended before it was ready')
}

/** Starts `flotilla estimator` as a process of its own, on a free port, and waits for its ready line. */
export async function estimator(cluster: string, kubeconfig: string, args: readonly string[] = []): Promise<Estimator> {
  const none = ['--health-probe-bind-address', '0', '--metrics-bind-address', '0', '--server-port', '0']
  const child = spawn(
    process.execPath,
    ['core/cli/bin/flotilla.js', 'estimator', '--cluster-name', cluster, '--kubeconfig', kubeconfig, ...none, ...args],
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
    return { port: await listeningOn(child, AbortSignal.timeout(30_000)), stop: () => end('SIGINT') }
  } catch (cause) {
    await end('SIGKILL')
    throw new Error(`flotilla estimator did not get ready; it said:\n${said.join('')}`, { cause })
  }
}
