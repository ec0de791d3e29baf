import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Binding, BindingSpec } from '@flotilla/sdk'
import { expectedClusters, expelledFrom, targetsOf } from './targets.ts'

const binding = (spec: Partial<BindingSpec>): Binding => ({
  apiVersion: 'work.karmada.io/v1alpha2',
  kind: 'ResourceBinding',
  metadata: { name: 'web-deployment', namespace: 'default' },
  spec: { resource: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, ...spec },
})

const task = (fromCluster: string, purgeMode?: 'Directly' | 'Gracefully' | 'Never') => ({
  fromCluster,
  reason: 'TaintUntolerated',
  producer: 'TaintManager',
  ...(purgeMode ? { purgeMode } : {}),
})

test('a binding goes where it was scheduled, and where a dependent of it goes', () => {
  const given = binding({
    clusters: [{ name: 'b', replicas: 2 }, { name: 'a' }],
    requiredBy: [
      { name: 'x', clusters: [{ name: 'b', replicas: 9 }, { name: 'c' }] },
      { name: 'y', clusters: [{ name: 'c' }] },
      { name: 'z' },
    ],
  })
  assert.deepEqual(targetsOf(given), [{ name: 'b', replicas: 2 }, { name: 'a' }, { name: 'c' }])
})

test('a Work stays until its graceful eviction is over, and goes at once when it is expelled', () => {
  const given = binding({
    clusters: [{ name: 'a' }],
    gracefulEvictionTasks: [task('b', 'Gracefully'), task('c', 'Directly'), task('d'), task('e', 'Never')],
  })
  assert.deepEqual([...expectedClusters(given)], ['a', 'b', 'd', 'e'])
  assert.deepEqual(expelledFrom(given), ['c'])
})
