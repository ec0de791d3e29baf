import { withDeadline } from '@flotilla/kube'
import type { Log } from '@flotilla/sdk'

/** After so many milliseconds it is said what the end waits for. */
const slowMs = 1_000

/** Milliseconds a process that has ended everything has to go by itself. */
const leaveMs = 2_000

/** Ends something. What is waited for is named, and given up when it takes longer than it may. Never rejects. */
export async function ending(log: Log, what: string, milliseconds: number, end: () => unknown): Promise<void> {
  const slow = setTimeout(() => log.info('the end waits', { for: what }), slowMs)
  try {
    await withDeadline(milliseconds, undefined, async () => end())
  } catch (error) {
    log.warn('the end waits no longer', { for: what, error })
  } finally {
    clearTimeout(slow)
  }
}

/** Sees to it that the process ends: what somebody left open is named, and left. */
export function leave(log: Log): void {
  const late = () => {
    log.warn('the process ends with something open', { open: process.getActiveResourcesInfo() })
    process.exit()
  }
  setTimeout(late, leaveMs).unref()
}
