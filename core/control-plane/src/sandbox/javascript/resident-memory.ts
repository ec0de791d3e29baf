import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

const kibibytes = (text: string): number => Number(/\d+/.exec(text)?.[0] ?? 0) * 1024

const ofLinux = async (pid: number) =>
  kibibytes(/^VmRSS:.*$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[0] ?? '')

/** Any other Unix. */
const ofOthers = async (pid: number) => kibibytes((await run('ps', ['-o', 'rss=', '-p', `${pid}`])).stdout)

/** How many bytes of memory a process has; 0 when it is gone, or nobody here can tell. */
export async function residentMemory(pid: number): Promise<number> {
  try {
    return await (process.platform === 'linux' ? ofLinux : ofOthers)(pid)
  } catch {
    return 0
  }
}
