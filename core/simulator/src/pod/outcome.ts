import type { Container, Pod } from '../api/pod.ts'
import { controllerOf } from '../owner.ts'

/** What becomes of a container here: it runs, it is done at once, or it cannot. */
export type Outcome = 'runs' | 'succeeds' | 'crashes' | 'fails'

/** An image named `fail`, or one with the tag `crash`, does not work. */
export function isBroken({ image = '' }: Container): boolean {
  const [name = ''] = image.split('@')
  const [last = ''] = name.split('/').slice(-1)
  const [repository, tag] = last.split(':')
  return repository === 'fail' || tag === 'crash'
}

/** The pods of Jobs have something to finish; all others run for ever. What does not work is tried again, if it may be. */
export function outcomeOf(pod: Pod): Outcome {
  const isOfJob = controllerOf(pod)?.kind === 'Job'
  if (!pod.spec.containers.some(isBroken)) return isOfJob ? 'succeeds' : 'runs'
  return isOfJob || pod.spec.restartPolicy === 'Never' ? 'fails' : 'crashes'
}
