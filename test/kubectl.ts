import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { root } from './root.ts'

const run = promisify(execFile)

export interface Answer {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** A real kubectl on one kubeconfig. */
export interface Kubectl {
  /** Runs it; a non-zero exit is an answer, too. `input` is its standard input, `env` more of its environment. */
  run(args: readonly string[], input?: string, env?: Readonly<Record<string, string>>): Promise<Answer>
  /** Runs it and gives what it printed; throws what it complained about. */
  (...args: readonly string[]): Promise<string>
  /** `get ... -o json`, parsed. */
  json(...args: readonly string[]): Promise<Json>
}

// Answers of kubectl are read field by field in assertions, where a wrong shape fails the test.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Json = any

export function kubectl(kubeconfig: string, binary = process.env.KUBECTL ?? 'kubectl'): Kubectl {
  const start: Kubectl['run'] = (args, input, env = {}) => {
    const running = run(binary, args as string[], {
      cwd: root,
      env: { ...process.env, KUBECONFIG: kubeconfig, ...env },
      timeout: 60_000,
      maxBuffer: 64 << 20,
    })
    running.child.stdin?.end(input)
    return running.then(
      ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
      (error: { code?: number; stdout: string; stderr: string }) => ({
        code: error.code ?? 1,
        out: error.stdout,
        err: error.stderr,
      }),
    )
  }
  const call = async (...args: readonly string[]): Promise<string> => {
    const { code, out, err } = await start(args)
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${err}`)
    return out
  }
  const json = async (...args: readonly string[]): Promise<Json> =>
    JSON.parse(await call('get', ...args, '-o', 'json')) as Json
  return Object.assign(call, { run: start, json })
}

/** Waits until `look` returns without throwing; the last complaint is thrown when it never does. */
export async function eventually<T>(look: () => Promise<T>, timeout = 30_000): Promise<T> {
  const end = performance.now() + timeout
  for (;;) {
    try {
      return await look()
    } catch (cause) {
      if (performance.now() > end) throw cause
      await sleep(100)
    }
  }
}
