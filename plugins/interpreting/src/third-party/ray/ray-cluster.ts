import type { AggregatedStatusItem, Manifest } from '@flotilla/sdk'
import { ofKind } from '../../interpreter.ts'
import { parts } from '../../read.ts'
import { latest } from '../../times.ts'
import { isTrue, mergedConditions } from '../conditions.ts'
import { amounts, lasts, summedUp, sumsOfSome, textsOf } from '../status.ts'
import { clusterSpec, componentsOf } from './cluster-spec.ts'

const partsOf = parts({ spec: clusterSpec })

const counters = [
  'availableWorkerReplicas',
  'desiredWorkerReplicas',
  'maxWorkerReplicas',
  'minWorkerReplicas',
  'readyWorkerReplicas',
]
const resources = ['desiredCPU', 'desiredGPU', 'desiredMemory', 'desiredTPU']
const others = ['endpoints', 'head', 'observedGeneration', 'reason', 'state', 'stateTransitionTimes']
const known = [...counters, ...resources, ...others, 'conditions', 'lastUpdateTime']

const isHealthy = ({ status }: Manifest): boolean =>
  isTrue(status, 'HeadPodReady') &&
  isTrue(status, 'RayClusterProvisioned') &&
  !isTrue(status, 'RayClusterReplicaFailure')

const aggregate = (template: Manifest, items: readonly AggregatedStatusItem[]): Manifest =>
  summedUp(template, items, known, (members) => ({
    ...sumsOfSome(members, ...counters),
    ...amounts(members, ...resources),
    ...lasts(members, ...others),
    conditions: mergedConditions(items),
    lastUpdateTime: latest(textsOf(members, 'lastUpdateTime')),
  }))

export const rayCluster = ofKind(
  { project: 'ray', apiVersion: 'ray.io/v1', kind: 'RayCluster' },
  { components: (object) => componentsOf(partsOf(object).spec ?? {}), isHealthy, aggregate },
)
