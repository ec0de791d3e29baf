import {
  type Ask,
  bestFit,
  type Cluster,
  errors,
  fit,
  keyOf,
  keyText,
  type Manifest,
  matchesCluster,
  type OverridePolicy,
  type OverrideRule,
  type Overriders,
  render,
} from '@flotilla/sdk'

/** One rule of a policy that is about the template and the cluster. */
export interface Rule {
  readonly policy: OverridePolicy
  readonly overriders: Overriders
}

const isClusterWide = ({ metadata }: OverridePolicy): boolean => !metadata.namespace

/** How narrowly a policy names the template; one without selectors is about everything. */
const fitOf = ({ spec: { resourceSelectors } }: OverridePolicy, template: Manifest) =>
  resourceSelectors?.length ? bestFit(resourceSelectors, template) : fit.all

/** Whether a policy is about the template, whatever the cluster. */
export const isAbout = (policy: OverridePolicy, template: Manifest): boolean => fitOf(policy, template) > fit.none

/** The deprecated fields of a policy count only when it has no rules. */
const rulesOf = ({ spec: { overrideRules, targetCluster, overriders } }: OverridePolicy): readonly OverrideRule[] => {
  if (overrideRules?.length) return overrideRules
  if (!overriders) return []
  return targetCluster ? [{ targetCluster, overriders }] : [{ overriders }]
}

/** The wider policy first, so that the narrower one has the last word; among equals the higher name has it. */
const inOrder = (policies: readonly OverridePolicy[], template: Manifest): readonly OverridePolicy[] =>
  policies
    .map((policy) => ({ policy, fit: fitOf(policy, template) }))
    .filter((each) => each.fit > fit.none)
    .sort((a, b) => a.fit - b.fit || (a.policy.metadata.name < b.policy.metadata.name ? -1 : 1))
    .map(({ policy }) => policy)

/**
 * The rules for a template in a cluster, in the order they are applied: those of cluster-wide policies, then those of
 * the template's namespace.
 */
export function rulesFor(template: Manifest, cluster: Cluster, policies: readonly OverridePolicy[]): readonly Rule[] {
  const { namespace } = template.metadata
  const ordered = [
    ...inOrder(policies.filter(isClusterWide), template),
    ...inOrder(namespace ? policies.filter(({ metadata }) => metadata.namespace === namespace) : [], template),
  ]
  return ordered.flatMap((policy) =>
    rulesOf(policy)
      .filter(({ targetCluster }) => matchesCluster(targetCluster, cluster))
      .map(({ overriders }) => ({ policy, overriders })),
  )
}

/** The manifest as the rules make it. The first rule that cannot be applied ends the rendering, with its policy's name. */
export async function override(
  ask: Ask,
  manifest: Manifest,
  cluster: Cluster,
  rules: readonly Rule[],
): Promise<Manifest> {
  let overridden = manifest
  for (const { policy, overriders } of rules) {
    try {
      overridden = await ask(render.override, { manifest: overridden, cluster, overriders })
    } catch (cause) {
      const name = `${policy.kind} ${keyText(keyOf(policy))}`
      throw errors.OVERRIDE_FAILED(name, `${manifest.kind} ${keyText(keyOf(manifest))}`, cause)
    }
  }
  return overridden
}

/** What was applied, as the Work's annotation says it: undefined when nothing was. */
export function appliedText(rules: readonly Rule[], clusterWide: boolean): string | undefined {
  const applied = rules
    .filter(({ policy }) => isClusterWide(policy) === clusterWide)
    .map(({ policy, overriders }) => ({ policyName: policy.metadata.name, overriders }))
    .sort((a, b) => (a.policyName < b.policyName ? -1 : a.policyName > b.policyName ? 1 : 0))
  return applied.length > 0 ? JSON.stringify(applied) : undefined
}
