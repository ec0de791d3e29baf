import { type Ask, annotation, apply as applyPoints, deepEqual, type Manifest, prune, type Work } from '@flotilla/sdk'
import { isOurs } from './owner.ts'
import { retain } from './retain.ts'

/** What was asked of a member the last time, and what it made of it. */
export interface Applied {
  readonly desired: Manifest
  /** Pruned. It differs from what was asked where the member filled in defaults. */
  readonly answer: Manifest
}

/** One manifest of a Work, and what its cluster has in its place. */
export interface Applying {
  readonly cluster: string
  readonly work: Work
  readonly desired: Manifest
  readonly observed?: Manifest
  readonly applied?: Applied
}

/** What to do in the member. `refuse`: its object is not ours, and nobody said to take it over. */
export type Application =
  | { readonly act: 'create' | 'update'; readonly manifest: Manifest }
  | { readonly act: 'none' | 'refuse' }

/** Whether the member's object is still what it made of the same wish. */
const isSettled = ({ desired, observed, applied }: Applying): boolean =>
  applied !== undefined &&
  observed !== undefined &&
  deepEqual(desired, applied.desired) &&
  deepEqual(prune(observed), applied.answer)

async function resolve(ask: Ask, { cluster, work, desired }: Applying, observed: Manifest) {
  const answer = await ask(applyPoints.conflict, { cluster, work, desired, observed })
  const said = [desired, work].map(({ metadata }) => metadata.annotations?.[annotation.conflictResolution])
  return answer ?? (said.find((each) => each !== undefined) === 'overwrite' ? 'overwrite' : 'abort')
}

/** What brings a member's object to what is desired. */
export async function apply(ask: Ask, applying: Applying): Promise<Application> {
  const { desired, observed } = applying
  if (!observed) return { act: 'create', manifest: desired }
  if (isSettled(applying)) return { act: 'none' }
  const resolution = isOurs(applying.work, observed) ? 'overwrite' : await resolve(ask, applying, observed)
  if (resolution !== 'overwrite') return { act: resolution === 'leave' ? 'none' : 'refuse' }
  const manifest = await retain(ask, desired, observed)
  return deepEqual(prune(manifest), prune(observed)) ? { act: 'none' } : { act: 'update', manifest }
}
