import {
  type Ask,
  bestFit,
  fit,
  groupOf,
  type Manifest,
  match as matchPoints,
  type PropagationPolicy,
} from '@flotilla/sdk'
import { idOf } from '../../manifest/claim.ts'

export interface MatchInput {
  readonly template: Manifest
  /** The policy that claims it now. */
  readonly current?: PropagationPolicy
  /** The policies that could: those of its namespace, then the cluster-wide ones. */
  readonly scopes: readonly (readonly PropagationPolicy[])[]
}

const isUsable = (policy: PropagationPolicy): boolean =>
  policy.metadata.deletionTimestamp === undefined && idOf(policy) !== undefined

const selects = ({ spec }: PropagationPolicy, template: Manifest): boolean =>
  bestFit(spec.resourceSelectors, template) > fit.none

/** The API shows one object in several versions; a claim made for another version of it is not this one's to judge. */
const selectsOtherVersion = ({ spec }: PropagationPolicy, { apiVersion, kind }: Manifest): boolean =>
  spec.resourceSelectors.some(
    (selector) =>
      selector.kind === kind &&
      selector.apiVersion !== apiVersion &&
      groupOf(selector.apiVersion) === groupOf(apiVersion),
  )

/** Whether a policy may take a template from its holder: from a cluster-wide one always, from an equal by priority. */
function preempts({ metadata, spec }: PropagationPolicy, holder: PropagationPolicy): boolean {
  if (spec.preemption !== 'Always') return false
  const [own, held] = [metadata.namespace !== undefined, holder.metadata.namespace !== undefined]
  if (own !== held) return own
  return (spec.priority ?? 0) > (holder.spec.priority ?? 0)
}

/** The policy that has a template and keeps it, unless it is preempted: the one that claims it and still selects it. */
export const holderOf = ({ template, current }: Pick<MatchInput, 'template' | 'current'>) =>
  current && (selects(current, template) || selectsOtherVersion(current, template)) ? current : undefined

/** The policy a template belongs to: the one that has it, unless it no longer selects it or is preempted, else the one chosen. */
export async function match(
  ask: Ask,
  { template, current, scopes }: MatchInput,
): Promise<PropagationPolicy | undefined> {
  const holder = holderOf({ template, current })
  for (const scope of scopes) {
    const policies = scope.filter(
      (policy) => isUsable(policy) && selects(policy, template) && (!holder || preempts(policy, holder)),
    )
    if (policies.length === 0) continue
    const chosen = await ask(matchPoints.choose, { template, policies })
    const known = policies.find(({ metadata }) => metadata.name === chosen?.metadata.name)
    if (known) return known
  }
  return holder
}
