import type { Admission } from '@flotilla/apiserver'
import type { Reviewer } from '@flotilla/core'
import type { admit, Status } from '@flotilla/sdk'

const refused = ({ message, code = 403, reason = 'Forbidden', causes }: admit.Denial): Status => ({
  apiVersion: 'v1',
  kind: 'Status',
  metadata: {},
  status: 'Failure',
  code,
  reason,
  message,
  ...(causes && { details: { causes } }),
})

/** Lets the control plane review what is written to the embedded server. A status is not: users do not write it. */
export const reviewedBy =
  (reviewer: () => Reviewer | undefined): Admission =>
  async ({ operation, subresource, namespace, name, manifest, before, user, dryRun }) => {
    const review = reviewer()
    if (subresource || !review) return { manifest }
    const key = namespace ? { namespace, name } : { name }
    const answer = await review({ operation, key, manifest, ...(before && { before }), user: user.name, dryRun })
    return 'denial' in answer ? refused(answer.denial) : answer
  }
