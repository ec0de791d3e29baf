import { type AggregatedStatusItem, fieldAt, type Json, type Manifest, pods, withField } from '@flotilla/sdk'
import { ofKind } from '../../interpreter.ts'
import { podTemplate } from '../../pod-shape.ts'
import { count, fields, number, parts } from '../../read.ts'
import { clustersWith, dated } from '../conditions.ts'
import { collect, lasts, statuses, sums, withFields } from '../status.ts'

const partsOf = parts({
  spec: fields({ parallelism: count, template: podTemplate }),
  status: fields({ active: number, succeeded: number, failed: number, desired: number }),
})

const counters = ['active', 'succeeded', 'failed', 'desired']

/** The member's controller has given the pods labels of their own. */
function retain(desired: Manifest, observed: Manifest): Manifest {
  const labels = ['spec', 'template', 'metadata', 'labels']
  const own = fieldAt(observed, labels)
  return own ? withField(desired, labels, own) : desired
}

function isHealthy(object: Manifest): boolean {
  const { active = 0, succeeded = 0, failed = 0, desired = 0 } = partsOf(object).status ?? {}
  return desired !== 0 && failed === 0 && (succeeded > 0 || active > 0)
}

/** Failed as soon as one cluster's job has; completed once all have. */
function verdicts(template: Manifest, items: readonly AggregatedStatusItem[], now: Date): readonly Json[] | undefined {
  const [failed, complete] = [clustersWith(items, 'Failed'), clustersWith(items, 'Complete')]
  const is = (type: string, reason: string, message: string): Json =>
    dated(template, { type, status: 'True', reason, message }, ['lastProbeTime', 'lastTransitionTime'], now)
  const conditions = [
    failed.length > 0 && is('Failed', 'JobFailed', `Job executed failed in member clusters ${failed.join(',')}`),
    items.length > 0 && complete.length === items.length && is('Completed', 'Completed', 'Job completed'),
  ].filter((condition) => condition !== false)
  return conditions.length > 0 ? conditions : undefined
}

export const broadcastJob = ofKind(
  { project: 'kruise', apiVersion: 'apps.kruise.io/v1alpha1', kind: 'BroadcastJob' },
  {
    replicas: (object) => {
      const { spec } = partsOf(object)
      return pods.needs(spec?.parallelism ?? 1, spec?.template?.spec)
    },
    reviseReplicas: (object, parallelism) => withField(object, ['spec', 'parallelism'], parallelism),
    retain,
    isHealthy,
    dependencies: (object) => pods.podDependencies(object, partsOf(object).spec?.template?.spec),
    status: collect(...counters, 'phase', 'conditions', 'startTime', 'completionTime'),
    aggregate: (template, items, now) =>
      withFields(template, sums(statuses(items), ...counters), lasts(statuses(items), 'phase'), {
        conditions: verdicts(template, items, now),
      }),
  },
)
