import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PersistentVolume, PersistentVolumeClaim } from '../api/volume.ts'
import { foundFor, volumeFor, waitsForOne } from './volume.ts'

const claim = (spec: Partial<PersistentVolumeClaim['spec']> = {}): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { namespace: 'default', name: 'data', uid: '1' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } }, ...spec },
})

const volume = (
  name: string,
  storage: string,
  spec: Partial<PersistentVolume['spec']> = {},
  more: Partial<PersistentVolume> = {},
): PersistentVolume => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  spec: { accessModes: ['ReadWriteOnce'], capacity: { storage }, ...spec },
  ...more,
  metadata: { name, ...more.metadata },
})

const of = (name: string, uid?: string) => ({ claimRef: { namespace: 'default', name, ...(uid && { uid }) } })
const labelled = { metadata: { name: 'l', labels: { disk: 'fast' } } }

const cases: readonly (readonly [
  what: string,
  wanted: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  name: string | undefined,
])[] = [
  ['the smallest that is enough', claim(), [volume('a', '9Gi'), volume('b', '3Gi'), volume('c', '1Gi')], 'b'],
  ['none that is too small', claim(), [volume('a', '1Gi')], undefined],
  ['none of another class', claim(), [volume('a', '3Gi', { storageClassName: 'fast' })], undefined],
  ['one of its class', claim({ storageClassName: 'fast' }), [volume('a', '3Gi', { storageClassName: 'fast' })], 'a'],
  ['none of another mode', claim({ volumeMode: 'Block' }), [volume('a', '3Gi')], undefined],
  ['none that many cannot write', claim({ accessModes: ['ReadWriteMany'] }), [volume('a', '3Gi')], undefined],
  ['the one it selects', claim({ selector: { matchLabels: { disk: 'fast' } } }), [volume('a', '3Gi'), volume('l', '3Gi', {}, labelled)], 'l'], // biome-ignore format: one case
  ['the one it names', claim({ volumeName: 'a' }), [volume('b', '3Gi'), volume('a', '1Gi')], 'a'],
  ['none that is another’s', claim(), [volume('a', '3Gi', of('other'))], undefined],
  ['one that was meant for it', claim(), [volume('a', '3Gi', of('data'))], 'a'],
  ['none of who had its name', claim(), [volume('a', '3Gi', of('data', '0'))], undefined],
  ['none that was given back', claim(), [volume('a', '3Gi', {}, { status: { phase: 'Released' } })], undefined],
]
for (const [what, wanted, volumes, name] of cases)
  test(`a claim gets ${what}`, () => assert.equal(foundFor(wanted, volumes)?.metadata.name, name))

test('a claim is given a volume of its own, unless it waits for one', () => {
  const { metadata, spec } = volumeFor(claim({ storageClassName: 'fast' }))
  assert.equal(metadata.name, 'pvc-1')
  assert.deepEqual(spec.capacity, { storage: '2Gi' })
  assert.deepEqual([spec.claimRef?.uid, spec.storageClassName, spec.persistentVolumeReclaimPolicy], ['1', 'fast', 'Delete']) // biome-ignore format: one line
  const waiting = [{}, { storageClassName: 'fast' }, { storageClassName: '' }, { volumeName: 'a' }, { selector: {} }]
  assert.deepEqual(
    waiting.map((each) => waitsForOne(claim(each))),
    [false, false, true, true, true],
  )
})
