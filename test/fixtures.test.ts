import { stages } from '@flotilla/core'
import type { Cluster, Manifest, PropagationPolicy } from '@flotilla/sdk'
import { builtIns, fixtures } from './fixtures.ts'

interface Matched {
  readonly template: Manifest
  readonly current?: PropagationPolicy
  readonly policies?: readonly PropagationPolicy[]
}

/** Given a template and policies of both scopes: the policy that gets it. */
fixtures<Matched>('match', async ({ template, current, policies = [] }) => {
  const { namespace } = template.metadata
  const own = policies.filter(({ metadata }) => metadata.namespace !== undefined && metadata.namespace === namespace)
  const wide = policies.filter(({ metadata }) => metadata.namespace === undefined)
  const policy = await stages.match(builtIns, { template, current, scopes: [own, wide] })
  return policy && { kind: policy.kind, name: policy.metadata.name }
})

/** Given a template, its policy and perhaps its binding: the binding that should exist, but for the fingerprint on it. */
fixtures<stages.BindInput>('bind', async (given) => {
  const binding = await stages.bind(builtIns, given)
  const { [stages.templateAnnotation]: _, ...annotations } = binding.metadata.annotations ?? {}
  return { ...binding, metadata: { ...binding.metadata, annotations } }
})

interface Scheduled {
  readonly binding: stages.ScheduleInput['binding']
  readonly clusters: readonly Cluster[]
  readonly fresh?: boolean
}

/** Given a binding and clusters: where it goes, what failed on the way, and which clusters were named in vain. */
fixtures<Scheduled>('schedule', ({ binding, clusters, fresh = false }) =>
  stages.schedule(builtIns, { binding, snapshot: stages.snapshotOf(clusters), fresh }),
)
