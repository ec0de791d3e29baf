/** How long a session goes on. */
export interface Life {
  /** Fires when the client has left, the server stops, or nothing was said for too long. */
  readonly signal: AbortSignal
  /** Something was said. */
  readonly touch: () => void
}

/** Calls when a signal fires, or at once when it has. */
export const onAbort = (signal: AbortSignal, end: () => void): void => {
  if (signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true })
}

/** A life that ends with another one, or when nobody says anything for so many milliseconds. */
export function idling(signal: AbortSignal, milliseconds: number): Life & Disposable {
  const idle = new AbortController()
  const end = () => idle.abort(new Error('nothing was said for too long'))
  const timer = setTimeout(end, milliseconds).unref()
  return {
    signal: AbortSignal.any([signal, idle.signal]),
    touch: () => void timer.refresh(),
    [Symbol.dispose]: () => clearTimeout(timer),
  }
}

/** A life that ends with another one, or when the client closes its connection. */
export function until(
  connection: { once(event: 'close', listener: () => void): unknown },
  { signal, touch }: Life,
): Life {
  const left = new AbortController()
  connection.once('close', () => left.abort(new Error('the client has left')))
  return { signal: AbortSignal.any([signal, left.signal]), touch }
}
