import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deepFreeze, type Manifest, type MapOverrider, type StringMap } from '@flotilla/sdk'
import { overrideAnnotations } from './annotations.ts'
import { overrideLabels } from './labels.ts'

const cluster = { apiVersion: '', kind: 'Cluster', metadata: { name: 'member1' }, spec: { syncMode: 'Push' } } as const

const cases: readonly [string, MapOverrider, before: StringMap | undefined, after: StringMap | undefined][] = [
  ['adds', { operator: 'add', value: { 'a.io/b': '1' } }, { c: '2' }, { c: '2', 'a.io/b': '1' }],
  ['adds over what is there', { operator: 'add', value: { a: '1' } }, { a: '0' }, { a: '1' }],
  ['adds where there was nothing', { operator: 'add', value: { a: '1' } }, undefined, { a: '1' }],
  ['replaces only what is there', { operator: 'replace', value: { a: '1', b: '2' } }, { a: '0' }, { a: '1' }],
  ['removes only what is there', { operator: 'remove', value: { a: '', b: '' } }, { a: '0', c: '1' }, { c: '1' }],
  ['leaves no empty map', { operator: 'remove', value: { a: '' } }, { a: '0' }, undefined],
]
for (const [name, overrider, before, after] of cases)
  for (const [field, key, apply] of [
    ['labels', 'labelsOverrider', overrideLabels],
    ['annotations', 'annotationsOverrider', overrideAnnotations],
  ] as const)
    test(`${field}: ${name}`, () => {
      const object = (map: StringMap | undefined): Manifest => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'x', ...(map && { [field]: map }) },
        data: {},
      })
      const override = deepFreeze({ manifest: object(before), cluster, overriders: { [key]: [overrider] } })
      assert.deepEqual(apply(override), object(after))
    })
