import type { Admission } from '@flotilla/apiserver'
import { type Reviewer, statusOf } from '@flotilla/core'

/** Each write is reviewed by one of several control planes, in turn: as webhooks of several replicas are asked. */
export function reviewed(reviewers: () => readonly Reviewer[]): Admission {
  let turn = 0
  return async ({ operation, subresource, namespace, name, manifest, before, user, dryRun }) => {
    const all = reviewers()
    if (subresource || all.length === 0) return { manifest } // not counted: or every other write would be of one kind
    const review = all[turn++ % all.length]
    if (!review) return { manifest }
    const key = namespace ? { namespace, name } : { name }
    const answer = await review({ operation, key, manifest, ...(before && { before }), user: user.name, dryRun })
    return 'denial' in answer ? statusOf(answer.denial, manifest) : answer
  }
}
