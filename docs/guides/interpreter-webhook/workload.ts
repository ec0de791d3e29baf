import { onInterpret } from '@flotilla/interpreter-webhooks/server'
import { type Json, type Manifest, pods } from '@flotilla/sdk'

export interface Workload extends Manifest {
  readonly spec: { readonly replicas?: number; readonly paused?: boolean; readonly template?: pods.PodTemplate }
  readonly status?: { readonly readyReplicas?: number }
}

const wanted = ({ spec }: Workload): number => spec.replicas ?? 1

const ready = (status: unknown): number => (status as Workload['status'])?.readyReplicas ?? 0

/** What a Workload means. */
export const workload = onInterpret<Workload>(
  { apiVersion: 'workload.example.io/v1alpha1', kind: 'Workload' },
  {
    replicas: (object) => pods.needs(wanted(object), object.spec.template?.spec),
    reviseReplicas: (object, replicas) => ({ ...object, spec: { ...object.spec, replicas } }),
    // who stops a Workload in its cluster need not fear that it is started again
    retain: (desired, { spec: { paused } }) =>
      paused === undefined ? desired : { ...desired, spec: { ...desired.spec, paused } },
    dependencies: (object) => pods.podDependencies(object, object.spec.template?.spec),
    status: ({ status }): Json => ({ readyReplicas: ready(status) }),
    isHealthy: (object) => ready(object.status) === wanted(object),
    aggregate: (object, items) => ({
      ...object,
      status: { readyReplicas: items.reduce((sum, { status }) => sum + ready(status), 0) },
    }),
  },
)
