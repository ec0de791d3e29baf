import { stages } from '@flotilla/core'
import type { Cluster, Manifest, PropagationPolicy } from '@flotilla/sdk'
import { builtIns, fixtures } from './fixtures.ts'

/** A time as a file says it. */
type Timed<T> = Omit<T, 'now'> & { readonly now: string }

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

/** Given a binding, one of its targets and the policies: the Work that should exist there. */
fixtures<stages.Rendering>('render', (given) => stages.render(builtIns, given))

/** Given what is desired and what a member has: what to do there. */
fixtures<stages.Applying>('apply', (given) => stages.apply(builtIns, given))

/** Given a Work and what its member has: what the Work says of it. */
fixtures<stages.Reflecting>('reflect', async (given) => (await stages.reflect(builtIns, given)).manifestStatuses)

/** Given a binding, its Works and its template: what both should say. */
fixtures<Timed<stages.Aggregating>>('aggregate', async ({ now, ...given }) => {
  const { status, template } = await stages.aggregate(builtIns, { ...given, now: new Date(now) })
  return { binding: status, template: template?.status }
})

/** Given a binding, its clusters and the time: where it stays, and what has begun, goes on and is over. */
fixtures<Timed<stages.Evicting>>('evict', async ({ now, ...given }) => {
  const { spec, begun, finished, again } = await stages.evict(builtIns, { ...given, now: Date.parse(now) })
  return {
    clusters: spec.clusters,
    tasks: spec.gracefulEvictionTasks,
    begun: begun.length,
    finished: finished.length,
    again,
  }
})
