import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { clusterOverridePolicy, manifest } from '../testing/build.ts'
import { annotation, finalizer, label } from './api/names.ts'
import { deepFreeze } from './freeze.ts'
import type { OwnerReference } from './manifest.ts'
import { isRecord, mergedWork, recorded, workFor } from './work.ts'

const owner: OwnerReference = { apiVersion: 'v1', kind: 'Namespace', name: 'shop', uid: 'uid-1', controller: true }
const shop = manifest('v1', 'Namespace', { name: 'shop', uid: 'uid-1', labels: { team: 'shop' }, resourceVersion: '7' })
const parts = { cluster: 'member1', template: shop, manifest: shop, id: 'id-1', owner }

describe('a Work', () => {
  test('is named after its template, in the namespace of its cluster', () => {
    const { metadata } = workFor(parts)
    assert.equal(metadata.namespace, 'karmada-es-member1')
    assert.match(metadata.name, /^shop-[a-z0-9]+$/)
    assert.deepEqual(metadata.finalizers, [finalizer.execution])
    assert.deepEqual(metadata.ownerReferences, [owner])
  })

  test('brings a manifest that can be traced back, without what belongs to the control plane', () => {
    const work = workFor(parts)
    const [brought] = work.spec.workload?.manifests ?? []
    assert.deepEqual(brought?.metadata.labels, { team: 'shop', [label.workId]: 'id-1', [label.managed]: 'true' })
    assert.equal(brought?.metadata.annotations?.[annotation.workName], work.metadata.name)
    assert.equal(brought?.metadata.annotations?.[annotation.templateUid], 'uid-1')
    assert.equal(brought?.metadata.resourceVersion, undefined)
    assert.equal(
      brought?.metadata.annotations?.[annotation.managedLabels],
      `${label.managed},team,${label.workId}`.split(',').sort().join(','),
    )
  })

  test('leaves what a cluster has already alone, unless someone says otherwise', () => {
    const resolutionOf = (words: object) => workFor({ ...parts, ...words }).metadata.annotations
    const annotated = manifest('v1', 'Namespace', {
      name: 'shop',
      annotations: { [annotation.conflictResolution]: 'overwrite' },
    })
    assert.equal(resolutionOf({})?.[annotation.conflictResolution], 'abort')
    assert.equal(resolutionOf({ manifest: annotated })?.[annotation.conflictResolution], 'overwrite')
    assert.equal(resolutionOf({ conflictResolution: 'overwrite' })?.[annotation.conflictResolution], 'overwrite')
  })

  test('says which policies changed it', () => {
    const policy = clusterOverridePolicy({ name: 'labels' })
    const rules = [{ policy, overriders: { labelsOverrider: [] } }]
    assert.equal(
      workFor({ ...parts, rules }).metadata.annotations?.[annotation.appliedClusterOverrides],
      '[{"policyName":"labels","overriders":{"labelsOverrider":[]}}]',
    )
  })
})

describe('a Work that is there', () => {
  const work = deepFreeze(workFor(parts))

  test('is the same object when nothing has to change', () => assert.equal(mergedWork(work, workFor(parts)), work))

  test('keeps the labels and owners others gave it, and loses what rendering no longer says', () => {
    const other: OwnerReference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'other', uid: 'uid-2' }
    const there = deepFreeze({
      ...work,
      metadata: {
        ...work.metadata,
        labels: { ...work.metadata.labels, mine: 'yes' },
        annotations: { ...work.metadata.annotations, [annotation.appliedOverrides]: '[]' },
        ownerReferences: [other],
      },
    })
    const { metadata } = mergedWork(there, work)
    assert.equal(metadata.labels?.mine, 'yes')
    assert.equal(metadata.annotations?.[annotation.appliedOverrides], undefined)
    assert.deepEqual(metadata.ownerReferences, [other, owner])
  })
})

test('what is recorded is recorded once', () => {
  const once = recorded(shop)
  assert.equal(recorded(once), once)
})

test('a Work that holds what a cluster has brings nothing, one that is merely suspended does', () => {
  const labelled = (suspendDispatching: boolean, labels: Readonly<Record<string, string>>) => {
    const work = workFor({ ...parts, suspendDispatching })
    return isRecord({ ...work, metadata: { ...work.metadata, labels } })
  }
  for (const name of [label.sliceWantedBy, label.multiClusterServiceName, label.sliceServiceName]) {
    assert.equal(labelled(true, { [name]: 'x' }), true)
    assert.equal(labelled(false, { [name]: 'x' }), false)
  }
  assert.equal(labelled(true, {}), false)
})
