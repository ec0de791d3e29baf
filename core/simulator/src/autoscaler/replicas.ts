/** How much of something a pod uses. */
export interface Sample {
  /** Undefined: nothing is known of it. */
  readonly used: number | undefined
  /** What it would use if all were as it should be. */
  readonly wanted: number
  /** What it is taken to use when nothing is known of it and there seem to be too many. */
  readonly assumed: number
  /** What it uses now says nothing. */
  readonly isStarting: boolean
}

/** How far off nothing is done, as a share. */
export interface Tolerance {
  readonly up: number
  readonly down: number
}

const isWithin = (ratio: number, { up, down }: Tolerance): boolean => 1 - down <= ratio && ratio <= 1 + up

const total = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0)

/** What is used for each that should be. */
const ratioOf = (samples: readonly Sample[]): number =>
  total(samples.map(({ used = 0 }) => used)) / total(samples.map(({ wanted }) => wanted))

const isTurned = (before: number, after: number): boolean => (before < 1 && after > 1) || (before > 1 && after < 1)

/** Those that start are taken to use nothing when there are too few; of the others nothing is known of, the less helpful is assumed. */
function completed(ratio: number, { ready = [], starting = [], missing = [] }: Groups): readonly Sample[] {
  if (ratio === 1) return ready
  const idle = ratio > 1 ? starting : []
  return [
    ...ready,
    ...idle.map((sample) => ({ ...sample, used: 0 })),
    ...missing.map((sample) => ({ ...sample, used: ratio < 1 ? sample.assumed : 0 })),
  ]
}

type Groups = Partial<Record<'ready' | 'starting' | 'missing', readonly Sample[]>>

/**
 * How many pods there should be, so that each uses what it should. As in Kubernetes those that start, and those of which
 * nothing is known, make it change less, and never turn it round. Undefined: nothing is known of any.
 */
export function replicasFor(samples: readonly Sample[], current: number, tolerance: Tolerance): number | undefined {
  const groups: Groups = Object.groupBy(samples, ({ isStarting, used }) => {
    if (isStarting) return 'starting'
    return used === undefined ? 'missing' : 'ready'
  })
  if (!groups.ready) return undefined
  const ratio = ratioOf(groups.ready)
  const all = completed(ratio, groups)
  const careful = ratioOf(all)
  if (isWithin(careful, tolerance) || isTurned(ratio, careful)) return current
  const replicas = Math.ceil(careful * all.length)
  return isTurned(careful, replicas / current) ? current : replicas
}
