import type { Container, Pod } from '../api/pod.ts'
import { controllerOf } from '../owner.ts'

/** What becomes of a container here: it runs, it is done at once, it cannot, or it waits for an image that is nowhere. */
export type Outcome = 'runs' | 'succeeds' | 'crashes' | 'fails' | 'waits'

function imageOf({ image = '' }: Container): { readonly repository: string; readonly tag: string } {
  const [name = ''] = image.split('@')
  const [last = ''] = name.split('/').slice(-1)
  const [repository = '', tag = ''] = last.split(':')
  return { repository, tag }
}

/** An image named `fail`, or one with the tag `crash`, does not work. */
export function isBroken(container: Container): boolean {
  const { repository, tag } = imageOf(container)
  return repository === 'fail' || tag === 'crash'
}

/** No registry has an image with the tag `missing`. */
export const isMissing = (container: Container): boolean => imageOf(container).tag === 'missing'

/** The pods of Jobs have something to finish; all others run for ever. What does not work is tried again, if it may be. */
export function outcomeOf(pod: Pod): Outcome {
  if (pod.spec.containers.some(isMissing)) return 'waits'
  const isOfJob = controllerOf(pod)?.kind === 'Job'
  if (!pod.spec.containers.some(isBroken)) return isOfJob ? 'succeeds' : 'runs'
  return isOfJob || pod.spec.restartPolicy === 'Never' ? 'fails' : 'crashes'
}
