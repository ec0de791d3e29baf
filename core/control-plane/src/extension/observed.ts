import { type Extension, errors, type Handler, type Metrics } from '@flotilla/sdk'

export interface ObservedOptions {
  readonly plugin: string
  readonly metrics: Metrics
  /** How long a plugin may think about one question, in milliseconds. */
  readonly timeout: number
}

/** Settles as the answer does, or fails after `timeout` milliseconds. Unlike `AbortSignal.timeout` it leaves no timer behind. */
function within<T>(answer: Promise<T>, timeout: number, failure: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(failure()), timeout)
    answer.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/**
 * Wraps a handler once, where it is registered: duration, timeout and the plugin's name, also on errors. No stage and no
 * plugin mentions them. A handler that answers at once with no opinion costs one function call.
 */
export function observed({ point, handler }: Extension, { plugin, metrics, timeout }: ObservedOptions): Extension {
  const seconds = metrics.histogram({
    name: 'flotilla_plugin_duration_seconds',
    help: 'How long a plugin took to answer an extension point',
    labels: ['plugin', 'point', 'result'],
    buckets: [0.0001, 0.001, 0.01, 0.1, 1, 10],
  })
  const success = { plugin, point: point.id, result: 'success' }
  const failure = { plugin, point: point.id, result: 'error' }
  const since = (start: number) => (performance.now() - start) / 1000
  const failed = (cause: unknown, start: number) => {
    seconds.observe(since(start), failure)
    return errors.PLUGIN_FAILED(plugin, point.id, cause)
  }

  const waiting = async (answer: Promise<unknown>, start: number): Promise<unknown> => {
    try {
      const out = await within(answer, timeout, () => errors.PLUGIN_TIMEOUT(plugin, point.id, timeout))
      seconds.observe(since(start), success)
      return out
    } catch (cause) {
      throw failed(cause, start)
    }
  }

  const wrapped: Handler<never, unknown> = (arg) => {
    const start = performance.now()
    let answer: unknown
    try {
      answer = handler(arg)
    } catch (cause) {
      throw failed(cause, start)
    }
    if (answer instanceof Promise) return waiting(answer, start)
    if (answer !== undefined) seconds.observe(since(start), success)
    return answer
  }
  return { point, handler: wrapped, plugin }
}
