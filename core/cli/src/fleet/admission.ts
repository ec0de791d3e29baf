import type { Admission } from '@flotilla/apiserver'
import { type Reviewer, statusOf } from '@flotilla/core'

/** Lets the control plane review what is written to the embedded server. A status is not: users do not write it. */
export const reviewedBy =
  (reviewer: () => Reviewer | undefined): Admission =>
  async ({ operation, subresource, namespace, name, manifest, before, user, dryRun }) => {
    const review = reviewer()
    if (subresource || !review) return { manifest }
    const key = namespace ? { namespace, name } : { name }
    const answer = await review({ operation, key, manifest, ...(before && { before }), user: user.name, dryRun })
    return 'denial' in answer ? statusOf(answer.denial, manifest) : answer
  }
