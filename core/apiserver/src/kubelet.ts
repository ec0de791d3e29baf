import type { Manifest } from '@flotilla/sdk'

/** A line a container has written. */
export interface Line {
  readonly time: Date
  /** Without its end. */
  readonly text: string
}

/** What only the machines know of their Pods. */
export interface Kubelet {
  /** What a container has written, in order; of the run before this one with `previous`. Asked again while someone follows. */
  log(pod: Manifest, container: string, previous: boolean): readonly Line[]
}
