import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Binding, ResourceList } from '@flotilla/sdk'
import { listOf } from './amounts.ts'
import { app } from './objects.test-support.ts'
import { usageOf } from './usage.ts'

const left = (replicas: number) => ({
  gracefulEvictionTasks: [{ fromCluster: 'a', replicas, reason: 'TaintUntolerated', producer: 'TaintManager' }],
})
const component = (name: string, replicas: number, cpu: string) => ({
  name,
  replicas,
  replicaRequirements: { resourceRequest: { cpu } },
})
const flink = [component('jobmanager', 1, '1'), component('taskmanager', 4, '500m')]

const cases: Readonly<Record<string, readonly [Binding, ResourceList]>> = {
  'that is nowhere uses nothing': [app('web'), { cpu: '0', pods: '0' }],
  'uses what its replicas ask for in all clusters': [
    app('web', { clusters: { a: 2, b: 3 }, requests: { cpu: '1500m', memory: '1Gi' } }),
    { cpu: '7500m', memory: '5Gi', pods: '5' },
  ],
  'without requests uses pods': [app('web', { clusters: { a: 2 }, requests: {} }), { pods: '2' }],
  'of several templates uses all of them in every cluster': [
    app('flink', { clusters: { a: 0, b: 0 }, words: { components: flink } }),
    { cpu: '6', pods: '10' },
  ],
  'keeps what it has to get back after a failure': [
    app('web', { clusters: { b: 3 }, words: { replicas: 5, ...left(2) } }),
    { cpu: '5', pods: '5' },
  ],
  'does not keep what it has got back': [
    app('web', { clusters: { b: 5 }, words: { replicas: 5, ...left(2) } }),
    { cpu: '5', pods: '5' },
  ],
  'does not keep more than it wants now': [
    app('web', { clusters: { b: 1 }, words: { replicas: 2, ...left(4) } }),
    { cpu: '2', pods: '2' },
  ],
  'of several templates keeps its place after a failure': [
    app('flink', { words: { components: flink, ...left(0) } }),
    { cpu: '3', pods: '5' },
  ],
}

for (const [name, [binding, used]] of Object.entries(cases))
  test(`a binding ${name}`, () => assert.deepEqual(listOf(usageOf(binding).total, { memory: '1Gi' }), used))
