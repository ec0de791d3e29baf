import { again, done, type Outcome } from '@flotilla/sdk'
import type { Pod } from '../api/pod.ts'
import { untilAvailable } from './condition.ts'

/** Look again when the next pod has been ready for long enough. */
export function soonestAvailable(pods: readonly Pod[], now: Date, minReadySeconds = 0): Outcome {
  const waits = pods.map((pod) => untilAvailable(pod, minReadySeconds, now) ?? 0).filter((wait) => wait > 0)
  return waits.length > 0 ? again(Math.min(...waits)) : done
}
