import {
  checks,
  clusterOverridePolicyKind,
  definePlugin,
  each,
  edit,
  Field,
  mutates,
  type OverridePolicy,
  type OverrideSpec,
  overridePolicyKind,
  type Problems,
  type Write,
} from '@flotilla/sdk'
import { affinityProblems } from './affinity.ts'
import { overridersProblems } from './overriders.ts'
import { resourceSelectorProblems } from './selector.ts'

const kinds = [overridePolicyKind, clusterOverridePolicyKind]

/** A policy as it is stored: the selectors of a namespaced one are about its namespace. */
export function completeOverridePolicy({ manifest }: Write<OverridePolicy>): OverridePolicy {
  const { namespace } = manifest.metadata
  if (!namespace) return manifest
  return edit(manifest, 'spec', (spec) =>
    edit(spec, 'resourceSelectors', (list) =>
      each(list, (selector) => edit(selector, 'namespace', (own) => own || namespace)),
    ),
  )
}

/** The old form of one rule, which does not go with the new one. */
function* deprecatedProblems(spec: Field<OverrideSpec>): Problems {
  const [rules, target, overriders] = [spec.at('overrideRules'), spec.at('targetCluster'), spec.at('overriders')]
  yield* affinityProblems(target)
  yield* overridersProblems(overriders)
  if (rules.items().length === 0) return
  if (target.value) yield target.forbidden('cannot stand beside overrideRules; each rule has its own')
  const used = Object.values(overriders.value ?? {}).some((list) => Array.isArray(list) && list.length > 0)
  if (used) yield overriders.forbidden('cannot stand beside overrideRules; each rule has its own')
}

/** What a policy says that would fail on every object. */
export function* overridePolicyProblems({ manifest }: Write<OverridePolicy>): Problems {
  const spec = new Field('', manifest).at('spec')
  yield* resourceSelectorProblems(spec.at('resourceSelectors'), manifest.metadata.namespace)
  for (const rule of spec.at('overrideRules').items()) {
    yield* affinityProblems(rule.at('targetCluster'))
    yield* overridersProblems(rule.at('overriders'))
  }
  yield* deprecatedProblems(spec)
}

export const overridePolicy = definePlugin({
  name: 'override-policy-admission',
  extensions: () => [mutates(kinds, completeOverridePolicy), checks(kinds, overridePolicyProblems)],
})
