import {
  type Ask,
  type Binding,
  type Cluster,
  divide,
  interpret,
  type Manifest,
  type OverridePolicy,
  overridden,
  rulesFor,
  type StringMap,
  type TargetCluster,
  type Work,
  withField,
} from '@flotilla/sdk'
import { targetsOf } from '../../manifest/targets.ts'
import { workOf } from './work.ts'

/** One target of a binding, and all that decides what it gets. */
export interface Rendering {
  readonly binding: Binding
  readonly template: Manifest
  readonly target: TargetCluster
  readonly cluster: Cluster
  /** Every override policy that may be about the template: cluster-wide ones, and those of its namespace. */
  readonly policies: readonly OverridePolicy[]
  /** The permanent id the Work has already, if there is one. */
  readonly workId?: string
}

const isWorkload = ({ spec }: Binding): boolean =>
  (spec.replicas ?? 0) > 0 || spec.replicaRequirements !== undefined || (spec.components?.length ?? 0) > 0

/** As many replicas as the target was given. */
async function withReplicas(ask: Ask, { binding, template, target: { replicas } }: Rendering): Promise<Manifest> {
  if (replicas === undefined || !isWorkload(binding)) return template
  return (await ask(interpret.reviseReplicas, { manifest: template, replicas })) ?? template
}

/** A Job's completions are divided as its replicas were: each cluster does its part, not all of it. */
function withCompletions({ binding, template, target }: Rendering, manifest: Manifest): Manifest {
  const { completions } = (template.spec ?? {}) as { readonly completions?: unknown } // a Job's; checked below
  const isDivided = binding.spec.placement?.replicaScheduling?.replicaSchedulingType === 'Divided'
  if (template.kind !== 'Job' || !isDivided || !binding.spec.replicas || typeof completions !== 'number')
    return manifest
  const weights = targetsOf(binding).map(({ name, replicas = 0 }) => ({ name, weight: replicas }))
  const share = divide(completions, weights, template.metadata.uid).find(({ name }) => name === target.name)
  return withField(manifest, ['spec', 'completions'], share?.seats ?? 0)
}

/** What an application that had to leave its cluster wants to be told where it starts again. */
function preservedState({ binding: { spec }, target }: Rendering): StringMap {
  const task = spec.gracefulEvictionTasks?.at(-1)
  const isRestart = task?.purgeMode === 'Directly' && !task.clustersBeforeFailover?.includes(target.name)
  return isRestart && spec.clusters?.length === 1 ? (task.preservedLabelState ?? {}) : {}
}

function withLabels(manifest: Manifest, labels: StringMap): Manifest {
  if (Object.keys(labels).length === 0) return manifest
  return withField(manifest, ['metadata', 'labels'], { ...manifest.metadata.labels, ...labels })
}

/** The Work that should exist for one target of a binding. */
export async function render(ask: Ask, rendering: Rendering): Promise<Work> {
  const { binding, template, cluster, policies, workId } = rendering
  const scaled = withCompletions(rendering, await withReplicas(ask, rendering))
  const rules = rulesFor(template, cluster, policies)
  const manifest = withLabels(await overridden(ask, scaled, cluster, rules), preservedState(rendering))
  return workOf({
    binding,
    template,
    manifest,
    cluster: cluster.metadata.name,
    rules,
    ...(workId === undefined ? {} : { workId }),
  })
}
