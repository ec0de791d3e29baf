import type { AggregatedStatusItem, interpret, Manifest } from '@flotilla/sdk'
import { ofKind } from '../../interpreter.ts'
import { podTemplate } from '../../pod-shape.ts'
import { fields, parts, text } from '../../read.ts'
import { earliest, latest } from '../../times.ts'
import { lasts, summedUp, sumsOfSome, textsOf, told, worst } from '../status.ts'
import { clusterSpec, componentsOf, dependenciesOf, podsOf } from './cluster-spec.ts'

const partsOf = parts({
  spec: fields({ rayClusterSpec: clusterSpec, submitterPodTemplate: podTemplate }),
  status: fields({ jobStatus: text, jobDeploymentStatus: text }),
})

const counters = ['failed', 'succeeded']
const others = [
  'dashboardURL',
  'jobId',
  'observedGeneration',
  'rayClusterName',
  'rayClusterStatus',
  'rayJobInfo',
  'reason',
]
const known = [...counters, ...others, 'endTime', 'jobDeploymentStatus', 'jobStatus', 'message', 'startTime']

const worstJobs = ['FAILED', 'STOPPED', 'PENDING', 'RUNNING', 'SUCCEEDED']
const worstDeployments = [
  'ValidationFailed',
  'Failed',
  'Suspending',
  'Suspended',
  'Retrying',
  'Waiting',
  'Initializing',
  'Running',
  'Complete',
]

function isHealthy(object: Manifest): boolean {
  const { jobStatus, jobDeploymentStatus } = partsOf(object).status ?? {}
  return jobDeploymentStatus === 'Running' || (jobDeploymentStatus === 'Complete' && jobStatus === 'SUCCEEDED')
}

/** Who submits the job runs in a pod of its own. */
function dependencies(object: Manifest): readonly interpret.Dependency[] {
  const { rayClusterSpec = {}, submitterPodTemplate } = partsOf(object).spec ?? {}
  return dependenciesOf(object, [...podsOf(rayClusterSpec), submitterPodTemplate?.spec ?? {}])
}

const aggregate = (template: Manifest, items: readonly AggregatedStatusItem[]): Manifest =>
  summedUp(template, items, known, (members) => {
    const ends = textsOf(members, 'endTime')
    return {
      ...sumsOfSome(members, ...counters),
      ...lasts(members, ...others),
      jobStatus: worst(members, 'jobStatus', worstJobs),
      jobDeploymentStatus: worst(members, 'jobDeploymentStatus', worstDeployments),
      message: told(items, 'message'),
      startTime: earliest(textsOf(members, 'startTime')),
      endTime: ends.length === items.length ? latest(ends) : undefined,
    }
  })

export const rayJob = ofKind(
  { project: 'ray', apiVersion: 'ray.io/v1', kind: 'RayJob' },
  {
    components: (object) => componentsOf(partsOf(object).spec?.rayClusterSpec ?? {}),
    isHealthy,
    dependencies,
    aggregate,
  },
)
