import type { Pod } from './pod.ts'

/** One thing that a standard wants of Pods. */
export interface Check {
  /** A check of the stricter standard takes the place of that of the same name. */
  readonly id: string
  /** What it is about, in a word. */
  readonly reason: string
  /** The minor version of Kubernetes that began to look at it; by default the first. */
  readonly since?: number
  /** What is wrong; undefined for nothing. `minor`: the version of the standard. */
  readonly look: (pod: Pod, minor: number) => string | undefined
}
