import { type Ask, admit, groupOf, type Manifest, type Status } from '@flotilla/sdk'

/** What is to be written, or why nothing is. */
export type Verdict = { readonly manifest: Manifest } | { readonly denial: admit.Denial }

/** Reviews one write before it happens. Throws when a plugin fails: the write must not happen then. */
export type Reviewer = (request: admit.Admission) => Promise<Verdict>

/** The manifest as plugins want it written. What goes is not changed. */
export const mutated = async (ask: Ask, request: admit.Admission): Promise<Manifest> =>
  request.operation === 'DELETE' ? request.manifest : ask(admit.mutate, request)

/** Why the request, as it is now, must not happen. */
export const refused = (ask: Ask, request: admit.Admission): Promise<admit.Denial | undefined> =>
  ask(admit.refuse, request)

/** All changes first, then all refusals: nobody refuses what another plugin puts right. */
export async function review(ask: Ask, request: admit.Admission): Promise<Verdict> {
  const manifest = await mutated(ask, request)
  const denial = await refused(ask, { ...request, manifest })
  return denial ? { denial } : { manifest }
}

export const createReviewer =
  (ask: Ask): Reviewer =>
  (request) =>
    review(ask, request)

const namesOf = ({ apiVersion, kind, metadata: { name } }: Manifest) => ({ name, group: groupOf(apiVersion), kind })

/** A denial as a Kubernetes API server says it, with what kubectl needs to name the object. */
export const statusOf = (
  { message, code = 403, reason = 'Forbidden', causes }: admit.Denial,
  about?: Manifest,
): Status => ({
  apiVersion: 'v1',
  kind: 'Status',
  metadata: {},
  status: 'Failure',
  code,
  reason,
  message,
  details: { ...(about && namesOf(about)), ...(causes && { causes }) },
})
