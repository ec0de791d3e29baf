import type { AggregatedStatusItem, Component, Manifest } from '@flotilla/sdk'
import { ofKind } from '../../interpreter.ts'
import { placed } from '../../pod-shape.ts'
import { count, fields, map, parts, quantity, type Read, text, truth } from '../../read.ts'
import { latest } from '../../times.ts'
import { componentAsking, placing } from '../component.ts'
import { collect, lasts, merged, summedUp, sumsOfSome, textsOf } from '../status.ts'
import { podMemory } from './memory.ts'

const role = {
  ...placed,
  cores: quantity,
  coreRequest: quantity,
  memory: text,
  memoryOverhead: text,
  gpu: fields({ name: text, quantity }),
}

const spec = fields({
  type: text,
  memoryOverheadFactor: quantity,
  nodeSelector: map(text),
  batchSchedulerOptions: fields({ priorityClassName: text }),
  driver: fields(role),
  executor: fields({ ...role, instances: count }),
  dynamicAllocation: fields({ enabled: truth, initialExecutors: count, minExecutors: count }),
})
type Spec = NonNullable<Read<typeof spec>>
type Role = NonNullable<Spec['driver']>

const partsOf = parts({ spec, status: fields({ applicationState: fields({ state: text }) }) })

const others = ['applicationState', 'driverInfo', 'sparkApplicationId', 'submissionID']
const attempts = ['executionAttempts', 'submissionAttempts']
const times = ['lastSubmissionAttemptTime', 'terminationTime']
const known = [...others, ...attempts, ...times, 'executorState']

/** Programs outside the JVM need more memory beside it. */
const factorOf = ({ type = '', memoryOverheadFactor }: Spec): number =>
  memoryOverheadFactor === undefined ? (['Python', 'R'].includes(type) ? 0.4 : 0.1) : Number(memoryOverheadFactor)

/** What Spark takes when nothing is said. */
const usual = { cores: 1, memory: '1g' }

function componentOf(name: string, replicas: number, application: Spec, role: Role = {}): Component {
  const { cores = usual.cores, coreRequest = cores, memory = usual.memory, memoryOverhead = '', gpu } = role
  const { nodeSelector, batchSchedulerOptions } = application
  const requests = {
    cpu: coreRequest,
    memory: podMemory(memory, memoryOverhead, factorOf(application)),
    ...(gpu?.name && { [gpu.name]: gpu.quantity }),
  }
  return componentAsking(name, replicas, requests, placing({ nodeSelector, ...batchSchedulerOptions, ...role }))
}

/** How many executors it starts with, and keeps at least. */
function executors({ executor, dynamicAllocation }: Spec): number {
  const { enabled, initialExecutors = 0, minExecutors = 0 } = dynamicAllocation ?? {}
  const { instances = 1 } = executor ?? {}
  return enabled ? Math.max(instances, initialExecutors, minExecutors) : instances
}

function components(object: Manifest): readonly Component[] {
  const { spec = {} } = partsOf(object)
  return [componentOf('driver', 1, spec, spec.driver), componentOf('executor', executors(spec), spec, spec.executor)]
}

function isHealthy(object: Manifest): boolean {
  const { state = '' } = partsOf(object).status?.applicationState ?? {}
  return state !== '' && state !== 'FAILED'
}

const aggregate = (template: Manifest, items: readonly AggregatedStatusItem[]): Manifest =>
  summedUp(template, items, known, (members) => ({
    ...lasts(members, ...others),
    ...sumsOfSome(members, ...attempts),
    ...Object.fromEntries(times.map((name) => [name, latest(textsOf(members, name))])),
    executorState: merged(members.map(({ executorState }) => executorState)),
  }))

export const sparkApplication = ofKind(
  { project: 'spark', apiVersion: 'sparkoperator.k8s.io/v1beta2', kind: 'SparkApplication' },
  { components, isHealthy, status: collect(...known), aggregate },
)
