import type { Admission } from '@flotilla/apiserver'
import type { ControlPlane } from '@flotilla/core'
import type { Denial, Status } from '@flotilla/sdk'

const refused = ({ message, code = 403, reason = 'Forbidden', causes }: Denial): Status => ({
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
  (review: () => ControlPlane['review']): Admission =>
  async ({ operation, subresource, namespace, name, manifest, before, user, dryRun }) => {
    if (subresource) return { manifest }
    const key = namespace ? { namespace, name } : { name }
    const answer = await review()({ operation, key, manifest, ...(before && { before }), user: user.name, dryRun })
    return 'denial' in answer ? refused(answer.denial) : answer
  }
