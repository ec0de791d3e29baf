import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type Daemon, daemon } from './daemon.ts'

const run = promisify(execFile)

/** Starts `flotilla dns` on a free port. */
export const dns = (kubeconfig: string, args: readonly string[] = []): Promise<Daemon> =>
  daemon(/^ready, .* is answered on .*:(\d+)$/, 'dns', '--kubeconfig', kubeconfig, '--listen', '127.0.0.1:0', ...args)

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
