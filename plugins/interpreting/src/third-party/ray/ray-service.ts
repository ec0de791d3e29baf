import {
  type AggregatedStatusItem,
  fieldAt,
  type interpret,
  isFields,
  type Manifest,
  pods,
  withField,
} from '@flotilla/sdk'
import { ofKind } from '../../interpreter.ts'
import { count, fields, parts } from '../../read.ts'
import { latest } from '../../times.ts'
import { asking, largest } from '../component.ts'
import { isTrue, mergedConditions } from '../conditions.ts'
import { lasts, summedUp, sumsOfSome, textsOf } from '../status.ts'
import { type ClusterSpec, clusterSpec, dependenciesOf, podsOf } from './cluster-spec.ts'

const partsOf = parts({ spec: fields({ rayClusterConfig: clusterSpec }) })
const clusterOf = (object: Manifest): ClusterSpec => partsOf(object).spec?.rayClusterConfig ?? {}

const others = ['activeServiceStatus', 'observedGeneration', 'pendingServiceStatus', 'serviceStatus']
const known = [...others, 'conditions', 'lastUpdateTime', 'numServeEndpoints']

const total = (counts: readonly number[]): number => counts.reduce((sum, each) => sum + each, 0)

/** Its head and all its workers, as if each were as large as the largest of them. */
function replicas(object: Manifest): interpret.Needs {
  const cluster = clusterOf(object)
  const workers = (cluster.workerGroupSpecs ?? []).map(({ replicas = 0 }) => replicas)
  const requests = podsOf(cluster).map((pod) => {
    const { cpu, memory } = pods.resourceRequest(pod) ?? {}
    return { cpu, memory }
  })
  return asking(1 + total(workers), largest(requests), {})
}

/** So many workers: each group has its share of them, and the last one takes what is left. */
function shares(counts: readonly number[], workers: number): readonly number[] {
  const all = total(counts)
  const rounded = counts.slice(0, -1).map((each) => (all > 0 ? Math.floor((workers * each) / all) : 0))
  return [...rounded, workers - total(rounded)]
}

const groups = ['spec', 'rayClusterConfig', 'workerGroupSpecs']

/** The head is one of the replicas. */
function reviseReplicas(object: Manifest, replicas: number): Manifest {
  const before = fieldAt(object, groups)
  if (!Array.isArray(before) || before.length === 0 || !before.every(isFields)) return object
  const counts = before.map((group) => count(group.replicas) ?? 0)
  const after = shares(counts, Math.max(0, replicas - 1))
  const revised = before.map((group, i) => ({ ...group, replicas: after[i] }))
  return withField(object, groups, revised)
}

const aggregate = (template: Manifest, items: readonly AggregatedStatusItem[]): Manifest =>
  summedUp(template, items, known, (members) => ({
    ...sumsOfSome(members, 'numServeEndpoints'),
    ...lasts(members, ...others),
    conditions: mergedConditions(items),
    lastUpdateTime: latest(textsOf(members, 'lastUpdateTime')),
  }))

export const rayService = ofKind(
  { project: 'ray', apiVersion: 'ray.io/v1', kind: 'RayService' },
  {
    replicas,
    reviseReplicas,
    isHealthy: ({ status }) => isTrue(status, 'Ready'),
    dependencies: (object) => dependenciesOf(object, podsOf(clusterOf(object))),
    aggregate,
  },
)
