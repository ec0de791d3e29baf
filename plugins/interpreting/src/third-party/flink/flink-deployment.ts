import type { AggregatedStatusItem, Component, interpret, Manifest, pods } from '@flotilla/sdk'
import { ofKind } from '../../interpreter.ts'
import { podTemplate } from '../../pod-shape.ts'
import { count, fields, map, number, parts, quantity, type Read, text } from '../../read.ts'
import { asking, componentAsking, largest, placing } from '../component.ts'
import { collect, lasts, statuses, withFields } from '../status.ts'

const role = fields({ replicas: count, resource: fields({ cpu: quantity, memory: quantity }), podTemplate })
type Role = NonNullable<Read<typeof role>>

const partsOf = parts({
  spec: fields({
    jobManager: role,
    taskManager: role,
    job: fields({ parallelism: count }),
    flinkConfiguration: map((value) => text(value) ?? number(value)?.toString()),
    podTemplate,
  }),
  status: fields({
    jobStatus: fields({ state: text }),
    jobManagerDeploymentStatus: text,
    lifecycleState: text,
    error: text,
  }),
})

const collected = [
  'clusterInfo',
  'error',
  'jobManagerDeploymentStatus',
  'jobStatus',
  'lifecycleState',
  'observedGeneration',
  'reconciliationStatus',
  'taskManager',
]

/** As many task managers as the job needs slots for. */
function taskManagers(object: Manifest): number {
  const { taskManager, job, flinkConfiguration } = partsOf(object).spec ?? {}
  const slots = Number(flinkConfiguration?.['taskmanager.numberOfTaskSlots'] ?? 1)
  const needed = Math.ceil((job?.parallelism ?? 0) / (slots > 0 ? slots : 1))
  return taskManager?.replicas ?? (needed > 0 ? needed : 1)
}

/** Where the pods of a role go: its own template stands above the common one. */
const whereOf = (object: Manifest, own: Role = {}): pods.PodSpec =>
  placing({ ...partsOf(object).spec?.podTemplate?.spec, ...own.podTemplate?.spec })

function components(object: Manifest): readonly Component[] {
  const { jobManager, taskManager } = partsOf(object).spec ?? {}
  return [
    componentAsking('jobmanager', jobManager?.replicas ?? 1, { ...jobManager?.resource }, whereOf(object, jobManager)),
    componentAsking('taskmanager', taskManagers(object), { ...taskManager?.resource }, whereOf(object, taskManager)),
  ]
}

/** All pods, as if each were as large as the larger of both. */
function replicas(object: Manifest): interpret.Needs {
  const { jobManager, taskManager } = partsOf(object).spec ?? {}
  const requests = largest([{ ...jobManager?.resource }, { ...taskManager?.resource }])
  return asking((jobManager?.replicas ?? 1) + taskManagers(object), requests, whereOf(object))
}

/** A job in one of these is not running yet. */
const starting = ['CREATED', 'INITIALIZING', 'RECONCILING']

/** What only the user can mend: the cluster is not to blame, and another one would not do better. */
const mistakes = ['ErrImagePull', 'ImagePullBackOff', 'CrashLoopBackOff']

function isHealthy(object: Manifest): boolean {
  const { jobStatus, jobManagerDeploymentStatus, lifecycleState, error = '' } = partsOf(object).status ?? {}
  const state = jobStatus?.state
  if (!state) return jobManagerDeploymentStatus === 'READY' && lifecycleState === 'STABLE'
  return !starting.includes(state) || mistakes.some((mistake) => error.includes(mistake))
}

const aggregate = (template: Manifest, items: readonly AggregatedStatusItem[]): Manifest =>
  withFields(template, lasts(statuses(items), ...collected))

export const flinkDeployment = ofKind(
  { project: 'flink', apiVersion: 'flink.apache.org/v1beta1', kind: 'FlinkDeployment' },
  { replicas, components, isHealthy, status: collect(...collected), aggregate },
)
