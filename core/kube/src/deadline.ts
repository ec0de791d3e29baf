/**
 * Runs a call that has to end: it rejects with a `TimeoutError` after so many milliseconds, or with the parent's reason
 * when that ends first, whether or not the call heeds the signal it is given. Leaves neither timer nor listener behind.
 */
export function withDeadline<T>(
  milliseconds: number,
  parent: AbortSignal | undefined,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (parent?.aborted) return Promise.reject(parent.reason)
  return new Promise((resolve, reject) => {
    const controller = new AbortController()
    const end = (reason: unknown) => {
      leave()
      controller.abort(reason)
      reject(reason)
    }
    const timer = setTimeout(() => end(timeoutAfter(milliseconds)), milliseconds)
    const onAbort = () => end(parent?.reason)
    const leave = () => {
      clearTimeout(timer)
      parent?.removeEventListener('abort', onAbort)
    }
    parent?.addEventListener('abort', onAbort)
    call(controller.signal).then(resolve, reject).finally(leave)
  })
}

/** What a call that took too long fails with. */
export const timeoutAfter = (milliseconds: number): Error =>
  new DOMException(`no answer within ${milliseconds / 1000} s`, 'TimeoutError')
