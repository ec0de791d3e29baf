import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { nodeOptions } from '../node-options.ts'
import { root } from '../root.ts'

export interface PodOptions {
  /** An empty folder: what is mounted over it is seen by nobody else. */
  readonly top: string
  /** The folder that is the image's. */
  readonly image: string
  /** What is at /etc/flotilla. */
  readonly config: string
  /** What is at /var/run/secrets/kubernetes.io/serviceaccount. */
  readonly account: string
  readonly env?: Readonly<Record<string, string>>
}

/** A command that runs as in a pod. */
export interface Pod {
  readonly said: () => string
  /** The line is waited for. */
  line(wanted: string): Promise<void>
  kill(signal: NodeJS.Signals): void
  /** Its exit code. */
  readonly exited: Promise<number | null>
}

/** Runs flotilla as a pod's container: see ./pod. Only root can make one. */
export function startPod({ top, image, config, account, env = {} }: PodOptions, ...args: readonly string[]): Pod {
  const command = ['/nodejs/bin/node', ...nodeOptions, '/flotilla/core/cli/bin/flotilla.js', ...args]
  const child = spawn(join(root, 'test/real/pod'), [top, image, config, account, process.execPath, ...command], {
    env: {
      ...process.env,
      POD_ENV: Object.entries(env)
        .map(([name, value]) => `${name}=${value}`)
        .join(' '),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => {
    said += `${line}\n`
  })
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  return {
    said: () => said,
    exited,
    kill: (signal) => void child.kill(signal),
    async line(wanted) {
      const heard = once(lines, 'close').then(() => {
        throw new Error(`it ended before it said ${wanted}:\n${said}`)
      })
      const late = AbortSignal.timeout(120_000)
      const found = new Promise<void>((resolve) => lines.on('line', (line) => line === wanted && resolve()))
      const waited = once(late, 'abort').then(() => {
        throw new Error(`it has not said ${wanted}:\n${said}`)
      })
      for (const each of [heard, waited]) each.catch(() => undefined)
      await Promise.race([found, heard, waited])
    },
  }
}
