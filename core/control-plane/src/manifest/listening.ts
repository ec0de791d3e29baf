import type { Worker } from '@flotilla/kube'
import type { Controller } from '@flotilla/sdk'

/** A worker that hears of its keys while it runs. `subscribe` returns what ends each hearing. */
export const listening = <K>(worker: Worker<K>, subscribe: () => readonly (() => void)[]): Controller => ({
  name: worker.name,
  async run(signal) {
    const running = worker.run(signal) // first, so that it takes keys
    const stops = subscribe()
    await running
    for (const stop of stops) stop()
  },
})
