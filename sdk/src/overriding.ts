import type { Cluster } from './api/cluster.ts'
import { bestFit, fit, matchesCluster } from './api/match.ts'
import { annotation } from './api/names.ts'
import type { OverridePolicy, OverrideRule, Overriders } from './api/override-policy.ts'
import { damage } from './damage.ts'
import { deepEqual } from './equal.ts'
import { errors } from './errors.ts'
import { keyOf, keyText } from './kind.ts'
import type { Manifest, StringMap } from './manifest.ts'
import type { Ask } from './point.ts'
import * as render from './points/render.ts'

/** One rule of a policy that is about a template in a cluster. */
export interface AppliedRule {
  readonly policy: OverridePolicy
  readonly overriders: Overriders
}

const isClusterWide = ({ metadata }: OverridePolicy): boolean => !metadata.namespace

/** How narrowly a policy names the template; one without selectors is about everything. */
const fitOf = ({ spec: { resourceSelectors } }: OverridePolicy, template: Manifest) =>
  resourceSelectors?.length ? bestFit(resourceSelectors, template) : fit.all

/** Whether a policy is about the template, whatever the cluster. */
export const overrides = (policy: OverridePolicy, template: Manifest): boolean => fitOf(policy, template) > fit.none

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
export function rulesFor(
  template: Manifest,
  cluster: Cluster,
  policies: readonly OverridePolicy[],
): readonly AppliedRule[] {
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

const named = (object: Manifest): string => `${object.kind} ${keyText(keyOf(object))}`

/** The changed manifest, unless it is damaged. */
function intact(before: Manifest, after: Manifest): Manifest {
  const found = before === after ? undefined : damage(before, after)
  if (found) throw errors.OVERRIDE_PATH(found.path, found.reason)
  return after
}

/** The manifest as the rules make it. The first rule that cannot be applied ends it, with its policy's name. */
export async function overridden(
  ask: Ask,
  manifest: Manifest,
  cluster: Cluster,
  rules: readonly AppliedRule[],
): Promise<Manifest> {
  let changed = manifest
  for (const { policy, overriders } of rules) {
    try {
      changed = intact(manifest, await ask(render.override, { manifest: changed, cluster, overriders }))
    } catch (cause) {
      throw errors.OVERRIDE_FAILED(named(policy), named(manifest), cluster.metadata.name, cause, policy)
    }
  }
  return changed
}

const traits = ({ metadata: { labels, annotations }, spec, status }: Cluster) => ({
  labels,
  annotations,
  provider: spec.provider,
  region: spec.region,
  zone: spec.zone,
  zones: spec.zones,
  syncMode: spec.syncMode,
  version: status?.kubernetesVersion,
})

/** Whether no override policy can tell two clusters, or two states of one, apart. Their names are the caller's to compare. */
export const alike = (one: Cluster, other: Cluster): boolean => deepEqual(traits(one), traits(other))

const appliedText = (rules: readonly AppliedRule[]): string =>
  JSON.stringify(
    rules
      .map(({ policy, overriders }) => ({ policyName: policy.metadata.name, overriders }))
      .sort((a, b) => (a.policyName < b.policyName ? -1 : a.policyName > b.policyName ? 1 : 0)),
  )

/** What was applied, as the annotations of a Work say it. */
export function appliedAnnotations(rules: readonly AppliedRule[]): StringMap {
  const wide = rules.filter(({ policy }) => isClusterWide(policy))
  const own = rules.filter(({ policy }) => !isClusterWide(policy))
  return {
    ...(wide.length > 0 && { [annotation.appliedClusterOverrides]: appliedText(wide) }),
    ...(own.length > 0 && { [annotation.appliedOverrides]: appliedText(own) }),
  }
}
