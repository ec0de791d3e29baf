import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BindingSpec } from './binding.ts'
import type { ReplicaSchedulingStrategy } from './placement.ts'
import { type DivisionStrategy, hasReplicas, isWorkload, strategyOf } from './strategy.ts'

const strategies: readonly (readonly [ReplicaSchedulingStrategy | undefined, DivisionStrategy])[] = [
  [undefined, 'Duplicated'],
  [{ replicaSchedulingType: 'Duplicated', replicaDivisionPreference: 'Aggregated' }, 'Duplicated'],
  [{ replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Aggregated' }, 'Aggregated'],
  [{ replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Weighted' }, 'StaticWeight'],
  [{ replicaSchedulingType: 'Divided' }, 'StaticWeight'],
  [{}, 'StaticWeight'],
  [
    {
      replicaSchedulingType: 'Divided',
      replicaDivisionPreference: 'Weighted',
      weightPreference: { dynamicWeight: 'AvailableReplicas', staticWeightList: [] },
    },
    'DynamicWeight',
  ],
]

for (const [replicaScheduling, strategy] of strategies) {
  test(`${JSON.stringify(replicaScheduling)} is ${strategy}`, () =>
    assert.equal(strategyOf(replicaScheduling ? { replicaScheduling } : {}), strategy))
}

const worker = { name: 'worker', replicas: 2 }
const specs: readonly (readonly [rest: Omit<BindingSpec, 'resource'>, workload: boolean, replicas: boolean])[] = [
  [{}, false, false],
  [{ replicas: 0 }, false, false],
  [{ replicas: 2 }, true, true],
  [{ replicas: 0, replicaRequirements: {} }, true, true],
  [{ components: [worker] }, true, false],
  [{ components: [worker], replicas: 2 }, true, true],
  [{ components: [worker, { name: 'head', replicas: 1 }], replicas: 2 }, true, false],
]

for (const [rest, workload, replicas] of specs) {
  const spec: BindingSpec = { resource: { apiVersion: 'v1', kind: 'X', name: 'x' }, ...rest }
  test(`${JSON.stringify(rest)} is ${workload ? 'a' : 'no'} workload`, () => assert.equal(isWorkload(spec), workload))
  test(`${JSON.stringify(rest)} has ${replicas ? '' : 'no '}replicas`, () => assert.equal(hasReplicas(spec), replicas))
}
