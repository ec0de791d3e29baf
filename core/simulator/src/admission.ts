import type { Admission } from '@flotilla/apiserver'
import { deploymentKind } from './api/workloads.ts'
import { withFirstRevision } from './deployment/replica-set.ts'

/**
 * Gives Deployments on their way into a simulated cluster what its controller would write on them first. The server may
 * do without.
 */
export const simulatorAdmission: Admission = async ({ operation, resource, subresource, manifest }) => {
  const isNew = operation === 'CREATE' && !subresource && resource.kind === deploymentKind.kind
  return { manifest: isNew ? withFirstRevision(manifest) : manifest }
}
