import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Answer } from './kubectl.ts'
import { root } from './root.ts'

const run = promisify(execFile)

/** Runs a `flotilla` that ends by itself within so many milliseconds, as a process of its own; a non-zero exit is an answer, too. */
export const flotillaWithin =
  (timeout: number) =>
  (...args: readonly string[]): Promise<Answer> =>
    run(process.execPath, ['core/cli/bin/flotilla.js', ...args], {
      cwd: root,
      env: { ...process.env, KUBECONFIG: '/dev/null' }, // nobody's own clusters are touched
      timeout,
    }).then(
      ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
      (error: { code?: number; stdout: string; stderr: string }) => ({
        code: error.code ?? -1, // killed, because it did not end
        out: error.stdout,
        err: error.stderr,
      }),
    )

export const flotilla = flotillaWithin(60_000)
